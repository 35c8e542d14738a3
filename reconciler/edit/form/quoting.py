"""Quotes where some YAML parser would read something else without them, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from yaml import ScalarNode
from yaml.resolver import Resolver

from reconciler.config.nodes import typed
from reconciler.edit.scalars import scalar
from reconciler.edit.splices import Splice
from reconciler.edit.tree import Leaf, Mapping, Node, descendants

_YAML_1_1 = Resolver()
_TEXT = "tag:yaml.org,2002:str"
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TAGGED = re.compile(r"![^\s,\[\]{}]*\s+(?:&[^\s,\[\]{}]+\s+)?\Z")
_FAR = 300
_LONGEST_KEY = 128


def quoting(text: str, root: Mapping) -> Iterator[Splice]:
    """Yield what gives every text the quotes that it needs; days, numbers and true stay as they are."""
    ours = {id(key) for key in _own_keys(root)}
    for leaf in descendants(root):
        if isinstance(leaf, Leaf) and id(leaf) not in ours:
            new = _rewritten(text, leaf)
            if new is not None and new != text[leaf.start : leaf.end]:
                yield Splice(leaf.start, leaf.end, new)


def _own_keys(root: Mapping) -> Iterator[Node]:
    """Yield the keys of `notify`: its `on` is a word of ours, and reads badly in quotes."""
    notify = root.pair("notify")
    for node in descendants(notify.value) if notify else ():
        if isinstance(node, Mapping):
            yield from (pair.key for pair in node.pairs)


def _rewritten(text: str, leaf: Leaf) -> str | None:
    """Return how a text is to be written; None: as it is."""
    if _DAY.fullmatch(leaf.value) or not leaf.value.isprintable() or len(leaf.value) > _LONGEST_KEY:
        return None
    if leaf.style in {"|", ">"} or "\n" in text[leaf.start : leaf.end] or "\r" in text[leaf.start : leaf.end]:
        return None
    if leaf.style is None:
        is_text = isinstance(typed(leaf.value), str)
        return scalar(leaf.value) if is_text and _is_ambiguous(leaf.value) else None
    return None if _TAGGED.search(text, max(0, leaf.start - _FAR), leaf.start) else scalar(leaf.value)


@cache
def _is_ambiguous(word: str) -> bool:
    """Tell whether parsers of YAML 1.1 take a word for something else than text."""
    tag: str = _YAML_1_1.resolve(ScalarNode, word, (True, False))  # type: ignore[no-untyped-call]  # has no types
    return tag != _TEXT
