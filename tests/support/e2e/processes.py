"""Runs programs next to the tests, and ends each process group by its id in any case."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_LOOPBACK = "127.0.0.1"
_GRACE = 2  # seconds to end by itself; no data is kept


class CommandError(Exception):
    """A program failed; the message has the end of its output and the path of all of it."""


class Said(NamedTuple):
    """A line of a shell, its exit code, and what it printed."""

    line: str
    code: int
    text: str


def free_port() -> int:
    """Return a loopback port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], log: Path, *, answers: bool = False
) -> Iterator["subprocess.Popen[bytes]"]:
    """Keep a program running; its standard input stays open while this process lives.

    The log has its output, or only its errors if the caller reads the output as `answers`.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 (our own command)
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if answers else output,
            stderr=output if answers else subprocess.STDOUT,
            # A process group of its own: its children end with it, and Ctrl-C reaches only this
            # process.
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process)


def run(command: Sequence[str], environment: Mapping[str, str], log: Path, *, timeout: int) -> None:
    """Run a program to its end, at most `timeout` seconds; CommandError if it fails."""
    with log.open("ab") as output:
        try:
            done = subprocess.run(  # noqa: S603 (our own command)
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise CommandError(f"{' '.join(command)} took more than {timeout} s: {log}") from error
    if done.returncode:
        last = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        raise CommandError(f"{' '.join(command)} failed:\n{last}\n(all of it: {log})")


def output_of(command: Sequence[str], environment: Mapping[str, str], *, timeout: int) -> str:
    """Run a program, at most `timeout` seconds; return its output, or raise CommandError."""
    done = _done(command, environment, None, timeout)
    if done.returncode:
        raise CommandError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done.stdout


def said_by(line: str, environment: Mapping[str, str], folder: Path, *, timeout: int) -> Said:
    """Run a line in a shell, at most `timeout` seconds; return its exit code and both outputs."""
    done = _done(["bash", "-c", line], environment, folder, timeout)
    return Said(line, done.returncode, f"{done.stdout}{done.stderr}")


def _done(
    command: Sequence[str], environment: Mapping[str, str], folder: Path | None, timeout: int
) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(  # noqa: S603 (our own command)
            command,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CommandError(str(error)) from error


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for stream in (process.stdin, process.stdout):
        if stream:
            stream.close()
    try:
        # It started a session, so its id is the group's; remaining children end here.
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
