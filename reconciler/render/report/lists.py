"""The lists of a plan as tables of the report, each row with the line of the file that causes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reconciler.model import AccountId, Role, ServiceId
from reconciler.model.time_box import Place
from reconciler.render.lists import Section
from reconciler.render.report.flows import Flow
from reconciler.render.view import View
from reconciler.render.wording import Accounts, counted, listed

MOST_ROWS = 10_000
"""Of one table; with more a browser becomes too slow to be of use."""

MOST_PEOPLE = 100
"""Who have a table of their own; the rest, who have least to confirm, share one."""

NO_LINE = "not in the file"
_SERVICE, _ROLE, _CHANGE, _LINE = "Service", "Role", "Change", "Line"

Row = tuple[str, ...]


class Table(NamedTuple):
    """A table of the report; nothing in it is escaped yet.

    Attributes:
        key: names it within the page.
        tone: what it asks of its reader.
        rows: at most `MOST_ROWS` of them, the first cell of each its heading.
        size: how many rows there would be.
        notes: what to do, a paragraph each; words between backticks are commands and names.
    """

    key: str
    title: str
    tone: str
    columns: tuple[str, ...]
    rows: list[Row]
    size: int
    notes: tuple[str, ...] = ()


def table_of(section: Section, key: str, view: View) -> Table:
    """Return one list of the plan as a table."""
    rows: Iterable[Row] = section.rows[:MOST_ROWS].cells()
    columns = section.columns
    if columns[0] == _SERVICE:
        rows = _with_lines(_with_arrows(rows, columns), view, has_role=columns[1:2] == (_ROLE,))
        columns = *columns, _LINE
    return Table(key, section.title, section.tone.value, columns, [*rows], len(section.rows), section.notes)


def flow_table(found: list[Flow], accounts: Accounts, key: str) -> Table:
    """Return all flows of the picture in words."""
    rows: list[Row] = [
        (accounts[flow.source], accounts[flow.target], str(flow.contacts), flow.words)
        for flow in found[:MOST_ROWS]
    ]
    title = f"All hand-overs: {counted(len(found), 'pair')} of accounts"
    return Table(key, title, "aside", ("From", "To", "Contacts", "Roles"), rows, len(found))


def people(view: View, accounts: Accounts) -> list[Table]:
    """Return for each account what it will have to confirm, those with the most to do first."""
    found: dict[AccountId, list[Row]] = {}
    for request in view.plan.requests:
        for task in request.tasks:
            move = f"{accounts[task.from_account]} → {accounts[task.to_account]}"
            lines = dict.fromkeys(_line(view.where(request.service, role)) for role in task.roles)
            row = request.service, listed(task.roles), move, accounts[request.asker], ", ".join(lines)
            for account in task.confirmers:
                found.setdefault(account, []).append(row)
    columns = _SERVICE, "Roles", _CHANGE, "Asker", _LINE
    ranked = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    tables = [
        Table(
            f"person-{number}",
            f"{accounts[account]}: {counted(len(rows), 'confirmation')}",
            "act",
            columns,
            rows[:MOST_ROWS],
            len(rows),
        )
        for number, (account, rows) in enumerate(ranked[:MOST_PEOPLE], 1)
    ]
    rest = [(accounts[account], *row) for account, rows in ranked[MOST_PEOPLE:] for row in rows]
    if rest:
        others = counted(len(ranked) - MOST_PEOPLE, "other account")
        title = f"{others}: {counted(len(rest), 'confirmation')}"
        tables.append(Table("others", title, "act", ("Account", *columns), rest[:MOST_ROWS], len(rest)))
    return tables


def _with_arrows(rows: Iterable[Row], columns: Row) -> Iterable[Row]:
    """Return the rows with a real arrow in each change, for browsers break `->` in two."""
    if _CHANGE not in columns:
        return rows
    at = columns.index(_CHANGE)
    return ((*row[:at], row[at].replace(" -> ", " → "), *row[at + 1 :]) for row in rows)


def _with_lines(rows: Iterable[Row], view: View, *, has_role: bool) -> Iterator[Row]:
    for row in rows:
        role = Role(row[1]) if has_role else None
        yield *row, _line(view.where(ServiceId(row[0]), role))


def _line(place: Place | None) -> str:
    return f"{place.file}:{place.line}" if place else NO_LINE
