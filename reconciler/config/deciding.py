"""Which line of a file decides a contact; looked up for the few that somebody is shown, not while loading.

A service's entry is read again, alone, from where the loader met its key. Where the entry does not name the
role itself, the line is that of `defaults`. An entry that is an alias is decided where its anchor stands.
What cannot be told this way, as an anchor in the middle of a line, is decided where the service is declared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from yaml import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    NodeEvent,
    ScalarEvent,
    YAMLError,
)
from yaml._yaml import CParser

from reconciler.config.model import Config
from reconciler.config.reading import Source, UnreadableError, line_and_column, read
from reconciler.model import Role, ServiceId
from reconciler.model.contacts import ROLES
from reconciler.model.time_box import Place

_MOST_LINES = 500
"""Of one entry; a longer one is decided where it begins."""

_ANCHOR = re.compile(
    r"""^( *)(?:"[^"\r\n]*"|'[^'\r\n]*'|[^\s#"'{\[][^\r\n{\[]*?):[ \t]+&([^\s,\[\]{}]+)(?=\s)""",
    re.MULTILINE,
)
"""Of a key that begins its line, and of what stands behind it."""

_LONGEST_KEY = 2_000
"""Characters, with an alias behind it."""

_LONGEST_LINE = 160
"""Of a line that is shown; a file may be one line."""

_MANAGE = "manage"
_OF_THE_FILE = re.compile(r"""^(?:manage|"manage"|'manage')[ \t]*:""", re.MULTILINE)
_DEFAULTS = re.compile(r"""^(?:defaults|"defaults"|'defaults')[ \t]*:""", re.MULTILINE)
_IN_THE_VALUE, _IN_A_ROLE = 2, 3
"""How deep the value of the first key is, within the mapping that holds that key; and the value of a role."""

Roles = Mapping[str, Place]
"""Where each role is named, where `manage` stands, and, as `admin manage`, where it stands for a role."""


class Layer(StrEnum):
    """What decides a contact."""

    SERVICE = "service"  # the service's own entry
    ANCHOR = "anchor"  # what the service's entry is an alias of
    INCLUDED_DEFAULTS = "included_defaults"  # those of the included file that declares it
    DEFAULTS = "defaults"  # those of the main file
    FILE = "file"  # the main file's own key
    ENTRY = "entry"  # the entry as a whole: which part of it is not told


class Decision(NamedTuple):
    """The line that decides a contact, and what it belongs to."""

    place: Place
    layer: Layer


class Deciding:
    """Tells which line decides a contact, as the files are now; reads each file once.

    Args:
        config: what the files declare, and where its services stand.
        path_of: the path to read a file by, from the name that places give it; None: that name.
    """

    def __init__(self, config: Config, path_of: Callable[[str], Path] = Path) -> None:
        self._config = config
        self._path_of = path_of
        self._sources: dict[str, Source | None] = {}
        self._defaults: dict[str, Roles] = {}
        self._anchors: dict[str, Mapping[str, list[int]]] = {}
        self._entries: dict[Place, tuple[Layer, Roles]] = {}

    def __call__(self, service: ServiceId, role: Role | None) -> Place | None:
        """Return the line that decides `role`, or that declares the service; None where no file does."""
        if role is None:
            return self._config.places.get(service)
        found = self.decision(service, role)
        return found.place if found else None

    def decision(self, service: ServiceId, role: Role) -> Decision | None:
        """Return what decides `role`; None where no file declares the service."""
        declared = self._config.places.get(service)
        if declared is None:
            return None
        for layer, roles in self._layers(declared):
            if role in roles:
                return Decision(roles[role], layer)
        return Decision(declared, Layer.ENTRY)

    def management(self, service: ServiceId, role: Role) -> Decision | None:
        """Return which `manage` decides what is done about `role`; None where none does."""
        declared = self._config.places.get(service)
        if declared is None:
            return None
        for layer, roles in self._layers(declared):
            place = roles.get(f"{role} {_MANAGE}") or roles.get(_MANAGE)
            if place is not None:
                return Decision(place, layer)
        main = self._config.files[0]
        source = self._source(main)
        found = _OF_THE_FILE.search(source.text) if source else None
        if source and found:
            line, column = line_and_column(source.position_of(found.start()))
            return Decision(Place(main, line, column), Layer.FILE)
        is_observed = role in self._config.observed.get(service, ())
        return Decision(declared, Layer.ENTRY) if is_observed else None

    def _layers(self, declared: Place) -> Iterator[tuple[Layer, Roles]]:
        """Yield what may decide about a service declared there, the nearest first."""
        if declared not in self._entries:
            self._entries[declared] = self._entry_at(declared)
        main = self._config.files[0]
        yield self._entries[declared]
        if declared.file != main:
            yield Layer.INCLUDED_DEFAULTS, self._defaults_of(declared.file)
        yield Layer.DEFAULTS, self._defaults_of(main)

    def source_line(self, place: Place) -> str:
        """Return a line as the file is now; empty where it has gone, or may hold an address with a token."""
        source = self._source(place.file)
        if source is None:
            return ""
        line = source.text[source.start_of_line(place.line - 1) : source.start_of_line(place.line)].rstrip()
        if "webhook" in line or "apprise" in line:
            return ""
        return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}..."

    def _defaults_of(self, file: str) -> Roles:
        if file not in self._defaults:
            source = self._source(file)
            start = _DEFAULTS.search(source.text) if source else None
            at = source.position_of(start.start()) if source and start else None
            self._defaults[file] = {} if at is None else self._roles_at(Place(file, (at >> 32) + 1, 1))
        return self._defaults[file]

    def _entry_at(self, declared: Place) -> tuple[Layer, Roles]:
        """Return what the entry of a service names, or what it is an alias of."""
        source = self._source(declared.file)
        if source is None:
            return Layer.SERVICE, {}
        start = source.start_of_line(declared.line - 1) + declared.column - 1
        alias = _alias_in(source.text[start : start + _LONGEST_KEY])
        if alias is None:
            return Layer.SERVICE, self._roles_at(declared)
        before = [at for at in self._anchors_of(declared.file, source).get(alias, ()) if at < start]
        if not before:
            return Layer.ENTRY, dict.fromkeys(ROLES, declared)
        line, column = line_and_column(source.position_of(before[-1]))
        return Layer.ANCHOR, self._roles_at(Place(declared.file, line, column))

    def _anchors_of(self, file: str, source: Source) -> Mapping[str, list[int]]:
        """Return where the keys begin behind which an anchor stands, in the order of the file."""
        if file not in self._anchors:
            found: dict[str, list[int]] = {}
            for anchor in _ANCHOR.finditer(source.text):
                found.setdefault(anchor[2], []).append(anchor.end(1))
            self._anchors[file] = found
        return self._anchors[file]

    def _roles_at(self, place: Place) -> Roles:
        source = self._source(place.file)
        if source is None:
            return {}
        text = _entry(source, place.line - 1, place.column - 1)
        return {
            role: Place(place.file, place.line + line, column + (place.column if line == 0 else 1))
            for role, line, column in _roles_in(text)
        }

    def _source(self, file: str) -> Source | None:
        if file not in self._sources:
            try:
                self._sources[file] = read(self._path_of(file), file)
            except UnreadableError:
                self._sources[file] = None  # it has gone since it was loaded; what it declares is known
        return self._sources[file]


def _entry(source: Source, line: int, column: int) -> str:
    """Return a key with its value: up to the next line that is indented no deeper than the key."""
    start = end = source.start_of_line(line) + column
    for following in range(line + 1, line + _MOST_LINES):
        end = source.start_of_line(following)
        words = source.text[end : source.start_of_line(following + 1)]
        bare = words.lstrip(" ")
        if not words or (bare.strip() and not bare.startswith("#") and len(words) - len(bare) <= column):
            break
    return source.text[start:end]


def _alias_in(text: str) -> str | None:
    """Return of what the value of the first key is an alias, or None."""
    parser = CParser(text)
    nodes = 0
    with suppress(YAMLError):
        while parser.check_event() and nodes < _IN_THE_VALUE:
            event = parser.get_event()
            if isinstance(event, AliasEvent) and nodes:
                return str(event.anchor)
            nodes += isinstance(event, ScalarEvent | AliasEvent)
    return None


def _roles_in(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield what `Roles` holds of the value of the first key, each with line and column from 0.

    What follows the value, as the rest of a line in which several services stand, may be no YAML by itself.
    """
    depth, is_key, within = 0, True, ""
    parser = CParser(text)
    with suppress(YAMLError):
        while parser.check_event():
            event = parser.get_event()
            if isinstance(event, CollectionStartEvent):
                depth, is_key = depth + 1, True
                continue
            if isinstance(event, CollectionEndEvent):
                depth, is_key = depth - 1, True
            elif isinstance(event, NodeEvent):
                mark = event.start_mark
                name = event.value if isinstance(event, ScalarEvent) else None
                if mark and is_key and depth == _IN_THE_VALUE:
                    within = name or ""
                    if name in ROLES or name == _MANAGE:
                        yield within, mark.line, mark.column
                elif mark and is_key and depth == _IN_A_ROLE and name == _MANAGE:
                    yield f"{within} {_MANAGE}", mark.line, mark.column
                is_key = not is_key
            if depth == _IN_THE_VALUE - 1 and is_key:
                return  # the value has ended
