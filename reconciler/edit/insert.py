"""New entries put into a file: lines are added, and where it is in block style no other line is touched.

A service goes where a person would look for it: among the services of its product, by the order of names.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from itertools import pairwise

from reconciler.edit.scalars import scalar
from reconciler.edit.splices import Splice, line_break_of
from reconciler.edit.tree import Mapping, Pair, resolved, tree_of
from reconciler.model import ServiceId
from reconciler.model.routes import route_of

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # what libyaml counts as the end of a line
_PLAIN_KEY = re.compile("[A-Za-z]+/[A-Za-z0-9._/-]*[A-Za-z0-9]")  # text for every parser, quickly told
_INDENT = 2


def services_added(text: str, services: MappingOf[ServiceId, str]) -> list[Splice]:
    """Return the splices that add services to a file.

    Args:
        text: a file that `config.load` takes, without a byte order mark.
        services: those to add, each with its value as YAML, such as `{technical: agency}`.
    """
    if not services:
        return []
    root = tree_of(text)
    section = _mapping(root, "services")
    if section is None or not section.pairs:
        return _filled(text, root, section, "services", service_lines(services))
    places = _Places(text, section)
    for service in in_groups(services):
        places.add(service, _line(service, services[service]))
    return places.splices()


def accounts_added(text: str, accounts: MappingOf[str, str]) -> list[Splice]:
    """Return the splices that add accounts, ids by short name, at the end of a file's own list.

    Args:
        text: a file that `config.load` takes, without a byte order mark.
        accounts: short names and ids that it does not list.
    """
    if not accounts:
        return []
    lines = account_lines(accounts)
    root = tree_of(text)
    section = _mapping(root, "accounts")
    if section is None or not section.pairs:
        return _filled(text, root, section, "accounts", lines)
    last = section.pairs[-1].value.end
    if section.is_flow:
        return [Splice(last, last, "".join(f", {line}" for line in lines))]
    at = _after_line(text, last)
    return [Splice(at, at, _block(text, lines, _column(text, section.pairs[-1].key.start), at))]


def service_lines(services: MappingOf[ServiceId, str]) -> list[str]:
    """Return one line for each service, by product and name, and an empty line between products."""
    rows: list[str] = []
    order = in_groups(services)
    for before, service in zip([*order[:1], *order], order, strict=False):
        if route_of(before) != route_of(service):
            rows.append("")
        rows.append(_line(service, services[service]))
    return rows


def account_lines(accounts: MappingOf[str, str]) -> list[str]:
    """Return one line for each account, its id by its short name."""
    return [f"{scalar(short)}: {scalar(account)}" for short, account in accounts.items()]


def in_groups(services: Iterable[ServiceId]) -> list[ServiceId]:
    """Return services by product, and by name within a product."""
    return sorted(services, key=lambda service: (_route(service), service))


class _Places:
    """Finds for each new service its place between the entries that are there."""

    def __init__(self, text: str, section: Mapping) -> None:
        self._text = text
        self._section = section
        self._indent = _column(text, section.pairs[0].key.start)
        self._first: dict[str, Pair] = {}
        self._last: dict[str, Pair] = {}
        self._by_name: dict[str, list[tuple[str, int]]] = {}
        for number, pair in enumerate(section.pairs):
            route = _route(ServiceId(pair.name))
            self._first.setdefault(route, pair)
            self._last[route] = pair
            self._by_name.setdefault(route, []).append((pair.name, number))
        for names in self._by_name.values():
            names.sort()
        self._is_spaced = self._has_blank_lines()
        self._before: dict[Pair, list[tuple[str, str]]] = {}
        self._after: dict[Pair, list[tuple[str, str]]] = {}

    def add(self, service: ServiceId, line: str) -> None:
        """Take in one service; they come by product and name."""
        route = _route(service)
        names = self._by_name.get(route)
        lower = bisect_left(names, (service, 0)) if names else 0
        if names is None:
            side, pair = self._place_of_group(route)
        elif lower:
            side, pair = self._after, self._section.pairs[names[lower - 1][1]]
        elif self._may_precede(self._first[route]):
            side, pair = self._before, self._first[route]
        else:
            side, pair = self._after, self._first[route]
        side.setdefault(pair, []).append((route, line))

    def splices(self) -> list[Splice]:
        """Return everything that is to be put in."""
        found = []
        for pair, lines in self._after.items():
            route, end = _route(ServiceId(pair.name)), pair.value.end
            lines.sort(key=lambda line: line[0] != route)  # its own product goes on before another begins
            if self._section.is_flow:
                found.append(Splice(end, end, "".join(f", {line}" for _, line in lines)))
                continue
            at = _after_line(self._text, end)
            found.append(Splice(at, at, _block(self._text, self._spread(route, lines), self._indent, at)))
        for pair, lines in self._before.items():
            at = _line_start(self._text, pair.key.start)
            rows = self._spread(lines[0][0], lines)
            if self._is_spaced and lines[-1][0] != _route(ServiceId(pair.name)):
                rows.append("")
            found.append(Splice(at, at, _block(self._text, rows, self._indent, at)))
        return found

    def _place_of_group(self, route: str) -> tuple[dict[Pair, list[tuple[str, str]]], Pair]:
        """Return where the first service of a product goes: behind the products that come before it."""
        lower = [known for known in self._last if known < route]
        if lower:
            return self._after, self._last[max(lower)]
        first = self._section.pairs[0]
        if self._may_precede(first):
            return self._before, first
        return self._after, self._section.pairs[-1]

    def _spread(self, before: str, lines: list[tuple[str, str]]) -> list[str]:
        """Return the lines, an empty one before each further product where the file has such ones."""
        rows = []
        for route, line in lines:
            if self._is_spaced and route != before:
                rows.append("")
            rows.append(line)
            before = route
        return rows

    def _may_precede(self, pair: Pair) -> bool:
        """Tell whether a line may be put directly before an entry: a comment above it is to stay with it."""
        if self._section.is_flow:
            return False
        end = _line_start(self._text, pair.key.start)
        above = self._text[_line_start(self._text, end - 1 - (self._text[end - 2 : end] == "\r\n")) : end]
        return not above.lstrip().startswith("#")

    def _has_blank_lines(self) -> bool:
        """Tell whether empty lines stand between products; they may where there is only one so far."""
        turns = [
            self._text[_after_line(self._text, one.value.end) : other.key.start]
            for one, other in pairwise(self._section.pairs)
            if _route(ServiceId(one.name)) != _route(ServiceId(other.name))
        ]
        return not turns or any(not line.strip() for turn in turns for line in _BREAK.split(turn)[:-1])


def _filled(text: str, root: Mapping, section: Mapping | None, key: str, lines: list[str]) -> list[Splice]:
    """Return the splices that put lines into a section that is empty or not there."""
    if root.is_flow or (section is not None and section.anchor is not None):
        entries = ", ".join(filter(None, lines))
        if section is not None:
            return [Splice(section.start + 1, section.start + 1, entries)]
        end = root.pairs[-1].value.end
        return [Splice(end, end, f", {key}: {{{entries}}}")]
    if section is not None:  # its braces go, the lines come below
        start = len(text[: section.start].rstrip(" "))
        at = _after_line(text, section.end)
        return [Splice(start, section.end, ""), Splice(at, at, _block(text, lines, _INDENT, at))]
    near = root.pair("endpoint") or root.pair("version") if key == "accounts" else None
    at = _after_line(text, (near or root.pairs[-1]).value.end)
    margin = _column(text, root.pairs[0].key.start)
    head = _block(text, ["", f"{key}:"], margin, at)
    body = _block(text, lines, margin + _INDENT, at)
    foot = line_break_of(text) if at < len(text) and not _BREAK.match(text, at) else ""
    return [Splice(at, at, head + body + foot)]


def _block(text: str, lines: Iterable[str], indent: int, at: int) -> str:
    """Return lines to be put in at an offset; a file without a last line break stays without."""
    line_break = line_break_of(text)
    rows = [" " * indent + line if line else "" for line in lines]
    if at == len(text) and not _BREAK.fullmatch(text[-1:]):
        return "".join(line_break + row for row in rows)
    return "".join(row + line_break for row in rows)


def _mapping(root: Mapping, key: str) -> Mapping | None:
    pair = root.pair(key)
    value = resolved(pair.value) if pair else None
    return value if isinstance(value, Mapping) else None


def _after_line(text: str, at: int) -> int:
    """Return where the line after an offset begins."""
    found = _BREAK.search(text, at)
    return found.end() if found else len(text)


def _line_start(text: str, at: int) -> int:
    """Return where the line of an offset begins."""
    return max(text.rfind(mark, 0, max(at, 0)) for mark in "\n\r\x85\u2028\u2029") + 1


def _column(text: str, at: int) -> int:
    """Return how far the line of an offset is indented."""
    line = text[_line_start(text, at) : at]
    return len(line) - len(line.lstrip(" "))


def _line(service: ServiceId, value: str) -> str:
    key = service if _PLAIN_KEY.fullmatch(service) else scalar(service)
    return f"{key}: {value}"


def _route(service: ServiceId) -> str:
    return route_of(service).key
