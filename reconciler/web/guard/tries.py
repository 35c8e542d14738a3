"""Guessing at the door is slow: few wrong tries a minute from one address."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable

WRONG_TRIES = 5
PER_SECONDS = 60.0
_MOST_KNOWN = 10_000


class Tries:
    """Counts the wrong tries of each address. It forgets the oldest addresses rather than grow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def pause(self, who: str) -> float:
        """Return for how many seconds more an address is not listened to, right or wrong; 0: it is.

        A right guess must look like a wrong one meanwhile, else the pause would slow nobody.
        """
        times = self._wrong.get(who)
        if times is None:
            return 0.0
        now = self._clock()
        while times and times[0] <= now - PER_SECONDS:
            times.popleft()
        if not times:
            del self._wrong[who]
        return times[0] + PER_SECONDS - now if len(times) >= WRONG_TRIES else 0.0

    def was_wrong(self, who: str) -> None:
        """Count a wrong try."""
        self._wrong.setdefault(who, deque(maxlen=WRONG_TRIES)).append(self._clock())
        self._wrong.move_to_end(who)
        if len(self._wrong) > _MOST_KNOWN:
            self._wrong.popitem(last=False)
