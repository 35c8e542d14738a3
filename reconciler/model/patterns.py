"""Patterns with `*` and `?`, as the file and the command line write them for services."""

from __future__ import annotations

import re
from fnmatch import translate


def compiled(pattern: str) -> re.Pattern[str]:
    """Compile `*` and `?`; a bracket is a bracket, so that every service is named by its own key."""
    return re.compile(translate(pattern.replace("[", "[[]")))
