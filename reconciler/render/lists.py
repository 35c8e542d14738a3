"""The lists that a plan is shown as, their rows kept by column; each format gives them its own looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple


class Tone(StrEnum):
    """What a section asks of its reader; a terminal gives each its colour."""

    ACT = "act"  # about to happen
    WAIT = "wait"  # nothing to do but wait
    CARE = "care"  # wants a person
    ASIDE = "aside"  # good to know


class Words(NamedTuple):
    """The cells that many rows share, and the same as the middle of a line of text; safe to show."""

    cells: tuple[str, ...] = ()
    text: str = ""


NO_WORDS = Words()


class Rows:
    """The rows of a list, kept by column: a tuple for each would be one more thing for the collector to walk.

    Attributes:
        about: what each row is about, as it came, not yet safe.
        words: the cells that it shares with others.
        last: its last cell, as it came, not yet safe; empty where rows have none.
    """

    __slots__ = ("about", "last", "words")

    def __init__(self, about: list[str], words: list[Words], last: list[str]) -> None:
        self.about = about
        self.words = words
        self.last = last

    def __len__(self) -> int:
        return len(self.about)

    def __getitem__(self, some: slice) -> Rows:
        return Rows(self.about[some], self.words[some], self.last[some])

    def add(self, about: str, words: Words, last: str) -> None:
        """Add a row with a last cell."""
        self.about.append(about)
        self.words.append(words)
        self.last.append(last)

    def cells(self) -> Iterator[tuple[str, ...]]:
        """Yield the cells of each row."""
        shared = (words.cells for words in self.words)
        if self.last:
            return (
                (about, *words, last)
                for about, words, last in zip(self.about, shared, self.last, strict=True)
            )
        return ((about, *words) for about, words in zip(self.about, shared, strict=True))


class Section(NamedTuple):
    """One list of a plan.

    Attributes:
        title: what the list is and how long it is.
        columns: a heading for each cell of a row: the first, the shared ones, and the last if there is one.
        rows: in the order of the plan.
        glue: what stands before a row's last cell in a line of text; empty where rows have none.
        notes: what to do, one whole paragraph each; written here, names in them already safe.
    """

    tone: Tone
    title: str
    columns: tuple[str, ...]
    rows: Rows
    glue: str = ""
    notes: tuple[str, ...] = ()


def plain_rows(about: Iterable[str], last: Iterable[str] = ()) -> Rows:
    """Return rows that share no words."""
    firsts = [*about]
    return Rows(firsts, [NO_WORDS] * len(firsts), [*last])
