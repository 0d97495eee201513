"""A local AWS for following docs/deploy.md by hand: `make local-aws`."""

import os
import shlex
import signal
import sys
from collections.abc import Iterator

from e2e import operations
from e2e.accounts import FIRST, HUB, MANAGEMENT, REGION, SECOND
from e2e.cloud import Cloud, undeployed
from e2e.processes import CommandError
from e2e.stacks import build

# A profile for each account that the page names, and one without a domain.
_PROFILES = {
    "management": MANAGEMENT,
    "hub": HUB,
    "studio": FIRST.account,
    "studio-without-domain": SECOND.account,
}


def main() -> None:
    """Serve until Ctrl-C, and print how to use it."""
    # SIGTERM acts as an interrupt, so that the started programs end in either case.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with undeployed() as cloud:
            _serve(cloud)
    except CommandError as error:
        sys.exit(f"error: {error}")


def _serve(cloud: Cloud) -> None:
    store = cloud.services.identity_store
    with cloud.lock:
        store.add_user("ada")
        store.add_group("ml-scientists")
        cloud.operations.join("ada", "ml-scientists", "none")
    operations.organization_has_a_trail(cloud)
    script = build("by-hand.sh")
    build("by-hand.profiles").write_text("\n".join(_profiles()), encoding="utf-8")
    script.write_text("\n".join(_script(cloud)) + "\n", encoding="utf-8")
    sys.stdout.write(
        f"""\
A local AWS is running, with nothing deployed; ada is in the group ml-scientists. IAM is enforced,
but for calls to Studio, the directory and assignments. In another shell, here:

  source {os.path.relpath(script)}
  export AWS_PROFILE=hub          # or {", ".join(name for name in _PROFILES if name != "hub")}

Then follow docs/deploy.md. No event arrives of itself, so sweep where a page waits for one.
Ctrl-C ends it, and all that was deployed.
"""
    )
    sys.stdout.flush()
    try:
        signal.pause()
    except KeyboardInterrupt:
        sys.stdout.write("ending\n")


def _profiles() -> Iterator[str]:
    """Yield the lines of a file of profiles, one for each account."""
    for name, account in _PROFILES.items():
        yield f"[profile {name}]"
        yield f"region = {REGION}"
        # The access key id is the account's, for root.
        yield f"aws_access_key_id = {account}"
        yield "aws_secret_access_key = test"


def _script(cloud: Cloud) -> Iterator[str]:
    """Yield the lines of a script that lets a shell reach the accounts by their profiles."""
    profiles = shlex.quote(str(build("by-hand.profiles")))
    environment = {
        name: shlex.quote(value)
        for name, value in cloud.aws.environment("").items()
        if name.startswith(("AWS_", "NODE_"))
    }
    keys = [name for name in environment if "ACCESS_KEY" in name]
    yield f"unset AWS_SESSION_TOKEN {' '.join(keys)}"
    for name, value in environment.items():
        if name not in keys:
            yield f"export {name}={value}"
    yield f"export AWS_CONFIG_FILE={profiles} AWS_SHARED_CREDENTIALS_FILE=/dev/null"
    # The functions run with MiniStack's Python, which has the version of this one.
    yield f"export CDK_CONTEXT=lambda_runtime=python{sys.version_info[0]}.{sys.version_info[1]}"
    yield f"export PATH={shlex.quote(str(build('venv') / 'bin'))}:$PATH"
    # Version 1 of the AWS command line has no endpoint variable for SQS.
    yield "aws() {"
    yield '  [ "$1" != sqs ] || set -- "$@" --endpoint-url "$AWS_ENDPOINT_URL"'
    yield '  command aws "$@"'
    yield "}"


if __name__ == "__main__":
    main()
