"""One blank after `:` and `,`, none before them, none inside braces and brackets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from reconciler.edit.splices import Splice
from reconciler.edit.tree import Alias, Mapping, Node, Pair, Sequence, descendants


def spacing(text: str, root: Mapping) -> Iterator[Splice]:
    """Yield what sets the blanks between the parts of a line; braces over several lines stay as they are."""
    for node in descendants(root):
        if isinstance(node, Mapping):
            for pair in node.pairs:
                yield from _after_key(text, pair)
        if isinstance(node, Mapping | Sequence) and node.is_flow and is_one_line(text, node.start, node.end):
            yield from _in_braces(text, node)


def is_one_line(text: str, start: int, end: int) -> bool:
    """Tell whether no line ends between two places."""
    return "\n" not in text[start:end] and "\r" not in text[start:end]


def _after_key(text: str, pair: Pair) -> Iterator[Splice]:
    """Yield the blank after a key's colon, if the value begins in the same line."""
    start, end = pair.key.end, pair.value.start
    colon, rest = _parted(text[start:end], ":")
    if colon and rest is not None and pair.value.end > end and is_one_line(text, start, end):
        before = " " if isinstance(pair.key, Alias) else ""
        yield from _set(text, start, end, f"{before}: {_properties(rest)}")


def _in_braces(text: str, node: Mapping | Sequence) -> Iterator[Splice]:
    """Yield the blanks around the entries of a collection in one line."""
    entries = _entries(node)
    if not entries:
        yield from _set(text, node.start + 1, node.end - 1, "")
        return
    before = text[node.start + 1 : entries[0][0].start]
    if not before.strip().startswith("?"):
        yield from _set(text, node.start + 1, entries[0][0].start, _properties(before))
    for (_, last), (first, _) in pairwise(entries):
        comma, rest = _parted(text[last.end : first.start], ",")
        if comma and rest is not None and not rest.strip().startswith("?"):
            yield from _set(text, last.end, first.start, f", {_properties(rest)}")
    end = entries[-1][1].end
    if text[end : node.end - 1].strip() in {"", ","}:
        yield from _set(text, end, node.end - 1, "")


def _entries(node: Mapping | Sequence) -> list[tuple[Node, Node]]:
    """Return each entry as the nodes with which it begins and ends."""
    if isinstance(node, Sequence):
        return [(item, item) for item in node.nodes]
    return [(pair.key, pair.value) for pair in node.pairs]


def _parted(gap: str, mark: str) -> tuple[bool, str | None]:
    """Return whether a gap is blanks, one mark and the rest, and that rest."""
    before, found, rest = gap.partition(mark)
    return bool(found) and not before.strip(), rest


def _properties(gap: str) -> str:
    """Return the anchor and the tag of what follows a gap, with a blank behind each."""
    return "".join(f"{part} " for part in gap.split())


def _set(text: str, start: int, end: int, new: str) -> Iterator[Splice]:
    if text[start:end] != new:
        yield Splice(start, end, new)
