"""Why an approved plan is not carried out, or only in part, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

import click

from reconciler.approval.judging import Present, Verdict
from reconciler.approval.moved import Trays, what_is_asked, what_moved
from reconciler.errors import ReconcilerError, StalePlanError
from reconciler.model.text import visible
from reconciler.plan import Basis, Plan
from reconciler.ports.journal import CarriedOut
from reconciler.render.narrowed import options
from reconciler.render.wording import counted
from reconciler.session import Session

SHOWN = 25
"""How many lines are told of what moved."""

ANEW = "make the plan again and have it approved"

_CHANGED = (
    "a contact, an open request or the file has changed since, or --only, --role and --limit are not those "
    "of the approved plan: "
)

_BESIDE = (
    "the plan was made with --base {}, and lacks what was wanted there already: "
    "plan here, without --base, and have that approved"
)

_FINGERPRINT = re.compile("[0-9a-f]{64}")
_NONE = "a fingerprint is 64 digits and letters from a to f, as reconciler plan shows it: give all of it"

_HEADS = {
    Verdict.MOVED: "what would be asked now is not what was approved",
    Verdict.ASKED_OTHERWISE: "a part of what was approved was asked for meanwhile, not with this plan",
    Verdict.USED: "a plan is carried out once, and this one has been",
}


def refusal(
    verdict: Verdict,
    approved: tuple[Basis, ...],
    present: Present,
    session: Session,
    carried: CarriedOut | None,
    trays: Trays,
    base: str | None,
) -> ReconcilerError:
    """Return why the approved requests are not sent, contact by contact.

    Args:
        verdict: on them.
        approved: the requests of the approved plan.
        present: what would be asked now.
        session: tells what people call an account.
        carried: what earlier runs made of the plan.
        trays: where the approved plan had the contacts that it did not ask for.
        base: what its --base named.
    """
    differing = {row.service for row in {*approved} ^ {*present.bases}}
    lines = what_moved(approved, present, session.called, trays)
    if verdict is Verdict.USED and carried is not None:
        differing, lines = {*carried.accepted}, _used(present, carried)
    beside = {row.service for row in present.bases} - {row.service for row in approved}
    hint = _BESIDE.format(visible(base)) if base and beside else ANEW
    return _kind(present)(_told(_HEADS[verdict], lines, len(differing)), hint=hint)


def unlike(fingerprint: str, present: Present, session: Session) -> ReconcilerError:
    """Return that another plan was approved, of which only the fingerprint is known, and what this one is."""
    head = (
        f"what would be asked now has the fingerprint {present.plan.fingerprint}, not {visible(fingerprint)}"
    )
    lines = what_is_asked(present, session.called)
    told = (
        _told(f"{head}; it is", lines, len(present.bases))
        if present.bases
        else f"{head}: nothing would be asked"
    )
    return _kind(present)(told, hint=_CHANGED + ANEW if _FINGERPRINT.fullmatch(fingerprint) else _NONE)


def say_the_rest(failed: int, approved: int) -> None:
    """Tell that only what an earlier run failed to ask is asked."""
    click.echo(
        f"this plan was carried out in part: of {counted(approved, 'request')}, {failed} failed and will be "
        "asked again",
        err=True,
    )


def say_nothing_wanted(plan: Plan) -> None:
    """Tell that nothing is asked whatever was approved, of which nothing is known."""
    what = f"is chosen by {options(plan.narrowed)}" if plan.narrowed else "the file asks for"
    click.echo(f"nothing left to ask: all that {what} is pending or in sync", err=True)


def say_nothing_left(plan: Plan) -> None:
    """Tell that all that was approved is under way or done, and that nothing else is asked."""
    others = len(plan.requests)
    more = f"; {counted(others, 'other request')} would need a plan of its own" if others else ""
    if others > 1:
        more = f"; {counted(others, 'other request')} would need a plan of their own"
    click.echo(
        f"nothing left to ask: all that the approved plan asks for is pending or in sync{more}", err=True
    )


def _used(present: Present, carried: CarriedOut) -> Iterator[str]:
    for row in present.bases:
        tasks = carried.accepted.get(row.service)
        if tasks:
            yield f"{row.service}: requested with it already, task {', '.join(map(str, tasks))}"


def _kind(present: Present) -> type[ReconcilerError]:
    """Return what a refusal is: where something could not be read, that is the reason, and exit code 1."""
    unread = present.plan.unknown or present.observation.unreadable
    return ReconcilerError if unread else StalePlanError


def _told(head: str, lines: Iterable[str], services: int) -> str:
    """Return a head with the first of the lines, and of how many services they are where there are more."""
    first = [visible(row) for row in islice(lines, SHOWN + 1)]  # each costs a comparison: not thousands
    return "\n  ".join(
        [
            f"{head}:",
            *first[:SHOWN],
            *([f"and more, {counted(services, 'service')} in all"] if first[SHOWN:] else []),
        ]
    )
