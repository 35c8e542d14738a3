"""Long lists, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

_T = TypeVar("_T")

ROWS = 100
"""Rows of a page: what a person scrolls through, and far below what any page may weigh."""


@dataclass(frozen=True, slots=True)
class Page(Generic[_T]):
    """Some rows of a list.

    Attributes:
        number: which page it is, from 1.
        last: how many pages there are, at least 1.
        first_row: the number of its first row, from 1.
        total: how many rows the whole list has.
    """

    rows: Sequence[_T]
    number: int
    last: int
    first_row: int
    total: int


def page_of(rows: Sequence[_T], number: str, size: int = ROWS) -> Page[_T]:
    """Return one page of a list; a number that there is not is the nearest that there is.

    Args:
        rows: the whole list.
        number: as somebody gave it, from 1; what is no number is 1.
        size: rows of a page.
    """
    last = max(1, -(-len(rows) // size))
    asked = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 1  # noqa: PLR2004  # enough
    at = min(max(asked, 1), last)
    first = (at - 1) * size
    return Page(rows[first : first + size], at, last, first + 1, len(rows))
