"""A service taken out of what an anchor shares, so that one contact of it can change and no other service."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.edit.splices import Splice
from reconciler.edit.tree import Alias, Leaf, Mapping, Pair, descendants


def can_be_written_out(text: str, shared: Mapping) -> bool:
    """Tell whether a mapping can be repeated elsewhere: it is one line in braces with no anchor in it."""
    written = text[shared.start : shared.end]
    plain = all(isinstance(node, Mapping) or _is_plain(node) for node in descendants(shared))
    return shared.is_flow and plain and not {"\n", "\r", "#"}.intersection(written)


def apart(text: str, entry: Pair, shared: Mapping, aliases: Sequence[Alias], value: str) -> list[Splice]:
    """Return what gives one service a value of its own; the anchor moves on if it stood there.

    Args:
        text: of the file.
        entry: the service, whose value is `shared` or an alias of it.
        shared: what the anchor stands before; it can be written out.
        aliases: all of `shared`, in the order of the text; at least one.
        value: what the service is to have.
    """
    if isinstance(entry.value, Alias):
        return [Splice(entry.value.start, entry.value.end, value)]
    anchor = f"&{shared.anchor}"
    start = text.rindex(anchor, entry.key.end, shared.start)
    heir = aliases[0]
    return [
        Splice(start, shared.end, value),
        Splice(heir.start, heir.end, f"{anchor} {text[shared.start : shared.end]}"),
    ]


def _is_plain(node: object) -> bool:
    return isinstance(node, Leaf) and node.anchor is None
