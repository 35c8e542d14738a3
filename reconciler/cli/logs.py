"""What `-v` tells on stderr: our own lines, and why a call was tried again."""

from __future__ import annotations

import logging

_LEVELS = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}
_CALLS = "urllib3.connectionpool"
_RETRIES = "stamina"


def set_up(verbosity: int) -> None:
    """Log to stderr: from 1 what we do, from 2 also every call.

    Other packages are not heard below a warning: what some of them log for their developers holds tokens.
    """
    level = _LEVELS.get(verbosity, logging.DEBUG)
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=max(level, logging.WARNING))
    logging.getLogger("reconciler").setLevel(level)
    logging.getLogger(_CALLS).setLevel(level if level < logging.INFO else logging.ERROR)
    retries = logging.getLogger(_RETRIES)
    retries.setLevel(logging.WARNING if verbosity > 0 else logging.ERROR)
    retries.filters = [_say_retry]


def _say_retry(record: logging.LogRecord) -> bool:
    """Put a retry into words: its record holds them only as extra fields."""
    told = vars(record)
    if "stamina.caused_by" in told:
        record.msg = f"trying again in {told['stamina.wait_for']:g} s: {told['stamina.caused_by']}"
        record.args = ()
    return True
