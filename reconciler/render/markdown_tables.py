"""The tables of a plan in Markdown, cut to any number of rows; a row is made once, if it is shown at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from reconciler.model import AccountId
from reconciler.plan import Plan
from reconciler.render.lists import Section, Tone
from reconciler.render.safe import code, code_element, prose, prose_element
from reconciler.render.wording import Accounts, counted, listed

_SENTENCES = frozenset({"Role", "Roles", "Reason", "Why", "Waits for", "Where it stands", "Task", "Time box"})
_FEW = 10
"""A person's table of so many rows is shown at once; a longer one is folded."""

_MANY = 25
"""A list of more rows is folded, however pressing: its title says how many there are."""

MOST_PEOPLE = 30
"""Who have a table of their own; the rest, who have least to confirm, share one."""

_CONFIRMED = "Service", "Roles", "Change", "Asker"


class Table:
    """A table under a title, folded or not.

    Attributes:
        title: already safe; HTML where it is folded, else Markdown.
        heading: how the title is marked, such as `###`; empty: the table is folded.
        size: how many rows it has.
    """

    def __init__(
        self,
        title: str,
        columns: tuple[str, ...],
        rows: Iterator[tuple[str, ...]],
        size: int,
        *,
        heading: str = "",
        notes: tuple[str, ...] = (),
    ) -> None:
        self.title = title
        self.heading = heading
        self.size = size
        self._columns = columns
        self._notes = notes
        self._cells = rows
        self._made: list[str] = []

    def lines(self, most: int) -> Iterator[str]:
        """Yield it with at most so many rows."""
        if self.heading:
            yield f"{self.heading} {self.title}"
        else:
            yield f"<details><summary>{self.title}</summary>"
        yield ""
        if most:
            yield f"| {' | '.join(self._columns)} |"
            yield "|---" * len(self._columns) + "|"
            yield from self._rows(most)
        if self.size > most:
            yield from ("", f"... and {self.size - most} more")
        if self._notes:
            yield ""
            yield from (f"- {note}" for note in self._notes)
        if not self.heading:
            yield from ("", "</details>")

    def _rows(self, most: int) -> Iterator[str]:
        missing = min(most, self.size) - len(self._made)
        if missing > 0:
            self._made += [self._row(cells) for cells in islice(self._cells, missing)]
        yield from self._made[:most]

    def _row(self, cells: tuple[str, ...]) -> str:
        shown = (
            prose(cell) if column in _SENTENCES else code(cell)
            for column, cell in zip(self._columns, cells, strict=True)
        )
        return f"| {' | '.join(shown)} |"


def table_of(section: Section) -> Table:
    """Return one list of the plan as a table, folded unless it wants a person and is no flood."""
    pressing = section.tone is Tone.CARE and len(section.rows) <= _MANY
    heading = "###" if pressing else ""
    return Table(
        prose(section.title) if pressing else prose_element(section.title),
        section.columns,
        section.rows.cells(),
        len(section.rows),
        heading=heading,
        notes=section.notes,
    )


def people_tables(plan: Plan, names: Mapping[AccountId, str]) -> Iterator[Table]:
    """Yield a table for each account that will have to confirm, the busiest first, and one for the rest."""
    accounts = Accounts(names)
    to_confirm: dict[AccountId, list[tuple[str, ...]]] = {}
    for request in plan.requests:
        for task in request.tasks:
            move = f"{accounts[task.from_account]} -> {accounts[task.to_account]}"
            row = request.service, listed(task.roles), move, accounts[request.asker]
            for account in task.confirmers:
                to_confirm.setdefault(account, []).append(row)
    ranked = sorted(to_confirm.items(), key=lambda item: (-len(item[1]), item[0]))
    for account, rows in ranked[:MOST_PEOPLE]:
        few = len(rows) <= _FEW
        name = code(accounts[account]) if few else code_element(accounts[account])
        title = f"{name}: {counted(len(rows), 'confirmation')}"
        yield Table(title, _CONFIRMED, iter(rows), len(rows), heading="####" if few else "")
    rest = [(accounts[account], *row) for account, rows in ranked[MOST_PEOPLE:] for row in rows]
    if rest:
        others = counted(len(ranked) - MOST_PEOPLE, "other account")
        title = f"{others}: {counted(len(rest), 'confirmation')}"
        yield Table(title, ("Account", *_CONFIRMED), iter(rest), len(rest))
