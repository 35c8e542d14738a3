"""The plan as GitHub-flavoured Markdown, for a comment on the change under review."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from reconciler.model import AccountId
from reconciler.render.markdown_tables import Table, people_tables, table_of
from reconciler.render.narrowed import narrowed_sentence
from reconciler.render.picture import picture
from reconciler.render.safe import code
from reconciler.render.sections import sections
from reconciler.render.summary import next_step, summary
from reconciler.render.view import View
from reconciler.render.wording import Accounts, Counts, counted, counts, listed

COMMENT = 65_535
"""How many characters a comment on GitHub may hold, 65,536, without the line break that ends a file."""

_SHORTEST_ROW = 20
_SHOWN_PLACES = 3


def marker(key: str = "") -> str:
    """Return the first line, by which the next run finds its own comment and replaces it."""
    return f"<!-- reconciler:plan {key} -->" if key else "<!-- reconciler:plan -->"


def utf_16_units(text: str) -> int:
    """Return how long browsers say that a text is; by no way to count characters is it longer."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def markdown_of(view: View, *, most: int = COMMENT, size: Callable[[str], int] = utf_16_units) -> str:
    """Return the plan as Markdown: counts first, then who will have to confirm what, then every list.

    Names are code spans and sentences are escaped, so that nothing in them links, mentions or formats. What
    does not fit is left out, the same number of rows in every table, and the reader is told where it is.

    Args:
        view: the plan and what is told beside it.
        most: how long the text may be.
        size: how that is measured.
    """
    document = _Document(view)
    longest = max((table.size for table in document.tables), default=0)

    def fits(rows: int) -> bool:
        return size(document.text(rows)) <= most

    if longest <= most // _SHORTEST_ROW and fits(longest):
        return document.text(longest)
    low, high = 0, 1
    while high < longest and fits(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return document.text(low) if fits(low) else document.bare()


class _Spans(Accounts):
    """Accounts as Markdown code spans."""

    def __missing__(self, account: AccountId | None) -> str:
        shown = self[account] = code(self.shown(account))
        return shown


class _Document:
    """One plan's comment, which can be made with any number of rows in its tables."""

    def __init__(self, view: View) -> None:
        self._view = view
        plan = view.plan
        numbers = counts(plan)
        self._head = [marker(view.key), "## Contact plan", "", *_numbers(view, numbers)]
        self._people = [*people_tables(plan, view.names)]
        found = [*sections(plan, numbers, view.names)]
        pressing = 0 if not plan.stopped_by else 1
        pressing += 1 if plan.unknown else 0
        self._pressing = [*map(table_of, found[:pressing])]
        self._lists = [*map(table_of, found[pressing:])]
        self._picture = [*picture(plan, Accounts(view.names))]
        step = next_step(plan, numbers, _Spans(view.names))
        self._foot = [*(("", step) if step else ()), "", *_origin(view)]

    @property
    def tables(self) -> list[Table]:
        """All of them."""
        return [*self._pressing, *self._people, *self._lists]

    def text(self, rows: int) -> str:
        """Return the comment with at most so many rows in each table."""
        left_out = sum(max(0, table.size - rows) for table in self.tables)
        lines = [*self._head, *(self._cut(left_out) if left_out else ())]
        lines += _tables(self._pressing, rows)
        if self._people:
            would = "would" if self._view.plan.stopped_by else "will"
            lines += ["", f"### Who {would} have to confirm", *_tables(self._people, rows)]
        if self._picture:
            lines += ["", "### Who hands over to whom", "", *self._picture]
        lines += [*_tables(self._lists, rows), *self._foot]
        return "\n".join(lines)

    def bare(self) -> str:
        """Return the comment without any list, for a plan of names so long that no row fits."""
        left_out = sum(table.size for table in self.tables)
        return "\n".join([*self._head, *self._cut(left_out), "", *_origin(self._view)[-1:]])

    def _cut(self, left_out: int) -> Iterator[str]:
        places = [code(place) for place in self._view.elsewhere[:_SHOWN_PLACES]]
        where = f"all of it: {listed(places)}" if places else "`reconciler plan` shows all of it"
        yield ""
        yield f"**Cut to what fits here: {counted(left_out, 'row')} left out; {where}.**"


def _tables(tables: Iterable[Table], rows: int) -> Iterator[str]:
    for table in tables:
        yield ""
        yield from table.lines(rows)


def _numbers(view: View, numbers: Counts) -> Iterator[str]:
    plan = view.plan
    if numbers.all_in_sync and not plan.stopped_by:
        yield from summary(plan, numbers)
        return
    contacts = {
        "Held back by a guard" if plan.stopped_by else "To request": numbers.requests,
        "Deferred": numbers.deferred,
        "Pending": numbers.pending,
        "Blocked": numbers.blocked,
        "In sync": numbers.in_sync,
        "Contested": numbers.contested,
    }
    if numbers.observed is not None:
        contacts["Observed"] = numbers.observed
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
    if plan.narrowed:
        yield from ("", f"**{narrowed_sentence(plan.narrowed)}**")


def _origin(view: View) -> list[str]:
    """Return what the plan was made from, and last its fingerprint."""
    lines = [f"Fingerprint: {code(view.plan.fingerprint)}"]
    made = view.made
    if made:
        commit = f" at commit {code(made.commit[:10])}" if made.commit else ""
        at = f"{made.at:%Y-%m-%d %H:%M} UTC"
        words = f"Planned from {code(made.file)}{commit} on {at}, endpoint {code(made.endpoint)}, by version"
        lines = [f"{words} {code(made.version)}.", "", *lines]
    return lines
