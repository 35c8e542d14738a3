"""How long a plan may wait, as people write it: `90m`, `24h`, `7d`."""

from __future__ import annotations

import re
from datetime import timedelta

import click

_WRITTEN = re.compile(r"([0-9]{1,6})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_NAMES = {"s": "second", "m": "minute", "h": "hour", "d": "day"}


def duration(
    ctx: click.Context,
    param: click.Parameter,
    value: str | None,
) -> timedelta | None:
    """Return the duration that an option gives as a number and a unit: seconds, minutes, hours or days.

    Raises:
        click.BadParameter: it is none, or of no length.
    """
    if value is None:
        return None
    found = _WRITTEN.fullmatch(value.strip())
    if found is None or not int(found[1]):
        raise click.BadParameter(f"{value!r} is no duration: write 90m, 24h or 7d", ctx, param)
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])


def spoken(length: timedelta) -> str:
    """Return a duration in words of one unit, rounded down: `36 hours`."""
    seconds = int(length.total_seconds())
    unit = next((unit for unit in "dhm" if seconds >= 2 * _SECONDS[unit]), "s")
    count = seconds // _SECONDS[unit]
    return f"{count} {_NAMES[unit]}" if count == 1 else f"{count} {_NAMES[unit]}s"
