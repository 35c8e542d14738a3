"""The plan as plain text, for logs, pipes and terminals without colour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.model import AccountId
from reconciler.plan import Plan
from reconciler.render.lists import Rows, Section
from reconciler.render.safe import all_visible, visible
from reconciler.render.sections import sections
from reconciler.render.summary import next_step, summary
from reconciler.render.view import View
from reconciler.render.wording import Accounts, counts


def text_of(view: View) -> str:
    """Return the plan in words, all of it."""
    return plan_text(view.plan, view.names)


def plan_text(
    plan: Plan, names: Mapping[AccountId, str], *, limit: int | None = None, applying: bool = False
) -> str:
    """Return the plan in words: counts first, a line a contact, the next step last.

    Args:
        plan: what to show.
        names: the short name of each account that has one.
        limit: how many rows of each list are shown; None shows all.
        applying: the plan is shown because it is about to be carried out.

    Returns:
        Lines without terminal escapes and without a final line break.
    """
    return "\n".join(_lines(plan, names, limit, applying=applying))


def section_lines(section: Section, limit: int | None = None) -> list[str]:
    """Return a list of the plan as lines: title, at most `limit` rows, what was left out, notes."""
    lines = [f"{section.title}:", *_row_lines(section.rows[:limit], section.glue)]
    left_out = len(section.rows) - (len(lines) - 1)
    if left_out:
        lines.append(f"  ... and {left_out} more")
    lines += [f"    {note}" for note in section.notes]
    return lines


def _lines(plan: Plan, names: Mapping[AccountId, str], limit: int | None, *, applying: bool) -> Iterator[str]:
    numbers = counts(plan)
    yield from summary(plan, numbers)
    for section in sections(plan, numbers, names):
        yield ""
        yield "\n".join(section_lines(section, limit))
    step = next_step(plan, numbers, Accounts(names), applying=applying)
    if step:
        yield ""
        yield step


def _row_lines(rows: Rows, glue: str) -> list[str]:
    lines = [f"  {about}{words.text}" for about, words in zip(rows.about, rows.words, strict=True)]
    if rows.last:
        lines = [f"{line}{glue}{last}" for line, last in zip(lines, rows.last, strict=True)]
    if all_visible(rows.about) and all_visible(rows.last):
        return lines
    return [visible(line) for line in lines]
