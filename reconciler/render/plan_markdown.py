"""The plan as GitHub-flavoured Markdown, for a comment on the change under review."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.model import AccountId
from reconciler.plan import Plan
from reconciler.render.lists import Section
from reconciler.render.safe import code, prose
from reconciler.render.sections import sections
from reconciler.render.summary import next_step, summary
from reconciler.render.wording import Accounts, Counts, counts

MARKER = "<!-- reconciler:plan -->"
"""The first line, by which the next run finds its own comment and replaces it."""

_SENTENCES = frozenset({"Role", "Reason", "Why", "Waits for", "Where it stands", "Task", "Time box"})


def plan_markdown(plan: Plan, names: Mapping[AccountId, str], *, limit: int | None = None) -> str:
    """Return the plan as Markdown: counts first, a table a tray, the next step, the fingerprint last.

    Names are code spans and sentences are escaped, so that nothing in them links, mentions or formats.

    Args:
        plan: what to show.
        names: the short name of each account that has one.
        limit: how many rows of each table are shown; None shows all. A comment on GitHub may hold 65,536
            characters, a row is about 150.
    """
    return "\n".join(_lines(plan, names, limit))


class _Spans(Accounts):
    """Accounts as Markdown code spans."""

    def __missing__(self, account: AccountId | None) -> str:
        shown = self[account] = code(self.shown(account))
        return shown


def _lines(plan: Plan, names: Mapping[AccountId, str], limit: int | None) -> Iterator[str]:
    numbers = counts(plan)
    yield MARKER
    yield "## Contact plan"
    yield ""
    if numbers.all_in_sync and not plan.stopped_by:
        yield from summary(plan, numbers)
    else:
        yield from _count_table(plan, numbers)
    for section in sections(plan, numbers, names):
        yield ""
        yield from _section(section, limit)
    step = next_step(plan, numbers, _Spans(names))
    if step:
        yield from ("", step)
    yield from ("", f"Fingerprint: {code(plan.fingerprint)}")


def _count_table(plan: Plan, numbers: Counts) -> Iterator[str]:
    contacts = {
        "Held back by a guard" if plan.stopped_by else "To request": numbers.requests,
        "Deferred": numbers.deferred,
        "Pending": numbers.pending,
        "Blocked": numbers.blocked,
        "In sync": numbers.in_sync,
        "Contested": numbers.contested,
    }
    services = {
        "Absent": numbers.absent,
        "Not managed": numbers.unmanaged,
        "Not readable": numbers.unknown,
    }
    columns = contacts | services
    yield f"| {' | '.join(columns)} |"
    yield "|--:" * len(columns) + "|"
    yield f"| {' | '.join(map(str, columns.values()))} |"
    yield ""
    yield "The last three columns count services, the others contacts."


def _section(section: Section, limit: int | None) -> Iterator[str]:
    yield f"### {section.title}"
    yield ""
    yield f"| {' | '.join(section.columns)} |"
    yield "|---" * len(section.columns) + "|"
    for row in section.rows[:limit].cells():
        yield _row(section, row)
    left_out = len(section.rows[limit:]) if limit is not None else 0
    if left_out:
        yield from ("", f"... and {left_out} more")
    if section.notes:
        yield ""
        yield from (f"- {note}" for note in section.notes)


def _row(section: Section, row: tuple[str, ...]) -> str:
    cells = (
        prose(cell) if column in _SENTENCES else code(cell)
        for column, cell in zip(section.columns, row, strict=True)
    )
    return f"| {' | '.join(cells)} |"
