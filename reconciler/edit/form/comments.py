"""Comments, which no parser tells of: what stands after a `#` outside of every scalar."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.edit.tree import Leaf, Node, descendants

_COMMENT = re.compile(r"#[^\r\n]*")


def comments(text: str, root: Node) -> list[str]:
    """Return the comments of a file in its order, without the blanks at their ends."""
    return [
        found.group().rstrip()
        for start, end in gaps(text, root)
        for found in _COMMENT.finditer(text, start, end)
    ]


def gaps(text: str, root: Node) -> Iterator[tuple[int, int]]:
    """Yield from where to where no scalar stands."""
    done = 0
    for start, end in scalars(root):
        yield done, start
        done = end
    yield done, len(text)


def scalars(root: Node) -> Iterator[tuple[int, int]]:
    """Yield where scalars start and end, in the order of the text."""
    for node in descendants(root):
        if isinstance(node, Leaf):
            yield node.start, node.end
