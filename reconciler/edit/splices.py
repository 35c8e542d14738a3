"""Splices: pieces of a text to be exchanged, and the lines that this changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reconciler.config.reading import Source

_BREAK = re.compile("\r\n|[\n\r]")


class Splice(NamedTuple):
    """What stands from `start` to `end` gives way to `text`; an insertion has `start` equal to `end`."""

    start: int
    end: int
    text: str


class Change(NamedTuple):
    """Neighbouring lines that an edit exchanges; `line` counts from 1, the lines have no ends."""

    line: int
    before: list[str]
    after: list[str]


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """Return a text with its splices carried out; those of one place come in the order given."""
    parts, done = [], 0
    for start, end, new in sorted(splices, key=lambda splice: splice[:2]):
        parts += [text[done:start], new]
        done = end
    return "".join((*parts, text[done:]))


def changes(source: Source, splices: Iterable[Splice]) -> Iterator[Change]:
    """Yield the lines that splices change, in the order of the file."""
    for group in _by_lines(source, sorted(splices, key=lambda splice: splice[:2])):
        first = source.position_of(group[0].start) >> 32
        last = source.position_of(max(splice.end for splice in group)) >> 32
        start, end = source.start_of_line(first), source.start_of_line(last + 1)
        moved = [Splice(splice.start - start, splice.end - start, splice.text) for splice in group]
        before = source.text[start:end]
        yield _trimmed(first + 1, before.splitlines(), spliced(before, moved).splitlines())


def line_break_of(text: str, at: int = 0) -> str:
    """Return how the line of `at` ends; the last line of a text, which may have no end, as the one above."""
    found = _BREAK.search(text, at) or _BREAK.search(text, max(0, text.rfind("\n", 0, at) - 1))
    return found.group() if found else "\n"


def _by_lines(source: Source, splices: list[Splice]) -> Iterator[list[Splice]]:
    """Yield the splices in groups that share lines or have none between them."""
    group: list[Splice] = []
    last = -1
    for splice in splices:
        line = source.position_of(splice.start) >> 32
        if group and line > last:
            yield group
            group = []
        group.append(splice)
        last = max(last, source.position_of(splice.end) >> 32)
    if group:
        yield group


def _trimmed(line: int, before: list[str], after: list[str]) -> Change:
    """Return a change without the lines at its ends that stay as they are."""
    while before and after and before[0] == after[0]:
        line, before, after = line + 1, before[1:], after[1:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return Change(line, before, after)
