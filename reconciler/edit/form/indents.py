"""Two blanks a level, also before the dashes of lists; comments go with the lines that they stand over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from reconciler.config.reading import Source
from reconciler.edit.splices import Splice
from reconciler.edit.tree import Mapping, Node, Sequence

_STEP = 2
_DASH = re.compile(r"^([ \t]*)-(?=[ \t\r\n])", re.MULTILINE)


class _Level(NamedTuple):
    """How far a key or a dash stands in, and how far it is to."""

    old: int
    new: int


def indents(text: str, root: Mapping) -> Iterator[Splice]:
    """Yield what indents every line as far as it is nested; nothing where keys stand in unusual ways."""
    layout = _Layout(text, root)
    if layout.is_usual:
        yield from layout.dashes
        yield from layout.shifts()


class _Layout:
    """Which lines begin with which key or dash, and which go on with what an earlier line began.

    Attributes:
        dashes: what sets the blanks behind dashes.
        is_usual: whether every key in block style begins its line, or follows a dash.
    """

    def __init__(self, text: str, root: Mapping) -> None:
        self.dashes: list[Splice] = []
        self.is_usual = True
        self._text = text
        self._source = Source("", text)
        self._begun: dict[int, tuple[_Level, ...]] = {}
        self._last: dict[int, _Level] = {}
        self._inside: set[int] = set()
        self._node(root, 0, (), 0)

    def shifts(self) -> Iterator[Splice]:
        """Yield what indents the lines."""
        lines = self._text.splitlines(keepends=True) if self._is_plain() else []
        starts = accumulate((len(line) for line in lines), initial=0)
        following = sorted(self._begun, reverse=True)
        levels: tuple[_Level, ...] = ()
        last = _Level(0, 0)
        for number, (line, start) in enumerate(zip(lines, starts, strict=False)):
            while following and following[-1] <= number:
                following.pop()
            blanks = len(line) - len(line.lstrip(" \t"))
            if number in self._begun:
                levels = self._begun[number]
                last = self._last[number]
                new = levels[-1].new
            elif number in self._inside:
                new = max(0, blanks + last.new - last.old) if line.strip() else blanks
            elif line.lstrip(" \t").startswith("#"):
                below = self._begun[following[-1]][-1:] if following else ()
                new = _beside(blanks, below, levels)
            else:
                continue
            if line[:blanks] != " " * new and not ("\t" in line[:blanks] and number in self._inside):
                yield Splice(start, start + blanks, " " * new)

    def _is_plain(self) -> bool:
        """Tell whether lines end in the ways that are usual in files, and in no other."""
        return not re.search("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", self._text)

    def _node(self, node: Node, new: int, above: tuple[_Level, ...], since: int) -> None:
        """Take in a node whose keys or dashes are to stand `new` in, and whose text begins after `since`."""
        if isinstance(node, Mapping) and not node.is_flow and node.pairs:
            for pair in node.pairs:
                level = _Level(self._column(pair.key.start), new)
                self._begin(pair.key.start, level, (*above, level))
                self._node(pair.value, new + _STEP, (*above, level), pair.key.end)
        elif isinstance(node, Sequence) and not node.is_flow:
            self._items(node, new, above, since)
        else:
            first, last = self._line(since), self._line(max(since, node.end))
            self._inside.update(range(first + 1, last + 1))

    def _items(self, node: Sequence, new: int, above: tuple[_Level, ...], since: int) -> None:
        for item in node.nodes:
            dashes = [
                dash
                for dash in _DASH.finditer(self._text, self._line_start(since), item.start)
                if dash.end() > since
            ]
            if len(dashes) != 1:
                self.is_usual = False
                return
            level = _Level(len(dashes[0].group(1)), new)
            levels = (*above, level)
            line = self._line(dashes[0].end())
            self._begun[line], self._last[line] = levels, level
            gap = self._text[dashes[0].end() : item.start]
            if item.end > item.start and "#" not in gap and "\n" not in gap and "\r" not in gap:
                parts = "".join(f" {part}" for part in gap.split()) + " "
                if parts != gap:
                    self.dashes.append(Splice(dashes[0].end(), item.start, parts))
            self._node(item, new + _STEP, levels, dashes[0].end())
            since = item.end

    def _begin(self, at: int, level: _Level, levels: tuple[_Level, ...]) -> None:
        """Take in a key that begins a line, or follows the dash that does."""
        line = self._line(at)
        before = self._text[self._line_start(at) : at]
        if not before.strip():
            self._begun[line] = levels
        elif line not in self._begun or before.strip() != "-":
            self.is_usual = False
        self._last[line] = level

    def _line(self, at: int) -> int:
        return self._source.position_of(at) >> 32

    def _line_start(self, at: int) -> int:
        return self._source.start_of_line(self._line(at))

    def _column(self, at: int) -> int:
        return at - self._line_start(at)


def _beside(blanks: int, below: tuple[_Level, ...], above: tuple[_Level, ...]) -> int:
    """Return how far a comment is to stand in: with the line below it, else with one of those above it."""
    if below and below[0].old == blanks:
        return below[0].new
    near = [level for level in (*above, *below) if level.old <= blanks]
    return max(near).new if near else (below[0].new if below else 0)
