"""From libyaml's events to small trees of which every leaf knows its place.

Typed are only true, false, null and decimal integers, written plainly; everything else is text. What YAML
allows and this file does not (merge keys, tags of one's own, keys twice, keys that are no text) is a problem
here, so that whoever reads a tree meets none of it. An alias is a node of its own where it stands; what is
inside it stands at its anchor.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from yaml import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent
from yaml._yaml import CParser

from reconciler.config.problems import Problems
from reconciler.config.reading import FIRST, Source, line_and_column, position, quoted

MAX_DEPTH = 24
"""The deepest sense that the file can make is 5 levels; without a limit `[[[[...` would eat the memory."""

_FREE_EXPANSION = 100_000  # nodes that aliases may stand for in any file, however small,
_MOST_IN_A_KEY = 100
_EXPANSION = 30  # and how many more for each node that is written out

BAD = object()
"""The value of a scalar whose problem is noted already: whoever meets it stays silent."""


@dataclass(slots=True)
class Scalar:
    """A leaf: text, an integer, a truth value, None for null, or `BAD`."""

    at: int
    value: Any


@dataclass(slots=True)
class Items:
    """A list."""

    at: int
    nodes: list[Node]


@dataclass(slots=True)
class Fields:
    """A mapping: its keys with their places, as they stand; a key that comes twice is there twice."""

    at: int
    pairs: list[tuple[str, int, Node]]


Node = Scalar | Items | Fields

_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_INTEGER = re.compile("[-+]?[0-9]+")
_LONGEST_INTEGER = 18
_TEXT, _CORE = "tag:yaml.org,2002:str", "tag:yaml.org,2002:"


def typed(text: str) -> str | int | bool | None:
    """Return what a plain scalar stands for."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "0123456789+-" and _INTEGER.fullmatch(text):
        return int(text[:_LONGEST_INTEGER])
    return text


class Composer:
    """Reads one document's events and makes trees of them on request.

    Args:
        source: where the text stands, for problems.
        text: what libyaml is to read; it may differ from the source's where lines were read already.
        first_line: the line of the source, counted from 0, at which `text` begins.
    """

    def __init__(self, source: Source, text: str, problems: Problems, *, first_line: int = 0) -> None:
        self.source = source
        self.problems = problems
        self.next = CParser(text).get_event
        self._first_line = first_line
        self._anchors: dict[str, Node | None] = {}
        self._sizes: dict[str, int] = {}
        self._written = 0
        self._expanded = 0
        self._most = 0

    def at(self, event: Any) -> int:
        """Return where an event begins."""
        mark = event.start_mark
        return position(mark.line + self._first_line, mark.column)

    def tree(self, event: Any, most: int) -> Node:
        """Return the node that `event` begins, of at most `most` nodes.

        Raises:
            GiveUpError: it is too big, too deep, or its aliases stand for too much.
            yaml.YAMLError: libyaml cannot read on.
        """
        self._most = self._written + most
        return self._node(event, MAX_DEPTH)

    def _node(self, event: Any, room: int) -> Node:
        self._written += 1
        kind = type(event)
        if kind is AliasEvent:
            return self._alias(event)
        if self._written > self._most:
            raise self.problems.give_up(self.source, self.at(event), "far too much in one place")
        if event.anchor is None:
            return self._bare(event, kind, room)
        self._anchors[event.anchor] = None
        before = self._written + self._expanded
        node = self._bare(event, kind, room)
        self._anchors[event.anchor] = node
        self._sizes[event.anchor] = self._written + self._expanded - before + 1
        return node

    def _bare(self, event: Any, kind: type, room: int) -> Node:
        if kind is ScalarEvent:
            return self._scalar(event)
        if not room:
            self._too_deep(event)
        node = self._fields(event, room) if kind is MappingStartEvent else self._items(event, room)
        own = f"{_CORE}{'map' if kind is MappingStartEvent else 'seq'}"
        return node if event.tag in {None, own} else self._foreign_tag(event)

    def _scalar(self, event: Any) -> Scalar:
        text, at = event.value, self.at(event)
        if event.implicit[0]:
            return Scalar(at, typed(text))
        if event.tag is None or event.tag in {"!", _TEXT}:
            return Scalar(at, text)
        value = typed(text)
        names = {bool: "bool", int: "int", type(None): "null"}
        if event.tag == _CORE + names.get(type(value), ""):
            return Scalar(at, value)
        return self._foreign_tag(event)

    def _foreign_tag(self, event: Any) -> Scalar:
        shown = event.tag.removeprefix(_CORE) if event.tag.startswith(_CORE) else event.tag
        written = f"!!{shown}" if event.tag.startswith(_CORE) else shown
        hint = "leave the tag out; text in quotes is text"
        self.problems.note(self.source, self.at(event), f"the tag {quoted(written)} does not fit here", hint)
        return Scalar(self.at(event), BAD)

    def _items(self, event: Any, room: int) -> Items:
        nodes = []
        while type(inner := self.next()) is not SequenceEndEvent:
            nodes.append(self._node(inner, room - 1))
        return Items(self.at(event), nodes)

    def _fields(self, event: Any, room: int) -> Fields:
        pairs = []
        first: dict[str, int] = {}
        while type(inner := self.next()) is not MappingEndEvent:
            name = self._key(inner, room - 1)
            value = self._node(self.next(), room - 1)
            if name is None:
                continue
            at = self.at(inner)
            if first.setdefault(name, at) != at:
                self.twice(name, at, first[name])
            pairs.append((name, at, value))
        return Fields(self.at(event), pairs)

    def key(self, event: Any) -> str | None:
        """Return the key that `event` begins, or None, with a problem noted, where it is no text."""
        self._most = self._written + _MOST_IN_A_KEY
        return self._key(event, MAX_DEPTH)

    def _key(self, event: Any, room: int) -> str | None:
        if type(event) is ScalarEvent and event.value == "<<" and event.implicit[0]:
            hint = "write the keys out, or use `defaults`"
            self.problems.note(self.source, self.at(event), "merge keys (`<<`) are not allowed", hint)
            return None
        node = self._node(event, room)
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return node.value
        if not (isinstance(node, Scalar) and node.value is BAD):
            self.problems.note(self.source, node.at, "a key must be text", "put it in quotes")
        return None

    def twice(self, name: str, at: int, first: int) -> None:
        """Note that a mapping names `name` a second time."""
        line, column = line_and_column(first)
        message = f"{quoted(name)} is here a second time; the first is at {self.source.file}:{line}:{column}"
        self.problems.note(self.source, at, message, "keep one of the two")

    def _alias(self, event: Any) -> Node:
        name, at = event.anchor, self.at(event)
        node = self._anchors.get(name)
        if node is None:
            inside = name in self._anchors
            message = f"the alias {quoted('*' + name)} " + ("contains itself" if inside else "has no anchor")
            known = tuple(self._anchors)
            self.problems.note(
                self.source, at, message, None if inside else self.problems.suggest(name, known)
            )
            return Scalar(at, BAD)
        self._expanded += self._sizes[name]
        if self._expanded > _FREE_EXPANSION + _EXPANSION * self._written:
            message = f"the aliases up to here stand for {self._expanded:,} values: far too many"
            raise self.problems.give_up(self.source, at, message, "write out what is meant")
        if isinstance(node, Scalar):
            return Scalar(at, node.value)
        return Items(at, node.nodes) if isinstance(node, Items) else Fields(at, node.pairs)

    def skip(self, event: Any, leaf: Callable[[Any], object]) -> None:
        """Read over the node that `event` begins, whose anchors say nothing.

        Args:
            event: the first event of the node.
            leaf: is shown every scalar that stands directly in a mapping in block style.
        """
        inside: list[tuple[str | None, int]] = []
        block: list[bool] = []
        while True:
            kind = type(event)
            if kind is AliasEvent:
                self._alias(event)
            elif kind in {MappingEndEvent, SequenceEndEvent}:
                self._silence(*inside.pop())
                block.pop()
            elif kind is ScalarEvent:
                if block and block[-1]:
                    leaf(event)
                self._silence(event.anchor, self._written + self._expanded)
            else:
                self._written += 1
                inside.append((event.anchor, self._written + self._expanded))
                block.append(kind is MappingStartEvent and not event.flow_style)
                if len(inside) > MAX_DEPTH:
                    self._too_deep(event)
                if event.anchor is not None:
                    self._anchors[event.anchor] = None
            if not inside:
                return
            event = self.next()

    def _silence(self, anchor: str | None, before: int) -> None:
        if anchor is not None:
            self._anchors[anchor] = Scalar(FIRST, BAD)
            self._sizes[anchor] = self._written + self._expanded - before + 1

    def _too_deep(self, event: Any) -> NoReturn:
        message = f"nested deeper than {MAX_DEPTH} levels"
        raise self.problems.give_up(self.source, self.at(event), message)
