"""Contacts that the file only observes, and that are not, or may not stay, as it names them."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model import AccountId, TaskState
from reconciler.plan import Observed, Plan
from reconciler.render.lists import Rows, Section, Tone, Words
from reconciler.render.wording import Accounts, counted, moved, state_words

LIFT = (
    "The file says `manage: observe` for this. To have it requested, take that away, or write "
    "`manage: request` nearer to it."
)


def observed_section(plan: Plan, names: Mapping[AccountId, str]) -> Section:
    """Return the list of them, each with what is open about it."""
    accounts = Accounts(names)
    rows = Rows([], [], [])
    for row in plan.observed:
        role, move = moved(row.change, accounts)
        cells = role, move, standing_of(row, accounts)
        rows.about.append(row.change.service)
        rows.words.append(Words(cells, f" {role}: {move}; {cells[2]}"))
    return Section(
        Tone.ASIDE,
        f"Observed, never requested: {counted(len(rows), 'contact')}",
        ("Service", "Role", "Change", "Where it stands"),
        rows,
        notes=(LIFT,),
    )


def standing_of(row: Observed, accounts: Accounts) -> str:
    """Return which request moves the contact, or that none is open."""
    if row.task is None or row.state is None or row.towards is None:
        return "no request is open"
    ours = "requested through this program earlier" if row.ours else "not requested through this program"
    if row.state is TaskState.DONE:
        stands = f"{state_words(row.state)}, but the service does not show it yet"
    else:
        stands = state_words(row.state)
    where = "" if row.towards == row.change.desired else f" to {accounts[row.towards]} instead"
    return f"task {row.task} moves it{where}: {stands}; {ours}"


def watched_words(plan: Plan) -> str:
    """Return what is to be added to a sentence that says that everything is in sync; often nothing."""
    if not plan.watched:
        return ""
    if plan.watched == plan.managed:
        return "; all of it is only observed"
    return f"; {plan.watched} of them {'is' if plan.watched == 1 else 'are'} only observed"


def observing_step(plan: Plan) -> str | None:
    """Return what to do where nothing differs but what is only observed; None where that does not either."""
    return "Next: nothing to request: what differs is only observed." if plan.observed else None
