"""Lines without blanks at their ends, without heaps of empty ones, all ended alike."""

from __future__ import annotations

import re

from reconciler.edit.form.comments import gaps
from reconciler.edit.splices import Splice, line_break_of, spliced

_BREAKS = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r))+")
_BREAK = re.compile(r"\r\n|\n|\r")


def tidy_lines(text: str) -> str:
    """Return a text whose lines outside of scalars end without blanks, at most one empty line in a row."""
    end = line_break_of(text)
    splices = []
    for start, stop in gaps(text):
        last = start
        for found in _BREAKS.finditer(text, start, stop):
            count = len(_BREAK.findall(found.group()))
            new = "" if found.start() == 0 else end * min(2, count)
            last = found.end()
            if last == len(text):
                new = end
            if new != found.group():
                splices.append(Splice(found.start(), last, new))
        if (stop == len(text) and last != stop) or not text:
            rest = text[last:]
            splices.append(Splice(last + len(rest.rstrip(" \t")), len(text), end))
        elif stop == len(text) and start == stop and not text.endswith(("\n", "\r")):
            splices.append(Splice(stop, stop, end))
    return spliced(text, splices)
