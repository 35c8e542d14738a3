"""What `explain` says of a contact in each tray, and that names do nothing in it."""

from __future__ import annotations

import json

import pytest

from reconciler.diff import Change
from reconciler.model import ROLES, AccountId, Contacts, Role, ServiceId, Task, TaskState
from reconciler.model.time_box import Place
from reconciler.plan import Plan, Reason, Unjoined, Unknown
from reconciler.render.explanation import Explained, Written, explanation_json, explanation_text
from reconciler.render.fates import Fate, fate
from reconciler.render.reasons import CHANGE_OWNER
from tests.render import plans, views
from tests.render.plans import AGENCY, EVERYTHING, FINANCE, HOSTILE, NAMES, PLATFORM, STRANGER, hostile

LIVE = Contacts(PLATFORM, PLATFORM, FINANCE)


def of(
    service: str,
    role: Role = Role.TECHNICAL,
    plan: Plan = EVERYTHING,
    *,
    desired: AccountId | None = AGENCY,
    live: Contacts | None = LIVE,
    declared: bool = True,
) -> Fate:
    """Return what the plan does with a contact."""
    return fate(plan, ServiceId(service), role, desired=desired, live=live, declared=declared, names=NAMES)


def test_every_contact_of_every_tray_is_told_to_be_in_that_tray() -> None:
    for plan in (EVERYTHING, plans.STOPPED, plans.TIME_BOXED, views.many(200)):
        for change, tray in plan.trays():
            told = of(change.service, change.role, plan, desired=change.desired)
            assert told.tray == tray
            assert told.why


@pytest.mark.parametrize(
    ("live", "right"),
    [
        (Contacts(PLATFORM, STRANGER, FINANCE), "platform (pl11111-ovh) asks, the admin today; "),
        (
            Contacts(STRANGER, PLATFORM, FINANCE),
            (
                "platform (pl11111-ovh) asks, the technical contact today, "
                "because no credentials of the admin are configured; "
            ),
        ),
    ],
)
def test_who_asks_is_told_with_the_right_to_ask(live: Contacts, right: str) -> None:
    told = of("domain/two.example", live=live)
    assert told.why == f"{right}must confirm: platform (pl11111-ovh) and agency (ag33333-ovh)"
    assert told.facts == {"asker": PLATFORM, "confirmers": [PLATFORM, AGENCY]}


def test_a_deferred_contact_tells_what_it_waits_for_and_why() -> None:
    admin = of("domain/both.example", Role.ADMIN)
    assert admin.why.startswith(
        "waits for the technical change and the billing change, then platform (pl11111-ovh) asks: the admin"
    )
    behind = of("domain/shop.example", Role.BILLING)
    assert behind.why == (
        "waits for task 4001, then platform (pl11111-ovh) asks: "
        "OVHcloud runs one contact change per service at a time"
    )
    assert behind.facts["waits_for"] == [4001]


def test_a_pending_contact_tells_its_task_and_who_has_not_confirmed() -> None:
    told = of("domain/p2.example")
    assert told.why.startswith("requested already, task 5002: waiting for agency (ag33333-ovh) to confirm")
    assert told.facts == {"task": 5002, "state": "validatingByCustomers", "waiting_for": [AGENCY]}


@pytest.mark.parametrize("reason", Reason)
def test_a_blocked_contact_has_its_reason_and_a_remedy(reason: Reason) -> None:
    told = of(f"hosting/web/{reason}.example")
    assert told.facts == {"reason": reason.value, "could_ask": []}
    assert len(told.remedies) == 1
    assert told.remedies[0].endswith(".")


def test_a_domain_that_nobody_may_ask_for_is_told_of_its_owners_way() -> None:
    told = of("domain/other.example")
    assert told.why.endswith("could ask: zz99999-ovh and agency (ag33333-ovh)")
    assert CHANGE_OWNER in told.remedies[-1]


def test_beside_the_trays_a_contact_is_in_sync_only_where_it_was_seen_and_the_file_wants_it() -> None:
    plan = Plan(absent=(ServiceId("vps/gone"),), unknown=(Unknown(ServiceId("vps/dark"), "HTTP 403"),))
    assert of("vps/fine", plan=plan).tray == "in_sync"
    assert of("vps/free", plan=plan, desired=None).tray == "unmanaged"
    assert of("vps/other", plan=plan, desired=None, declared=False).tray == "unmanaged"
    assert of("vps/gone", plan=plan, live=None).tray == "absent"
    assert of("vps/dark", plan=plan, live=None).why == "could not be read: HTTP 403"
    assert of("vps/unseen", plan=plan, live=None).tray == "unknown"


def test_an_open_task_that_may_be_about_the_service_is_told_as_such() -> None:
    task = Task(7001, None, PLATFORM, AGENCY, (Role.BILLING,), "shop.example", TaskState.TODO, views.MADE.at)
    service = ServiceId("domain/shop.example")
    told = Explained(service, None, {}, Contacts(), LIVE, Plan(unjoined=(Unjoined(task, (service,)),)))
    assert "Besides: open task 7001 may be about it" in explanation_text(told)
    assert json.loads(explanation_json(told))["may_be_open"] == [7001]


@pytest.mark.parametrize("text", HOSTILE)
def test_names_break_no_line_and_reach_programs_whole(text: str) -> None:
    plan, account = hostile(text), AccountId(text)
    (service,) = {change.service for change, _ in plan.trays()} or {ServiceId(text)}
    written = Written(Place(text, 1, 1), text)
    contacts = Contacts(account, account, account)
    task = Task(1, account, account, account, ROLES, text, TaskState.TODO, views.MADE.at)
    told = Explained(service, written, {}, contacts, contacts, plan, tasks=(task,), names={account: text})
    harmless = Explained(
        ServiceId("domain/inert"),
        Written(Place("x", 1, 1), "x"),
        {},
        contacts,
        contacts,
        hostile("inert"),
        tasks=(task,),
    )
    lines = explanation_text(told).split("\n")
    assert all(line.isprintable() for line in lines)
    assert len(lines) == len(explanation_text(harmless).split("\n"))
    document = explanation_json(told)
    assert document.isascii()
    assert json.loads(document)["service"] == service


def test_a_change_elsewhere_is_not_taken_for_this_one() -> None:
    other = Plan(requests=(plans.request(Change(ServiceId("vps/b"), Role.TECHNICAL, PLATFORM, AGENCY)),))
    assert of("vps/a", plan=other).tray == "in_sync"
    assert of("vps/b", Role.BILLING, other).tray == "in_sync"
