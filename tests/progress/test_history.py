"""What the journal remembers, put in order: holders, attempts, and what is not known said to be so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from reconciler.model import (
    AccountId,
    Answer,
    Asked,
    Confirmation,
    Move,
    Role,
    ServiceId,
    Sighting,
    Task,
    TaskState,
)
from reconciler.progress.history import Handover, history, of_account, of_service
from tests.builders import NOW, SERVICE, A, B, C, task

VPS = ServiceId("vps/vps-1.vps.ovh.net")


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def seen(*tasks: Task, at: float = 0.0) -> list[Sighting]:
    return [Sighting(each, ago(at)) for each in tasks]


def asked(of: Task, service: str = SERVICE, *others: Task, user: str = "alice") -> Asked:
    """Return the journal's word on how a task came to be; `others` were made by the same request."""
    moves = [Move(role, each.from_account, each.to_account) for each in (of, *others) for role in each.roles]
    at = of.requested - timedelta(seconds=1)
    answered = of.requested + timedelta(seconds=1)
    asker = of.asker or of.from_account
    return Asked(of.id, ServiceId(service), asker, tuple(moves), at, "run", user, "c0ffee", answered)


def accepted(of: Task, account: AccountId, user: str | None = "bob") -> Confirmation:
    return Confirmation(of.id, account, Answer.ACCEPTED, of.requested + timedelta(minutes=1), user)


def test_a_done_task_makes_a_holder_and_tells_who_asked_and_who_confirmed() -> None:
    done = task(7, "a>b", "technical", state="done", settled=30)
    (row,) = history([asked(done)], seen(done, at=29), [accepted(done, A)])
    assert row == Handover(
        service=SERVICE,
        name="shop.example",
        candidates=(),
        role=Role.TECHNICAL,
        from_account=A,
        to_account=B,
        task=7,
        maybe_tasks=(),
        ours=True,
        asker=A,
        requested=done.requested,
        state=TaskState.DONE,
        seen=ago(29),
        ended=ago(30),
        ended_told=True,
        run="run",
        user="alice",
        commit="c0ffee",
        answers=(accepted(done, A),),
        not_through_us=(B,),
    )
    assert row.is_holder


def test_holders_follow_each_other_newest_first_and_attempts_hold_nothing() -> None:
    first = task(1, "a>b", requested=600, state="done", settled=500)
    refused = task(2, "b>c", requested=400, state="refused", settled=390)
    second = task(3, "b>c", requested=300, state="done", settled=200)
    ours = [asked(each) for each in (first, refused, second)]
    rows = history(ours, seen(first, refused, second), [])
    assert [(row.task, row.held_until, row.is_holder) for row in rows] == [
        (3, None, True),
        (2, None, False),
        (1, ago(200), True),
    ]


@pytest.mark.parametrize("state", ["refused", "aborted", "expired", "error"])
def test_every_bad_end_is_an_attempt_with_its_end(state: str) -> None:
    ended = task(1, state=state, settled=10)
    (row,) = history([asked(ended)], seen(ended), [])
    assert (row.state, row.ended, row.is_holder) == (TaskState(state), ago(10), False)


def test_each_role_of_a_task_is_a_change_of_its_own_in_the_order_of_roles() -> None:
    both = task(1, roles="billing admin", state="done")
    later = task(2, "b>c", "billing", requested=5, state="done", settled=1)
    rows = history([asked(both), asked(later)], seen(both, later), [])
    assert [(row.task, row.role, row.held_until) for row in rows] == [
        (2, Role.BILLING, None),
        (1, Role.ADMIN, None),
        (1, Role.BILLING, ago(1)),
    ]


def test_a_change_in_between_that_nobody_saw_is_told() -> None:
    first = task(1, "a>b", requested=600, state="done", settled=500)
    second = task(2, "c>a", requested=300, state="done", settled=200)
    newest, oldest = history([asked(first), asked(second)], seen(first, second), [])
    assert (newest.unseen_before, oldest.unseen_before) == (B, None)
    assert (newest.lost_unseen, oldest.lost_unseen, oldest.held_until) == (False, True, ago(200))


def test_an_end_that_ovhcloud_does_not_date_is_when_we_first_saw_it() -> None:
    opened = task(1)
    done = Task(1, A, A, B, (Role.TECHNICAL,), "shop.example", TaskState.DONE, opened.requested)
    rows = [*seen(opened, at=50), *seen(done, at=40), *seen(done, at=30)]
    (row,) = history([asked(opened)], rows, [])
    assert (row.ended, row.ended_told) == (ago(40), False)


def test_an_open_task_is_as_it_was_last_seen() -> None:
    rows = [*seen(task(1, state="todo"), at=50), *seen(task(1), at=40)]
    (row,) = history([asked(task(1))], rows, [])
    assert (row.state, row.seen, row.ended) == (TaskState.VALIDATING, ago(40), None)


def test_a_task_that_was_made_and_not_looked_at_yet_is_told_with_its_number() -> None:
    (row,) = history([asked(task(1))], [], [accepted(task(1), A)])
    assert (row.task, row.state, row.name, row.role) == (1, None, None, Role.TECHNICAL)
    assert (row.from_account, row.to_account, row.requested) == (A, B, asked(task(1)).at)
    assert [answer.account for answer in row.answers] == [A]


def test_of_several_tasks_of_one_request_that_were_not_looked_at_nobody_knows_which_is_which() -> None:
    one, two = task(1, "a>b", "technical"), task(2, "c>b", "billing")
    rows = history([asked(one, SERVICE, two), asked(two, SERVICE, one)], [], [])
    told = {(row.role, row.from_account, row.task, row.maybe_tasks) for row in rows}
    assert told == {(Role.TECHNICAL, A, None, (1, 2)), (Role.BILLING, C, None, (1, 2))}


def test_once_all_but_one_were_looked_at_the_last_one_is_known() -> None:
    one, two = task(1, "a>b", "technical"), task(2, "c>b", "billing")
    both = asked(one, SERVICE, two)
    rows = history([both, replace(both, task=2)], seen(one), [])
    assert {(row.role, row.task, row.state) for row in rows} == {
        (Role.TECHNICAL, 1, TaskState.VALIDATING),
        (Role.BILLING, 2, None),
    }


def test_numbers_that_came_again_in_a_world_that_began_anew_are_not_mixed() -> None:
    old = task(1, "a>b", requested=9000, state="done", settled=8000)
    new = task(1, "a>c", requested=60, state="refused", settled=30, service=VPS)
    ours = [asked(old, user="old"), asked(new, VPS, user="new")]
    answers = [accepted(old, B), Confirmation(1, C, Answer.REFUSED, ago(31), "bob")]
    newest, oldest = history(ours, seen(old, new), answers)
    assert (newest.service, newest.user, newest.to_account) == (VPS, "new", C)
    assert [answer.account for answer in newest.answers] == [C]
    assert (oldest.service, oldest.user, oldest.held_until) == (SERVICE, "old", None)
    assert (newest.state, oldest.state) == (TaskState.REFUSED, TaskState.DONE)
    assert [answer.account for answer in oldest.answers] == [B]


def test_a_strangers_task_of_a_later_world_with_our_number_is_not_ours() -> None:
    ours = task(1, "a>b", requested=9000, state="done", settled=8000)
    theirs = task(1, "a>b", requested=60, state="done", settled=30)
    newest, oldest = history([asked(ours)], seen(ours, theirs), [])
    assert (newest.ours, newest.user) == (False, None)
    assert (oldest.ours, oldest.user) == (True, "alice")


@pytest.mark.parametrize("known", [[VPS], []])
def test_a_task_made_elsewhere_is_tied_only_to_a_product_that_shares_no_names(
    known: list[ServiceId],
) -> None:
    theirs = task(1, state="done", service=VPS)
    (row,) = history([], seen(theirs), [], declared=known)
    assert (row.ours, row.service, row.name) == (False, VPS if known else None, "vps-1.vps.ovh.net")
    assert row.is_holder is bool(known)
    assert row.candidates == ()


def test_a_task_made_elsewhere_whose_name_products_share_stays_a_bare_name() -> None:
    theirs = task(1, state="done")
    zone = ServiceId("domain/zone/shop.example")
    earlier = task(5, requested=900, state="done", settled=800, name="shop.example")
    rows = history([asked(earlier, zone)], seen(theirs), [], declared=[SERVICE])
    (row,) = (row for row in rows if row.task == 1)
    assert (row.service, row.candidates, row.is_holder) == (None, (zone, SERVICE), False)
    assert row in of_service(rows, SERVICE)
    assert row in of_service(rows, zone)


def test_one_declared_domain_is_not_enough_to_tie_a_name_that_its_zone_shares() -> None:
    (row,) = history([], seen(task(1, state="done")), [], declared=[SERVICE])
    assert (row.service, row.candidates) == (None, (SERVICE,))


def test_a_name_that_two_known_services_bear_is_tied_to_neither() -> None:
    alike = [ServiceId("dedicated/server/one"), ServiceId("dedicated/nasha/one")]
    (row,) = history([], seen(task(1, service=alike[0])), [], declared=alike)
    assert (row.service, row.candidates) == (None, tuple(alike))


def test_a_task_without_a_name_is_about_nothing_that_is_known() -> None:
    nameless = Task(1, None, A, B, (Role.ADMIN,), None, TaskState.DONE, ago(60), ago(30))
    (row,) = history([], seen(nameless), [], declared=[SERVICE, VPS])
    assert (row.service, row.name, row.asker, row.candidates) == (None, None, None, ())


def test_a_service_shows_only_its_own_rows_and_a_role_only_its_own() -> None:
    ours = task(1, roles="admin technical", state="done")
    other = task(2, service=VPS)
    rows = history([asked(ours), asked(other, VPS)], seen(ours, other), [])
    assert [(row.task, row.role) for row in of_service(rows, SERVICE)] == [
        (1, Role.ADMIN),
        (1, Role.TECHNICAL),
    ]
    assert [row.role for row in of_service(rows, SERVICE, Role.ADMIN)] == [Role.ADMIN]


def test_an_account_shows_what_it_gained_and_lost_not_what_it_asked_for_others() -> None:
    gained, lost = task(1, "a>c"), task(2, "c>a", "admin")
    between_others = task(3, "a>b", "billing", asker="c")
    rows = history([], seen(gained, lost, between_others), [])
    assert [row.task for row in of_account(rows, C)] == [2, 1]


def test_who_names_himself_is_the_only_party() -> None:
    himself = task(1, "b>a", asker="a", state="done")
    (row,) = history([asked(himself)], seen(himself), [accepted(himself, A)])
    assert row.not_through_us == ()


def test_a_new_mail_is_no_confirmation() -> None:
    waiting = task(1)
    resent = Confirmation(1, A, Answer.RESENT, ago(1), "bob")
    (row,) = history([asked(waiting)], seen(waiting), [resent])
    assert (row.answers, row.not_through_us) == ((resent,), (A, B))
