"""The services of one file: per key who is named in the file's own words, and where.

Rows that say the same are one object, and places are numbers in arrays, so that a million services fit.
"""

from __future__ import annotations

from array import array
from collections.abc import Container, Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache

from reconciler.config.assignments import Assigned, Assignments, Box, Manages, Named
from reconciler.config.nodes import BAD, Composer, Fields, Node, Scalar
from reconciler.config.problems import Problems
from reconciler.config.reading import Source, line_and_column, position, quoted
from reconciler.config.runs import Run, Runs, assignments
from reconciler.config.service_keys import fault_of
from reconciler.model import ServiceId
from reconciler.model.routes import ROUTES, route_of

Row = tuple[str | Named | Box | None, str | Named | Box | None, str | Named | Box | None, Manages | None]
"""What a service says by role: an account in the file's words, with its place where that is not elsewhere.

Last, what it says is done about each role."""

_ROLE_INDEX = {"admin": 0, "technical": 1, "billing": 2}
_WORDS = frozenset({"true", "false", "null"})
_FROM_RUN = 1 << 63  # marks the place of a service that came in a run
_MOST_NODES = 1_000  # in one service


class Rows:
    """The services of one file.

    Attributes:
        said: for each service key what it says, in the order of the file.
        routes: each route in use, with the first service of it and its place.
    """

    def __init__(self, source: Source, problems: Problems) -> None:
        self.said: dict[ServiceId, Row] = {}
        self.routes: dict[str, tuple[str, int]] = {}
        self._source = source
        self._problems = problems
        self._assignments = Assignments(source, problems)
        self._places = array("Q")
        self._named_at = array("Q")
        self._same: dict[Row, Row] = {}
        self._runs: Runs | None = None
        self._twins: list[tuple[ServiceId, int]] = []

    def add(self, text: str, at: int, node: Node) -> None:
        """Take in one service, whose key is `text`."""
        key = ServiceId(text)
        row = self._row(key, at, node)
        fault = fault_of(key)
        if fault:
            self._problems.note(self._source, at, *fault)
        elif key in self.said:
            self._twins.append((key, at))
        else:
            self.said[key] = self._stored(row)
            self._places.append(at)
            self.routes.setdefault(route_of(key).key, (key, at))

    def add_run(self, runs: Runs, run: Run) -> None:
        """Take in the services of a run."""
        said, places, routes = self.said, self._places, self.routes
        self._runs = runs
        at = position(run.line, runs.indent)
        for between, key, value in runs.entries(run):
            if between:
                at += position(between.count("\n"), 0)
            row, lines = _row_of_value(value)
            route = key.rpartition("/")[0]
            if row is None or route not in ROUTES or key in said or key in ROUTES:
                self._add_alone(at >> 32, lines >> 32)
            else:
                said[key] = row
                places.append(at | _FROM_RUN)
                if route not in routes:
                    routes[route] = (key, at)
            at += lines

    @property
    def came_in_runs(self) -> bool:
        """Whether every service came in a run."""
        return all(place & _FROM_RUN for place in self._places)

    def places(self) -> dict[ServiceId, int]:
        """Return the position of each service's key."""
        return dict(zip(self.said, (place & ~_FROM_RUN for place in self._places), strict=True))

    def hand_over_places(self) -> array[int]:
        """Return the positions of the keys in the order of `said`, as `line_and_column` reads them."""
        return self._places

    def note_twins(self) -> None:
        """Note the services that are there a second time."""
        if not self._twins:
            return
        first = self.places()
        for key, at in self._twins:
            line, column = line_and_column(first[key])
            message = (
                f"{quoted(key)} is here a second time; the first is at {self._source.file}:{line}:{column}"
            )
            self._problems.note(self._source, at, message, "one service is declared once")

    def drop(self, keys: AbstractSet[ServiceId]) -> None:
        """Forget services that another file has declared."""
        kept = [(key, place) for key, place in zip(self.said, self._places, strict=True) if key not in keys]
        self._places = array("Q", (place for _, place in kept))
        self.said = {key: self.said[key] for key, _ in kept}

    def saying(self, rows: Container[Row]) -> Iterator[Assigned]:
        """Yield what each service whose row is in `rows` says, with places."""
        named = iter(self._named_at)
        for row, place in zip(self.said.values(), self._places, strict=True):
            if place & _FROM_RUN:
                if row in rows:
                    yield self._assigned_in_run(place & ~_FROM_RUN)
                continue
            placed = [Named(text, next(named)) if isinstance(text, str) else text for text in row[:3]]
            if row in rows:
                yield placed[0], placed[1], placed[2], row[3]

    def _row(self, key: str, at: int, node: Node) -> Assigned:
        if isinstance(node, Fields):
            return self._assignments.of(node)
        if not (isinstance(node, Scalar) and node.value is BAD):
            null = isinstance(node, Scalar) and node.value is None
            what = "nothing" if null else "no mapping of roles"
            hint = (
                f"write `{{}}` to use the defaults, as in {quoted(key + ': {}')}"
                if null
                else "write `{technical: ACCOUNT}`"
            )
            self._problems.note(self._source, at if null else node.at, f"{quoted(key)} is given {what}", hint)
        return None, None, None, None

    def _stored(self, row: Assigned) -> Row:
        if any(isinstance(named, Box) for named in row):
            return row
        plain = [named for named in row if isinstance(named, Named)]
        self._named_at.extend(named.at for named in plain)
        texts = tuple(named.text if isinstance(named, Named) else None for named in row[:3])
        shared: Row = (texts[0], texts[1], texts[2], row[3])
        return self._same.setdefault(shared, shared)

    def _add_alone(self, line: int, lines: int) -> None:
        """Take in one entry of a run through libyaml."""
        start, end = self._source.start_of_line(line), self._source.start_of_line(line + lines)
        composer = Composer(self._source, self._source.text[start:end], self._problems, first_line=line)
        composer.next()  # the stream begins
        composer.next()  # the document begins
        node = composer.tree(composer.next(), _MOST_NODES)
        if isinstance(node, Fields):
            for key, at, value in node.pairs:
                self.add(key, at, value)

    def _assigned_in_run(self, place: int) -> Assigned:
        assert self._runs is not None
        named: list[Named | None] = [None, None, None]
        for role, name, offset in self._runs.named(self._source.start_of_line(place >> 32)):
            named[_ROLE_INDEX[role]] = Named(name, self._source.position_of(offset))
        return named[0], named[1], named[2], None


@lru_cache(maxsize=4_096)
def _row_of_value(value: str) -> tuple[Row | None, int]:
    """Return what an entry's value says, or None where a closer look must tell, and the way to its end.

    The way counts the entry's lines, as a position does, so that it can be added to one.
    """
    pairs = assignments(value)
    row: list[str | None] = [None, None, None]
    for role, name in pairs:
        row[_ROLE_INDEX[role]] = name
    odd = len(pairs) != sum(name is not None for name in row) or any(name in _WORDS for _, name in pairs)
    return None if odd else (row[0], row[1], row[2], None), position(1 + value.count("\n"), 0)
