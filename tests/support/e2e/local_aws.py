"""MiniStack, installed from its lock and served on loopback with TLS and with IAM enforced."""

import os
import shutil
import ssl
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3
from e2e.processes import CommandError, free_port, run, running

_SUPPORT = Path(__file__).parents[1]
_SERVE = "e2e.inside_ministack.serve"
_READY = 60  # seconds
_INSTALL = 300  # seconds
# The variables that a program needs from this machine; the functions get no others.
_INHERITED = ("HOME", "LANG", "PATH", "TMPDIR")


@dataclass(frozen=True, slots=True)
class MiniStack:
    """A running MiniStack.

    `elsewhere` are the services that another server answers: AWS_ENDPOINT_URL_* and its URL.
    """

    url: str
    region: str
    python: Path
    certificate: Path
    journal: Path
    elsewhere: Mapping[str, str]

    def environment(self, account: str, region: str = "") -> dict[str, str]:
        """Return the environment of a program that is the root of an account, in a Region."""
        return (
            inherited()
            | dict(self.elsewhere)
            | {
                "AWS_ENDPOINT_URL": self.url,
                "AWS_ENDPOINT_URL_S3": self.url,
                # The access key id is the account's, for root.
                "AWS_ACCESS_KEY_ID": account,
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_REGION": region or self.region,
                "AWS_DEFAULT_REGION": region or self.region,
                "AWS_CA_BUNDLE": str(self.certificate),
                "AWS_EC2_METADATA_DISABLED": "true",
                "NODE_EXTRA_CA_CERTS": str(self.certificate),
                # The commands of this checkout, wherever they were installed from.
                "PYTHONPATH": str(_SUPPORT.parents[1]),
            }
        )

    def client(
        self,
        service: Any,  # noqa: ANN401 (boto3's stubs want the literal name)
        account: str,
        keys: Mapping[str, Any] | None = None,
        region: str = "",
    ) -> Any:  # noqa: ANN401 (boto3 makes clients of any kind)
        """Return a client of an account's root, or of the session that `keys` belong to."""
        given = keys or {}
        return boto3.client(
            service,
            region_name=region or self.region,
            endpoint_url=self.elsewhere.get(_variable(service), self.url),
            verify=str(self.certificate),
            aws_access_key_id=given.get("AccessKeyId", account),
            aws_secret_access_key=given.get("SecretAccessKey", "test"),
            aws_session_token=given.get("SessionToken"),
        )


def elsewhere(url: str) -> dict[str, str]:
    """Return the endpoint variables of the services that MiniStack lacks."""
    return {_variable(service): url for service in ("identitystore", "sagemaker", "sso-admin")}


def inherited() -> dict[str, str]:
    """Return the few variables that a program gets from this process."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}


def for_installing() -> dict[str, str]:
    """Return this process's environment for package installs, without AWS variables."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


def install(lock: Path, into: Path) -> Path:
    """Return the Python of an environment with the locked packages; create it if needed."""
    python, mark = into / "bin" / "python", into / ".installed"
    digest = sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    if not mark.exists() or mark.read_text(encoding="utf-8") != digest:
        log = into.with_name("install.log")
        into.parent.mkdir(parents=True, exist_ok=True)
        here = for_installing()
        run([sys.executable, "-m", "venv", "--clear", str(into)], here, log, timeout=_INSTALL)
        pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
        run([*pip, "--require-hashes", "-r", str(lock)], here, log, timeout=_INSTALL)
        mark.write_text(digest, encoding="utf-8")
    return python


@contextmanager
def serving(
    python: Path,
    logs: Path,
    *,
    region: str,
    tls: tuple[Path, Path],
    elsewhere: Mapping[str, str],
    organization: str,
    members: Sequence[str],
) -> Iterator[MiniStack]:
    """Serve on a free port of loopback; `members` are the accounts of the organization."""
    port = free_port()
    certificate, key = tls
    # MiniStack does not delete the packages that it unpacks.
    temporary = logs / "tmp"
    temporary.mkdir()
    here = MiniStack(
        f"https://127.0.0.1:{port}", region, python, certificate, logs / "journal", elsewhere
    )
    environment = inherited() | {
        "PYTHONPATH": str(_SUPPORT),
        "TMPDIR": str(temporary),
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": region,
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": str(certificate),
        "MINISTACK_SSL_KEY": str(key),
        "E2E_ORGANIZATION": organization,
        "E2E_ACCOUNTS": ",".join(members),
        "E2E_JOURNAL": str(here.journal),
        # The functions inherit these.
        "AWS_CA_BUNDLE": str(certificate),
        **elsewhere,
    }
    with running([str(python), "-m", _SERVE], environment, logs / "ministack.log") as process:
        tls_context = ssl.create_default_context(cafile=certificate)
        end = time.monotonic() + _READY
        while not _answers(f"{here.url}/_localstack/health", tls_context):
            if process.poll() is not None or time.monotonic() > end:
                raise CommandError(f"MiniStack does not come up: {logs / 'ministack.log'}")
            time.sleep(0.2)
        yield here
    shutil.rmtree(temporary, ignore_errors=True)


def _answers(url: str, context: ssl.SSLContext) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2, context=context) as answer:  # noqa: S310 (loopback)
            return bool(answer.status == 200)
    except OSError:
        return False


def _variable(service: str) -> str:
    return "AWS_ENDPOINT_URL_" + service.upper().replace("-", "_")
