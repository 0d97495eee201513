"""A whole e2e run: the accounts of two organizations, deployed stacks, and a served Studio."""

import fcntl
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from e2e.accounts import (
    HUB,
    MANAGEMENT,
    MEMBERS,
    NEW,
    ORGANIZATION,
    REGION,
    SECOND,
    STORE,
    TARGETS,
    place,
)
from e2e.certificate import make_certificate, server_side
from e2e.deployment import ROOT, Deployment
from e2e.local_aws import MiniStack, elsewhere, install, serving
from e2e.observed_calls import ObservedCall, observe
from e2e.processes import CommandError, Said
from e2e.progress import report
from e2e.stacks import build, deploy_stacks, synthesized

from shared.conventions import SystemRole, iam_role_arn
from shared.model import Target
from simulator.directory_operations import DirectoryOperations
from simulator.moto_backend import EmbeddedServices
from simulator.quirks import Durations
from simulator.server import ServedCall, served
from simulator.studio import ProfileView

# In seconds: operations that take minutes on AWS are much shorter here.
_DURATIONS = Durations(
    profile_create=1,
    profile_update=1,
    profile_delete=1,
    space_create=1,
    space_delete=1,
    app_create=1,
    app_delete=1,
)
# Delayed messages do not count: a suspended user is rechecked for an hour.
_UNDER_WAY = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
_QUIET = 60  # seconds


@dataclass(slots=True)
class Cloud:
    """A run.

    `assembly` has the templates of the last deployment. `applications` are the ARNs of the domains'
    applications in Identity Center. `outputs` are those of each deployed stack, by its name or its
    account and Region. `mark` is the number of calls at a moment that a chapter stores. `without`
    is the Sid of statements that are not deployed. `said` is what the commands of a page printed.
    """

    aws: MiniStack
    services: EmbeddedServices
    operations: DirectoryOperations
    lock: "threading.Lock"
    calls: list[ObservedCall]
    assembly: Path
    applications: dict[Target, str] = field(default_factory=dict)
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    mark: int = 0
    without: str = ""
    said: list[Said] = field(default_factory=list)

    @property
    def hub(self) -> dict[str, str]:
        """Return the outputs of the hub's stack."""
        return self.outputs["StudioHub"]

    def log(self) -> str:
        """Return everything that MiniStack and the functions wrote so far."""
        log = self.aws.journal.with_name("ministack.log")
        return log.read_text(encoding="utf-8", errors="replace")

    def redeploy_hub(self, **context: str) -> None:
        """Deploy the hub again with a changed context, when no message is in flight.

        When a function changes, MiniStack ends its running invocations; AWS does not. So delayed
        messages are purged first: one could become due during the deployment.
        """
        self.assembly = synthesized(
            "cdk.out-again", self.aws.journal.parent, self.without, **context
        )
        end = time.monotonic() + _QUIET
        while not (self._is_idle() and self._forgets_what_comes_later() and self._is_idle()):
            assert time.monotonic() < end, f"the queues are not empty after {_QUIET} s"
            time.sleep(0.2)
        log = self.aws.journal.with_name("cdk.log")
        Deployment(self.aws, self.assembly, log).deploy("StudioHub", HUB)

    def _forgets_what_comes_later(self) -> bool:
        self.aws.client("sqs", HUB).purge_queue(QueueUrl=self.hub["DelayedQueueUrl"])
        return True

    def _is_idle(self) -> bool:
        """Return whether no message waits or is being processed."""
        sqs = self.aws.client("sqs", HUB)
        return all(
            count == "0"
            for name, url in self.hub.items()
            if name.endswith("QueueUrl")
            for count in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=_UNDER_WAY)[
                "Attributes"
            ].values()
        )

    def profile(self, target: Target, name: str) -> ProfileView | None:
        """Return a profile as Studio has it now."""
        with self.lock:
            found = [
                profile
                for domain in self.services.studio.snapshot()
                if domain.place == place(target)
                for profile in domain.profiles
            ]
        return next((each for each in found if each.name == name), None)


@contextmanager
def deployed(without: str = "") -> Iterator[Cloud]:
    """Deploy everything, except the statements of a given Sid; at the end destroy it all.

    The logs are in build/e2e/logs until the next run.
    """
    report("installing MiniStack (once) and synthesizing")
    python = _installed()
    with ExitStack() as stack:
        logs = stack.enter_context(_directory("logs"))
        assembly = synthesized("cdk.out", logs, without)
        cloud = stack.enter_context(_served(python, logs, assembly))
        cloud.without = without
        deployment = Deployment(cloud.aws, assembly, logs / "cdk.log")
        cloud.outputs = deploy_stacks(deployment, stack.callback)
        _add_domains(cloud)
        cloud.applications = {
            target: str(cloud.services.studio.place(place(target)).application_arn)
            for target in (*TARGETS, NEW)
        }
        yield cloud
        report("destroying the stacks")


@contextmanager
def undeployed() -> Iterator[Cloud]:
    """Serve the accounts with their domains only, for a deployment by hand.

    The logs are in build/e2e/by-hand until the next run.
    """
    python = _installed()
    with _directory("by-hand") as logs, _served(python, logs, ROOT / "cdk.out") as cloud:
        _add_domains(cloud)
        yield cloud


def _installed() -> Path:
    """Return MiniStack's Python."""
    return install(ROOT / "requirements" / "e2e.txt", build("venv"))


@contextmanager
def _directory(name: str) -> Iterator[Path]:
    """Empty a directory for logs, and lock it against other runs."""
    directory = build(name)
    with build(f"{name}.lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(f"{directory} is in use: end the other run first") from None
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        yield directory


@contextmanager
def _served(python: Path, logs: Path, assembly: Path) -> Iterator[Cloud]:
    services = EmbeddedServices.build(
        store_id=STORE,
        owner_account=MANAGEMENT,
        region=REGION,
        organization_id=ORGANIZATION,
        durations=_DURATIONS,
    )
    lock = threading.Lock()
    calls: list[ObservedCall] = []
    tls = make_certificate(logs)

    @cache
    def account_of(key: str) -> str:
        if len(key) == len(HUB):
            return key  # the root of an account, in MiniStack
        return str(aws.client("sts", HUB).get_access_key_info(AccessKeyId=key)["Account"])

    def hear(call: ServedCall) -> None:
        calls.append(observe(services, call))

    with (
        served(services, account_of=account_of, hear=hear, lock=lock, tls=server_side(*tls)) as url,
        serving(
            python,
            logs,
            region=REGION,
            tls=tls,
            elsewhere=elsewhere(url),
            organization=ORGANIZATION,
            members=MEMBERS,
        ) as aws,
    ):
        operations = DirectoryOperations(services.identity_store, MANAGEMENT, services.studio.now)
        yield Cloud(aws, services, operations, lock, calls, assembly)


def _add_domains(cloud: Cloud) -> None:
    """Add the domains that no stack creates, with their applications."""
    studio, access = cloud.services.studio, cloud.services.application_access
    for target in (*TARGETS, NEW):
        if target != SECOND:
            studio.add_domain(
                place(target),
                default_role=SystemRole.SUSPENDED.arn(target.account, target.region)
                if target == NEW
                else iam_role_arn(target.account, target.region, "Analyst"),
                application_arn=access.add_application(target.account, target.domain_id),
            )
