"""Domain, zone and hosting of one name, without a journal: which of them a done task is about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from reconciler.model import AccountId, Claim, Contacts, Role, ServiceId, Task, TaskState
from reconciler.progress import Joined, join

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OLD, NEW = AccountId("old"), AccountId("new")
DOMAIN, ZONE, HOSTING = (
    ServiceId("domain/shop.example"),
    ServiceId("domain/zone/shop.example"),
    ServiceId("hosting/web/shop.example"),
)


def done(number: int) -> Task:
    """Return a done task that moved the technical contact of some service of the name."""
    at = NOON + timedelta(minutes=number)
    return Task(number, OLD, OLD, NEW, (Role.TECHNICAL,), "shop.example", TaskState.DONE, at, at)


def joined(tasks: list[Task], live: Mapping[ServiceId, AccountId], *claims: Claim) -> Joined:
    """Join, with services that show these technical contacts."""
    contacts = {service: Contacts(OLD, technical, OLD) for service, technical in live.items()}
    return join(tasks, contacts, {claim.task: claim for claim in claims})


def test_the_done_tasks_of_those_that_landed_are_not_taken_for_the_last_ones() -> None:
    found = joined([done(1), done(2)], {DOMAIN: NEW, ZONE: NEW, HOSTING: OLD})
    assert found.tasks == {}


def test_one_done_task_more_than_landed_is_about_the_one_that_lags() -> None:
    found = joined([done(1), done(2)], {DOMAIN: NEW, ZONE: OLD})
    assert found.tasks == {ZONE: (done(2),)}


def test_a_done_task_whose_service_has_no_namesake_that_shows_it_lags() -> None:
    assert joined([done(1)], {ZONE: OLD}).tasks == {ZONE: (done(1),)}


def test_a_namesake_whose_own_task_is_claimed_accounts_for_no_other() -> None:
    claim = Claim(1, DOMAIN, OLD, done(1).requested, done(1).requested)
    found = joined([done(1), done(2)], {DOMAIN: NEW, ZONE: OLD}, claim)
    assert found.tasks == {DOMAIN: (done(1),), ZONE: (done(2),)}
