"""The standard streams: there from the start, able to say any name, and quiet once nobody reads them."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

from reconciler.errors import ReconcilerError


def prepare() -> None:
    """Make the standard streams usable.

    A stream that was closed before we started has left its number free, and the next file that is opened
    would get it: our messages would end in the journal. What the terminal's encoding cannot say is escaped.

    Raises:
        ReconcilerError: standard output is closed, so that no result could be told.
    """
    for number in range(3):
        _fill(number)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  # as long as the process
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stdout is None:
        raise ReconcilerError("standard output is closed: there is nowhere to write the result")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.errors != "backslashreplace":
            stream.reconfigure(errors="backslashreplace")
    if os.environ.get("GITHUB_ACTIONS") == "true" and type(sys.stderr) is TextIOWrapper:
        sys.stderr = _Harmless(sys.stderr)


def tell_runner(commands: str, *, err: bool) -> None:
    """Tell the runner of GitHub Actions, which reads what both streams say, the workflow commands of ours."""
    stream = sys.stderr if err else sys.stdout
    stream.flush()
    (stream.inner if isinstance(stream, _Harmless) else stream).write(f"{commands}\n")
    stream.flush()


def abandon() -> None:
    """Send to nowhere what is still to be written: the reader of a pipe has gone, or the disk is full."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


class _Harmless(TextIOWrapper):
    """Standard error in a step of GitHub Actions: what is told there is no command to the runner.

    A message shows the line that is wrong, and whoever opens a pull request writes that line.
    """

    def __init__(self, inner: TextIOWrapper) -> None:
        super().__init__(
            inner.buffer, encoding=inner.encoding, errors=inner.errors, line_buffering=inner.line_buffering
        )
        self.inner = inner

    def write(self, text: str) -> int:
        """Write the text, and return how much of it there was."""
        from reconciler.render.safe import without_commands  # noqa: PLC0415  # for few

        super().write(without_commands(text))
        return len(text)

    def close(self) -> None:
        """Leave open what is not ours alone."""
        self.flush()


def _fill(number: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
