"""Contacts that end, as the plan shows them: until when, who then, why, and where it was agreed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.model import AccountId
from reconciler.model.time_box import TimeBox
from reconciler.plan import Plan
from reconciler.render.lists import Rows, Section, Tone, Words
from reconciler.render.wording import counted


def time_box_section(plan: Plan, names: Mapping[AccountId, str]) -> Section:
    """Return the list of the contacts in a tray that a time box is about."""
    rows = Rows([], [], [])
    desired = {(change.service, change.role): change.desired for change in plan.changes()}
    for (service, role), box in plan.time_boxes.items():
        words = time_box_words(box, desired.get((service, role)), names)
        rows.add(service, Words((str(role),), f" {role}"), words)
    title = f"Time-boxed, why and until when: {counted(len(rows), 'contact')}"
    return Section(Tone.ASIDE, title, ("Service", "Role", "Time box"), rows, glue=": ")


def time_box_words(box: TimeBox, desired: AccountId | None, names: Mapping[AccountId, str]) -> str:
    """Return what a time box says about a change towards `desired`; not yet safe to show."""
    account, then = (names.get(one, one) for one in (box.account, box.then))
    if desired == box.then != box.account:
        return f"hand-back: {account} only until {box.until}{why(box)}"
    return f"until {box.until}, then {then}{why(box)}"


def why(box: TimeBox) -> str:
    """Return reason and ticket in brackets after a blank, or nothing; not yet safe to show."""
    words = ", ".join(filter(None, (box.reason, box.ticket)))
    return f" ({words})" if words else ""


def time_box_objects(plan: Plan) -> Iterator[dict[str, str | None]]:
    """Yield each time box of the plan as programs get it."""
    for (service, role), box in plan.time_boxes.items():
        yield {"service": service, "role": role, **box_object(box)}


def box_object(box: TimeBox) -> dict[str, str | None]:
    """Return what the file says of a time box as programs get it."""
    return {
        "account": box.account,
        "until": box.until.isoformat(),
        "then": box.then,
        "reason": box.reason,
        "ticket": box.ticket,
    }
