"""One file as it was read: its sections as trees, its services as rows."""

from __future__ import annotations

from typing import Any

from yaml import DocumentEndEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, StreamEndEvent, YAMLError

from reconciler.config.nodes import BAD, Composer, Fields, Node, Scalar
from reconciler.config.problems import GiveUpError, Problems
from reconciler.config.reading import FIRST, Source, quoted
from reconciler.config.rows import Rows
from reconciler.config.runs import WORTHWHILE, Runs, Skeleton, find_runs
from reconciler.config.syntax import syntax_problem

MAIN_KEYS = (
    "version", "endpoint", "accounts", "defaults", "services", "guards", "include", "expired_retries",
    "lead_days", "manage", "notify",
)  # fmt: skip
INCLUDED_KEYS = ("version", "accounts", "defaults", "services")

_MOST_NODES = 200_000  # in one section beside `services`
_MOST_IN_A_SERVICE = 1_000


Sections = dict[str, tuple[int, Node]]
"""Every known key but `services`, with its place and its value."""

Skeletons = dict[Skeleton, Sections]
"""What files say beside their runs: of many that differ in nothing else, only one is read event by event."""


class Document:
    """One file.

    Attributes:
        sections: every known key but `services`, with its place and its value.
        rows: the services.
        complete: whether the file was read to its end.
    """

    def __init__(self, source: Source, problems: Problems, *, included: bool = False) -> None:
        self.source = source
        self.included = included
        self.sections: Sections = {}
        self.rows = Rows(source, problems)
        self.complete = False
        self._problems = problems

    def read(self, runs: Runs, known: Sections | None) -> None:
        """Read the file.

        Args:
            runs: its runs, as far as they are to be trusted.
            known: what another file of the same skeleton says.

        Raises:
            GiveUpError: the rest of it cannot be understood; the problem is noted.
        """
        try:
            if known is None:
                _Reading(self, self._problems, runs).stream()
            else:
                self.sections = known
                for run in runs.proven():
                    self.rows.add_run(runs, run)
        except YAMLError as error:
            raise syntax_problem(self.source, error, self._problems) from None
        finally:
            self.rows.note_twins()
        self.complete = True


def read_document(
    source: Source, problems: Problems, *, included: bool = False, skeletons: Skeletons | None = None
) -> Document:
    """Return what a file says; where it cannot be read to its end, `complete` is False.

    Args:
        source: the file.
        problems: takes what is wrong with it.
        included: another file includes it.
        skeletons: what files of this kind said that were read before; takes this one's.
    """
    alone = skeletons is None and len(source.text) < WORTHWHILE
    runs = Runs(source.text, 0, []) if alone else find_runs(source.text)
    trimmed = False
    for attempt in (1, 2, 3):
        noted = Problems()
        document = Document(source, noted, included=included)
        known = skeletons.get(runs.skeleton()) if skeletons else None
        stopped_at = None
        try:
            document.read(runs, known)
        except GiveUpError as error:
            stopped_at = error.at >> 32
        fewer = runs.without(stopped_at)
        if fewer is None and stopped_at is not None and not trimmed:
            # libyaml looks ahead: it may stop before it has handed out the last entry of the last run
            trimmed, fewer = True, runs.without_last_before(stopped_at)
        if fewer is None:
            break
        runs = fewer if attempt == 1 else Runs(source.text, 0, [])
    if skeletons is not None and known is None and not noted.found and document.rows.came_in_runs:
        skeletons[runs.skeleton()] = document.sections
    problems.absorb(noted)
    return document


class _Reading:
    """One pass over a file's events."""

    def __init__(self, document: Document, problems: Problems, runs: Runs) -> None:
        self._document = document
        self._source = document.source
        self._problems = problems
        self._runs = runs
        self._composer = Composer(document.source, runs.text(), problems)
        self._keys = INCLUDED_KEYS if document.included else MAIN_KEYS

    def stream(self) -> None:
        next_event = self._composer.next
        next_event()  # the stream begins
        root = next_event()
        if type(root) is not StreamEndEvent:
            root = next_event()
        if type(root) is StreamEndEvent or (
            type(root) is ScalarEvent and not root.value and root.implicit[0]
        ):
            raise self._problems.give_up(
                self._source, FIRST, "the file is empty", "it begins with `version: 1`"
            )
        if type(root) is not MappingStartEvent:
            raise self._problems.give_up(
                self._source, self._composer.at(root), "the file must be a mapping of keys"
            )
        if root.tag not in {None, "tag:yaml.org,2002:map"}:
            message = f"the tag {quoted(root.tag)} does not fit here"
            self._problems.note(self._source, self._composer.at(root), message, "leave the tag out")
        self._sections()
        assert type(next_event()) is DocumentEndEvent
        after = next_event()
        if type(after) is not StreamEndEvent:
            message = "a second document begins here; the file must hold one"
            raise self._problems.give_up(self._source, self._composer.at(after), message)

    def _sections(self) -> None:
        first: dict[str, int] = {}
        while type(event := self._composer.next()) is not MappingEndEvent:
            name, at = self._composer.key(event), self._composer.at(event)
            value = self._composer.next()
            if name is not None and first.setdefault(name, at) != at:
                self._composer.twice(name, at, first[name])
            if name == "services":
                self._services(value, at)
            elif name is not None and name in self._keys:
                self._document.sections[name] = (at, self._composer.tree(value, _MOST_NODES))
            else:
                if name is not None:
                    self._unknown(name, at)
                self._composer.skip(value, self._runs.meet)

    def _services(self, event: Any, at: int) -> None:
        if type(event) is MappingStartEvent and event.anchor is None and event.tag is None:
            self._entries(event)
            return
        node = self._composer.tree(event, _MOST_NODES)
        if isinstance(node, Fields):
            for key, key_at, value in node.pairs:
                self._document.rows.add(key, key_at, value)
        elif not (isinstance(node, Scalar) and node.value is BAD):
            empty = isinstance(node, Scalar) and node.value is None
            hint = "write `services: {}` where there are none" if empty else "write `domain/shop.example: {}`"
            place = at if empty else node.at
            self._problems.note(self._source, place, "`services` must be a mapping of service keys", hint)

    def _entries(self, start: Any) -> None:
        composer, rows, runs = self._composer, self._document.rows, self._runs
        while type(event := composer.next()) is not MappingEndEvent:
            if type(event) is ScalarEvent and not start.flow_style and (run := runs.meet(event)):
                composer.skip(composer.next(), runs.meet)
                rows.add_run(runs, run)
                continue
            key = composer.key(event)
            value = composer.tree(composer.next(), _MOST_IN_A_SERVICE)
            if key is not None:
                rows.add(key, composer.at(event), value)

    def _unknown(self, name: str, at: int) -> None:
        if self._document.included and name in MAIN_KEYS:
            self._problems.note(
                self._source, at, f"{quoted(name)} is allowed only in the main file", "move it there"
            )
            return
        hint = self._problems.suggest(name, self._keys) or f"known are {', '.join(self._keys)}"
        self._problems.note(self._source, at, f"unknown key {quoted(name)}", hint)
