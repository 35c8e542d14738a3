"""The shape that nearly every line of a big file has, read by one regular expression, not event by event.

A run is a stretch of lines such as `  domain/shop.example: {technical: agency}`, all indented alike. libyaml
is shown one line in its place, and as many empty ones as keep every later line where it is. Such a run means
the same wherever a key of a block mapping may stand in that column, and its end leaves libyaml as that one
line does. So whoever meets that line as a key there has proof that it was a run; where it is not met, the
file is read again with the run as it was written. Verdict and positions are always libyaml's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from reconciler.config.reading import has_other_breaks
from reconciler.model import ServiceId

_STANDS_FOR_A_RUN = "run/of-services"
_MOST = 2_000  # entries in a run, so that taking it apart needs little memory at a time

# Only single characters are repeated possessively here: before Python 3.11.5 a possessive group that could
# backtrack inside did not match what it should.

WORTHWHILE = 1_000
"""Characters of a text below which its events themselves are quicker."""

_ROLE = "(?:admin|technical|billing)"
_NAME = "[A-Za-z][A-Za-z0-9_.-]{0,80}+"
_PAIR = f"{_ROLE}: {_NAME}"
_FLOW = rf"\{{ ?(?:{_PAIR}(?:, {_PAIR}){{0,2}} ?)?\}}"
_KEY = "[A-Za-z]{1,30}+/[A-Za-z0-9._/-]{1,200}+(?<![/.])"
_COMMENT = "#[ -~\xa0-\ud7ff]*+"
_ASCII_COMMENT = "#[ -~]*+"  # means the same in most texts; the wide one takes `re` long to compile
_FIRST_KEY = re.compile("\n([ ]{1,8})[A-Za-z]{1,30}+/[A-Za-z0-9._/-]{1,200}+:[ \n]")
_ASSIGNED = re.compile(f"({_ROLE}): ({_NAME})")


class Run(NamedTuple):
    """A run: its first line, counted from 0, and where in the text it starts and ends."""

    line: int
    start: int
    end: int


Skeleton = tuple[str, int, tuple[int, ...]]
"""What libyaml is to read, the column of every run in it, and their lines: it reads equal ones alike."""


class Runs:
    """The runs of one text; those that a reader met are proven."""

    def __init__(self, text: str, indent: int, found: list[Run]) -> None:
        self._text = text
        self._indent = indent
        self._found = found
        self._unmet = {run.line: run for run in found}

    def without(self, up_to: int | None) -> Runs | None:
        """Return these runs without the unmet ones, or None if none of those begins at or before a line."""
        unmet = {line for line in self._unmet if up_to is None or line <= up_to}
        if not unmet:
            return None
        return Runs(self._text, self._indent, [run for run in self._found if run.line not in self._unmet])

    def without_last_before(self, line: int) -> Runs | None:
        """Return these runs without the last that begins at or before a line, or None if none does."""
        last = max((run.line for run in self._found if run.line <= line), default=None)
        if last is None:
            return None
        return Runs(self._text, self._indent, [run for run in self._found if run.line != last])

    def skeleton(self) -> Skeleton:
        """Return all that a reading depends on, but for what stands in the runs."""
        return self.text(), self._indent, tuple([run.line for run in self._found])

    def proven(self) -> list[Run]:
        """Return all runs as met: those of an equal skeleton were."""
        self._unmet.clear()
        return self._found

    def text(self) -> str:
        """Return what libyaml is to read."""
        if not self._found:
            return self._text
        pieces, done = [], 0
        stand_in = f"{' ' * self._indent}{_STANDS_FOR_A_RUN}: {{}}"
        for run in self._found:
            breaks = self._text.count("\n", run.start, run.end)
            pieces += [self._text[done : run.start], stand_in, "\n" * breaks]
            done = run.end
        return "".join([*pieces, self._text[done:]])

    def meet(self, event: Any) -> Run | None:
        """Return the run that a scalar event stands for, which is proven by that, or None."""
        if event.value != _STANDS_FOR_A_RUN or event.start_mark.column != self._indent:
            return None
        return self._unmet.pop(event.start_mark.line, None)

    def entries(self, run: Run) -> list[tuple[str, ServiceId, str]]:
        """Return for each entry of a run what stands before it, its key, and its value's text."""
        found: list[tuple[str, ServiceId, str]] = _entry(self._indent).findall(self._text, run.start, run.end)
        return found

    def named(self, start: int) -> Iterator[tuple[str, str, int]]:
        """Yield role, name and the name's offset for each role of the entry whose line starts at `start`."""
        entry = _entry(self._indent).match(self._text, start)
        if entry:
            for pair in _ASSIGNED.finditer(self._text, entry.start(3), entry.end(3)):
                yield pair[1], pair[2], pair.start(2)

    @property
    def indent(self) -> int:
        """Return the column of every key."""
        return self._indent


def find_runs(text: str) -> Runs:
    """Return the runs of a text; one whose lines do not end with a line feed has none."""
    first = _FIRST_KEY.search(text)  # its indent counts for all
    if first is None or has_other_breaks(text):
        return Runs(text, 0, [])
    indent = len(first[1])
    found, line, counted = [], 0, 0
    for match in _run(indent, _ASCII_COMMENT if text.isascii() else _COMMENT).finditer(text, first.start(1)):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        found.append(Run(line, match.start(), match.end()))
    return Runs(text, indent, found)


def assignments(value: str) -> list[tuple[str, str]]:
    """Return the roles and names in an entry's value."""
    return _ASSIGNED.findall(value)


@lru_cache(maxsize=8)
def _run(indent: int, comment: str) -> re.Pattern[str]:
    """Return the shape of a run."""
    margin = " " * indent
    block = "|".join(rf"(?:\n{margin}{deeper}{_PAIR}){{1,3}}" for deeper in ("  ", "    "))
    ends = rf"(?=(?:[ ]*+\n)*(?:[ ]*+\Z|[ ]{{0,{indent}}}[A-Za-z0-9\"'#]))"
    entry = rf"{margin}{_KEY}:(?: {_FLOW}|{block})(?:[ ]+{comment}|[ ]*+)\n{ends}"
    filler = rf"(?:[ ]*+(?:{comment})?\n)*"
    return re.compile(rf"^(?={margin}[A-Za-z])(?:{filler}{entry}){{1,{_MOST}}}", re.MULTILINE)


@lru_cache(maxsize=8)
def _entry(indent: int) -> re.Pattern[str]:
    """Return what tells the entries of a run apart: what stands before one, its key, and its value's text.

    In a run nothing else can be there, so that this need not look as closely as the shape of the run does.
    """
    margin = " " * indent
    filler = r"(?:[ ]*+(?:#[^\n]*+)?\n)*"
    block = rf"(?:\n{margin}[ ]++[^ #\n]++ [^ \n]++)+"
    return re.compile(rf"({filler}){margin}([^:]++):( \{{[^}}]*+\}}|{block})[^\n]*+\n")
