"""One account's pace: when the server says "too many", all its threads wait together.

A limit of n calls is learnt from the answers: up to the number of calls that were served before the last
429, calls go out side by side; beyond it one at a time at first, so that finding the limit again wastes one
call and not one per thread.
"""

from __future__ import annotations

import threading
import time

LONGEST_PAUSE = 120.0
"""Seconds that a run is willing to wait because the server asks for it; beyond that it says so and ends.

It holds for one pause, and for pauses after which the server still serves nothing.
"""

_FIRST_PAUSE = 1.0
_NO_LIMIT_KNOWN = 1 << 30


class PauseTooLongError(Exception):
    """The server asks for a longer pause than we are willing to make; `seconds` is what it asks for."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Pace:
    """Lets calls through. Every `enter` is followed by one `served` or `refused`."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._resume = 0.0  # by the monotonic clock
        self._round = 0  # counts the pauses, so that a late 429 of an earlier round teaches nothing
        self._limit = _NO_LIMIT_KNOWN
        self._served = 0
        self._in_flight = 0
        self._beyond = 1  # how many may go side by side beyond the limit
        self._own_pause = _FIRST_PAUSE  # where the server names none
        self._refused_since: float | None = None  # since then nothing was served

    def enter(self) -> int:
        """Wait for leave to send one call; return the round to give back with its outcome.

        Raises:
            PauseTooLongError: the pause that the server asked for is longer than we wait.
        """
        with self._changed:
            while True:
                now = time.monotonic()
                left = self._resume - now
                if left > LONGEST_PAUSE or (left > 0 and self._waits_in_vain(now)):
                    raise PauseTooLongError(left)
                if left > 0:
                    self._changed.wait(left)
                elif self._may_go():
                    self._in_flight += 1
                    return self._round
                else:
                    self._changed.wait()

    def served(self, of_round: int) -> None:
        """Tell that a call got any answer but 429, or none at all."""
        with self._changed:
            self._in_flight -= 1
            if of_round == self._round:
                self._refused_since = None
                self._served += 1
                self._own_pause = _FIRST_PAUSE
                if self._served > self._limit + 2 * self._beyond:
                    self._beyond *= 2
            self._changed.notify_all()

    def refused(self, of_round: int, pause: float | None) -> None:
        """Tell that a call was answered with 429; `pause` is what the server asks for, in seconds."""
        with self._changed:
            self._in_flight -= 1
            if self._refused_since is None:
                self._refused_since = time.monotonic()
            if of_round == self._round:
                self._limit = max(1, self._served)
                self._served = 0
                self._beyond = 1
                self._round += 1
                if pause is None:
                    pause, self._own_pause = self._own_pause, min(self._own_pause * 2, LONGEST_PAUSE / 2)
            self._resume = max(self._resume, time.monotonic() + (pause or 0.0))
            self._changed.notify_all()

    def _waits_in_vain(self, now: float) -> bool:
        """Tell whether we have waited long enough: then only a pause that has passed lets one call try."""
        return self._refused_since is not None and now - self._refused_since > LONGEST_PAUSE

    def _may_go(self) -> bool:
        room = self._limit - self._served - self._in_flight
        return room > 0 or self._in_flight < self._beyond
