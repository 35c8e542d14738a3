"""Plans, requests and services for a terminal with colours. Only this module imports rich.

Nothing that comes from a file or a server is ever parsed as markup: every cell is a `Text`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reconciler.model import AccountId
from reconciler.plan import Plan
from reconciler.render.hand_backs import HandBackRow, hand_back_lines
from reconciler.render.lists import Section, Tone
from reconciler.render.plan_text import section_lines
from reconciler.render.requests import (
    SERVICE_COLUMNS,
    STATUS_COLUMNS,
    RequestRow,
    ServiceRow,
    service_cells,
    services_summary,
    status_cells,
    status_footnote,
    status_lines,
    status_summary,
)
from reconciler.render.safe import visible
from reconciler.render.sections import sections
from reconciler.render.summary import next_step, summary
from reconciler.render.wording import Accounts, counts

TABLE_ROWS = 100
"""More rows than this are shown as plain lines: rich lays out thousands of times slower than it prints."""

_STYLES = {Tone.ACT: "bold green", Tone.WAIT: "bold yellow", Tone.CARE: "bold red", Tone.ASIDE: "bold"}


def plan_rich(
    plan: Plan,
    names: Mapping[AccountId, str],
    console: Console,
    *,
    limit: int | None = None,
    applying: bool = False,
) -> None:
    """Print the plan to `console`: counts first, a table a tray, the next step last.

    Args:
        plan: what to show.
        names: the short name of each account that has one.
        console: where to; its width and colours are honoured.
        limit: how many rows of each list are shown; None shows all.
        applying: the plan is shown because it is about to be carried out.
    """
    numbers = counts(plan)
    for line in summary(plan, numbers):
        _say(console, line, "bold")
    for section in sections(plan, numbers, names):
        _say(console, "")
        _show_section(section, console, limit)
    step = next_step(plan, numbers, Accounts(names), applying=applying)
    if step:
        _say(console, "")
        _say(console, step, "bold")


def status_rich(
    rows: Sequence[RequestRow],
    names: Mapping[AccountId, str],
    console: Console,
    hand_backs: Sequence[HandBackRow] = (),
) -> None:
    """Print what is asked for and how far it has come, then what is to be handed back by now."""
    _say(console, status_summary(rows), "bold")
    if rows:
        _show_requests(rows, Accounts(names), console)
    for number, line in enumerate(hand_back_lines(hand_backs, names)):
        _say(console, line, "" if number else "bold")


def _show_requests(rows: Sequence[RequestRow], accounts: Accounts, console: Console) -> None:
    if len(rows) <= TABLE_ROWS:
        _print_table(console, STATUS_COLUMNS, (status_cells(row, accounts) for row in rows))
        for row in rows:
            for line in status_lines(row, accounts):
                _say(console, f"task {row.task}: {line}")
    else:
        for row in rows:
            _say(console, "  ".join(status_cells(row, accounts)))
            for line in status_lines(row, accounts):
                _say(console, f"    {line}")
    footnote = status_footnote(rows)
    if footnote:
        _say(console, footnote, "dim")


def services_rich(rows: Sequence[ServiceRow], names: Mapping[AccountId, str], console: Console) -> None:
    """Print the services that the configured accounts are contacts of, with their three contacts."""
    accounts = Accounts(names)
    _say(console, services_summary(rows), "bold")
    if not rows:
        return
    if len(rows) <= TABLE_ROWS:
        _print_table(console, SERVICE_COLUMNS, (service_cells(row, accounts) for row in rows))
    else:
        _print_lines(console, ["  ".join(map(visible, service_cells(row, accounts))) for row in rows])


def _show_section(section: Section, console: Console, limit: int | None) -> None:
    rows = section.rows[:limit]
    style = _STYLES[section.tone]
    if len(rows) > TABLE_ROWS:
        title, *lines = section_lines(section, limit)
        _say(console, title, style)
        _print_lines(console, lines)
        return
    _say(console, section.title, style)
    _print_table(console, section.columns, rows.cells())
    if len(rows) < len(section.rows):
        _say(console, f"... and {len(section.rows) - len(rows)} more")
    for note in section.notes:
        _say(console, note)


def _print_table(console: Console, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(Text(column), overflow="fold")
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    console.print(table)


def _print_lines(console: Console, lines: Sequence[str]) -> None:
    console.out("\n".join(lines), highlight=False)


def _say(console: Console, line: str, style: str = "") -> None:
    console.print(Text(visible(line), style=style), soft_wrap=True)
