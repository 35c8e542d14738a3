"""Lines without blanks at their ends, without heaps of empty ones, all ended alike."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.edit.form.comments import gaps
from reconciler.edit.splices import Splice, line_break_of
from reconciler.edit.tree import Node

_BREAKS = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r))+")
_BREAK = re.compile(r"\r\n|\n|\r")


def tidy_lines(text: str, root: Node) -> Iterator[Splice]:
    """Yield what ends lines outside of scalars without blanks, and leaves one empty line of several."""
    end = line_break_of(text)
    for start, stop in gaps(text, root):
        last = start
        for found in _BREAKS.finditer(text, start, stop):
            count = len(_BREAK.findall(found.group()))
            new = "" if found.start() == 0 else end * min(2, count)
            last = found.end()
            if last == len(text):
                new = end
            if new != found.group():
                yield Splice(found.start(), last, new)
        if (stop == len(text) and last != stop) or not text:
            rest = text[last:]
            yield Splice(last + len(rest.rstrip(" \t")), len(text), end)
        elif stop == len(text) and start == stop and not text.endswith(("\n", "\r")):
            yield Splice(stop, stop, end)
