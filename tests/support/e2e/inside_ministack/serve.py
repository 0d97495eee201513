"""Runs MiniStack until a signal, or until whoever began it ends.

The Python of MiniStack's own environment runs this package, so it imports nothing else of the
project.
"""

import importlib
import os
import signal
import sys
import threading
from typing import Any

from e2e.inside_ministack.corrections import correct
from e2e.inside_ministack.journal import keep_journal
from e2e.inside_ministack.studio_domain import add_studio_domains


def main() -> None:
    """Serve, corrected, and keep the journal."""
    # By it this package was found; the functions inherit the environment and must not find it.
    del os.environ["PYTHONPATH"]
    # In this order the journal shows what was corrected.
    keep_journal(os.environ["E2E_JOURNAL"])
    correct(os.environ["E2E_ORGANIZATION"], os.environ["E2E_ACCOUNTS"].split(","))
    add_studio_domains()
    app: Any = importlib.import_module("ministack.app")
    # With TLS it takes port 443 too, if that is free.
    app._port_is_bindable = lambda *_: False  # noqa: SLF001 (MiniStack has no setting for it)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    app.main()


def _end_with_parent() -> None:
    """Wait for the end of standard input, which the parent holds open as long as it lives."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
