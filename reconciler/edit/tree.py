"""A file as a tree of which every node knows where its characters stand.

Unlike the nodes of `config`, these keep what an edit must keep: the end of a node, its style, its anchor, and
aliases as nodes of their own. They judge nothing: only texts that `config` has found valid come here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from yaml import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)
from yaml._yaml import CParser

_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*\s+)*")


@dataclass(slots=True, eq=False)
class Leaf:
    """A scalar: `start` and `end` enclose it and its quotes, not its anchor; `style` is None if plain."""

    start: int
    end: int
    value: str
    style: str | None
    anchor: str | None


@dataclass(slots=True, eq=False)
class Alias:
    """An alias, such as `*default`, and the node it stands for."""

    start: int
    end: int
    target: Leaf | Mapping | Sequence


@dataclass(slots=True, eq=False)
class Mapping:
    """A mapping: from its brace, or in block style from its first key, to the end of its last value."""

    start: int
    end: int
    pairs: list[Pair]
    is_flow: bool
    anchor: str | None

    def pair(self, name: str) -> Pair | None:
        """Return the pair whose key says `name`, or None."""
        return next((pair for pair in self.pairs if pair.name == name), None)


@dataclass(slots=True, eq=False)
class Sequence:
    """A list."""

    start: int
    end: int
    nodes: list[Node]
    is_flow: bool
    anchor: str | None


Node = Leaf | Alias | Mapping | Sequence


@dataclass(slots=True, eq=False)
class Pair:
    """A key and its value."""

    key: Node
    value: Node

    @property
    def name(self) -> str:
        """Return what the key says."""
        key = resolved(self.key)
        return key.value if isinstance(key, Leaf) else ""


def resolved(node: Node) -> Leaf | Mapping | Sequence:
    """Return the node itself, or what it is an alias of."""
    return node.target if isinstance(node, Alias) else node


def children(node: Node) -> list[Node]:
    """Return the keys and values, or the items, that stand directly in a node."""
    if isinstance(node, Mapping):
        return [part for pair in node.pairs for part in (pair.key, pair.value)]
    return list(node.nodes) if isinstance(node, Sequence) else []


def descendants(node: Node) -> Iterator[Node]:
    """Yield a node and all that is written in it, in the order of the text."""
    ahead = [node]
    while ahead:
        following = ahead.pop()
        yield following
        if not isinstance(following, Leaf):
            ahead += reversed(children(following))


def tree_of(text: str) -> Mapping:
    """Return the tree of a text that `config` has found valid."""
    root = _Reading(text).root()
    assert isinstance(root, Mapping)
    return root


class _Reading:
    def __init__(self, text: str) -> None:
        self._text = text
        self._next = CParser(text).get_event
        self._anchors: dict[str, Leaf | Mapping | Sequence] = {}

    def root(self) -> Node:
        event = self._next()
        while type(event) is not DocumentStartEvent:
            event = self._next()
        return self._node(self._next())

    def _node(self, event: Any) -> Node:
        kind = type(event)
        if kind is AliasEvent:
            return Alias(event.start_mark.index, event.end_mark.index, self._anchors[event.anchor])
        node: Leaf | Mapping | Sequence
        if kind is ScalarEvent:
            node = self._leaf(event)
        elif kind is MappingStartEvent:
            node = self._mapping(event)
        else:
            node = self._sequence(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _leaf(self, event: Any) -> Leaf:
        start, end = event.start_mark.index, event.end_mark.index
        if event.anchor is not None or event.tag is not None:
            properties = _PROPERTIES.match(self._text, start, end)
            start = properties.end() if properties else start
        if event.style in {"|", ">"}:  # they end where the next line begins
            end = start + len(self._text[start:end].rstrip())
        return Leaf(start, end, event.value, event.style or None, event.anchor)

    def _mapping(self, event: Any) -> Mapping:
        pairs = []
        while type(inner := self._next()) is not MappingEndEvent:
            key = self._node(inner)
            pairs.append(Pair(key, self._node(self._next())))
        start, end = self._extent(event, inner, pairs[-1].value.end if pairs else None)
        return Mapping(start, end, pairs, bool(event.flow_style), event.anchor)

    def _sequence(self, event: Any) -> Sequence:
        nodes = []
        while type(inner := self._next()) is not SequenceEndEvent:
            nodes.append(self._node(inner))
        start, end = self._extent(event, inner, nodes[-1].end if nodes else None)
        return Sequence(start, end, nodes, bool(event.flow_style), event.anchor)

    @staticmethod
    def _extent(first: Any, last: Any, end_of_block: int | None) -> tuple[int, int]:
        if first.flow_style:
            return first.end_mark.index - 1, last.end_mark.index
        start = first.end_mark.index
        return start, start if end_of_block is None else end_of_block
