"""How it is said when a request will expire, and what that is known from."""

from __future__ import annotations

from datetime import datetime

from reconciler.progress.deadlines import USUAL
from reconciler.render.wording import counted

_LEARNT = ", as earlier requests here did"
_ASSUMED = f" (requests last about {counted(USUAL.days, 'day')}, unverified)"

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_NEARLY = 0.05  # of a unit: two days that began a minute ago are still about 2 days


def expiry_words(at: datetime, left: float, *, learnt: bool, steady: bool = False) -> str:
    """Return when a request expires: `expires in about 3 days, on 2026-11-29, as earlier requests here did`.

    Args:
        at: when it expires; shown as a UTC day.
        left: seconds from now until then, below 0 once it should have expired.
        learnt: earlier requests of this endpoint showed it; else it is said to be unverified.
        steady: leave out how much time is left, which changes without anything having happened.
    """
    basis = _LEARNT if learnt else _ASSUMED
    if left <= 0:
        return f"should have expired on {at:%Y-%m-%d}{basis}"
    if steady:
        return f"expires on {at:%Y-%m-%d}{basis}"
    return f"expires in {about(left)}, on {at:%Y-%m-%d}{basis}"


def about(seconds: float) -> str:
    """Return a length of time in the unit that people would use: `about 7 days`, `about 36 hours`."""
    for unit, noun, enough in ((_DAY, "day", 2), (_HOUR, "hour", 2), (_MINUTE, "minute", 1)):
        if seconds / unit > enough - _NEARLY:
            return f"about {counted(round(seconds / unit), noun)}"
    return "less than a minute"
