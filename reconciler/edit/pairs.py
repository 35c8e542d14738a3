"""One more key in a mapping of roles, in the style of the mapping."""

from __future__ import annotations

from reconciler.edit.splices import Splice, line_break_of
from reconciler.edit.tree import Mapping, Pair
from reconciler.model import Role
from reconciler.model.contacts import ROLES

_ORDER = {role.value: rank for rank, role in enumerate(ROLES)}


def with_pair(text: str, mapping: Mapping, role: Role, value: str) -> Splice:
    """Return what puts `role: value` into a mapping of roles, in the order admin, technical, billing.

    In block style the new line goes below the one it follows; above the first only where no comment stands,
    which would seem to be about the new line.
    """
    entry = f"{role}: {value}"
    if not mapping.pairs:
        return Splice(mapping.start + 1, mapping.start + 1, entry)
    before = [pair for pair in mapping.pairs if _ORDER.get(pair.name, -1) < _ORDER[role]]
    if mapping.is_flow:
        return _in_braces(mapping, before, entry)
    first = mapping.pairs[0].key
    start = _start_of_line(text, mapping.start)
    indent = " " * (mapping.start - start)
    if not before and text[start : mapping.start].isspace() and not _is_commented(text, start):
        return Splice(first.start, first.start, f"{entry}{line_break_of(text, start)}{indent}")
    after = before[-1] if before else mapping.pairs[-1]
    at = _end_of_line(text, after.value.end)
    return Splice(at, at, f"{line_break_of(text, at)}{indent}{entry}")


def _in_braces(mapping: Mapping, before: list[Pair], entry: str) -> Splice:
    if before:
        return Splice(before[-1].value.end, before[-1].value.end, f", {entry}")
    start = mapping.pairs[0].key.start
    return Splice(start, start, f"{entry}, ")


def _is_commented(text: str, start: int) -> bool:
    """Tell whether the line above the one that starts at `start` is a comment."""
    above = text[:start].rstrip("\r\n")
    return above[_start_of_line(above, len(above)) :].lstrip().startswith("#")


def _start_of_line(text: str, at: int) -> int:
    return max(text.rfind(mark, 0, at) for mark in "\n\r") + 1


def _end_of_line(text: str, at: int) -> int:
    """Return where the line of `at` ends, before its line break."""
    ends = [found for mark in "\r\n" if (found := text.find(mark, at)) >= 0]
    return min(ends, default=len(text))
