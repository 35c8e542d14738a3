"""Ctrl-C while requests are sent: the one being sent is finished, the rest is left."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from types import FrameType
from typing import Any, Self

_SAID = b"stopping: the request that is being sent will be finished and journalled\n"


class Stopping:
    """While this context is open, SIGINT and SIGTERM only ask the run to stop after the current request."""

    def __init__(self) -> None:
        self._asked = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def asked(self) -> bool:
        """Return whether somebody asked to stop."""
        return self._asked

    def _ask(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  # the signal's signature
        self._asked = True
        with suppress(OSError):  # whatever is raised here would break into the request that is being sent
            os.write(2, _SAID)
