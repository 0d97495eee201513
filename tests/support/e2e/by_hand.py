"""A local AWS on which docs/deploy.md can be followed by hand: `make local-aws`."""

import os
import shlex
import signal
import sys
from collections.abc import Iterator

from e2e.accounts import FIRST, HUB, MANAGEMENT, SECOND
from e2e.cloud import Cloud, undeployed
from e2e.stacks import build

# The names that the page gives to accounts, as a shell takes them.
_ACCOUNTS = {
    "management": MANAGEMENT,
    "hub": HUB,
    "studio": FIRST.account,
    "studio-without-domain": SECOND.account,
}


def main() -> None:
    """Serve until Ctrl-C, and say how to get there."""
    # As an interrupt, so that what was started ends in either case.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with undeployed() as cloud:
        store = cloud.services.identity_store
        with cloud.lock:
            store.add_user("ada")
            store.add_group("ml-scientists")
            cloud.acts.join("ada", "ml-scientists", "none")
        script = build("by-hand.sh")
        script.write_text("\n".join(_script(cloud)) + "\n", encoding="utf-8")
        sys.stdout.write(
            f"""\
A local AWS is running, with IAM enforced and nothing deployed; ada is in the group ml-scientists.
In another shell, here:

  source {os.path.relpath(script)}
  as hub          # or {", ".join(name for name in _ACCOUNTS if name != "hub")}

Then follow docs/deploy.md. No event arrives of itself, so sweep where a page waits for one.
Ctrl-C ends it, and all that was deployed.
"""
        )
        sys.stdout.flush()
        try:
            signal.pause()
        except KeyboardInterrupt:
            sys.stdout.write("ending\n")


def _script(cloud: Cloud) -> Iterator[str]:
    """Yield the lines of a script that gives a shell the environment of each account."""
    environment = cloud.aws.environment("")
    for name, value in environment.items():
        if name.startswith(("AWS_", "NODE_")):
            yield f"export {name}={shlex.quote(value)}"
    # The functions run by MiniStack's Python, which is made of this one.
    yield f"export CDK_CONTEXT=lambda_runtime=python{sys.version_info[0]}.{sys.version_info[1]}"
    yield f"export PATH={shlex.quote(str(build('venv') / 'bin'))}:$PATH"
    yield "as() { case $1 in"
    for name, account in _ACCOUNTS.items():
        yield f"  {name}) export AWS_ACCESS_KEY_ID={account} ;;"
    yield f"  *) echo 'as {' | '.join(_ACCOUNTS)}' >&2; return 1 ;;"
    yield "esac; }"


if __name__ == "__main__":
    main()
