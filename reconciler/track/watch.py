"""Looks at the endpoint again and again until nothing is open, or until time is up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long to wait in all, and between two looks, in seconds; `timeout` None: for ever."""

    interval: float
    timeout: float | None


@dataclass(frozen=True, slots=True)
class Look(Generic[T]):
    """One look: what it showed, and whether it is the last."""

    shown: T
    settled: bool
    timed_out: bool


def watch(
    look: Callable[[], T],
    settled: Callable[[T], bool],
    waiting: Waiting,
    *,
    monotonic: Callable[[], float],
    sleep: Callable[[float], None],
) -> Iterator[Look[T]]:
    """Yield one look after the other; the last is settled or came when time was up.

    Args:
        look: observes afresh.
        settled: tells whether nothing is open any more.
        waiting: how long to wait.
        monotonic: a clock in seconds that never goes back.
        sleep: waits for that many seconds.
    """
    deadline = None if waiting.timeout is None else monotonic() + waiting.timeout
    while True:
        shown = look()
        done = settled(shown)
        rest = None if deadline is None else deadline - monotonic()
        timed_out = not done and rest is not None and rest <= 0
        yield Look(shown, done, timed_out)
        if done or timed_out:
            return
        sleep(waiting.interval if rest is None else max(0.0, min(waiting.interval, rest)))
