"""What became of a request whose answer is lost: the task list tells, patiently, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from reconciler.apply import Courier, Receipts, apply, recover
from reconciler.diff import Change
from reconciler.errors import OutcomeUnknownError, RateLimitedError, UnreachableError
from reconciler.model import AccountId, Role, ServiceId, TaskState
from reconciler.plan import Request
from reconciler.ports.journal import Intent, Move, Outcome
from tests.apply.fakes import NOON, Customer, Endpoint, after, before
from tests.apply.notebook import Notebook

PLATFORM, FINANCE, AGENCY = AccountId("platform"), AccountId("finance"), AccountId("agency")
DOMAIN, ZONE, OTHER = (
    ServiceId("domain/shop.example"),
    ServiceId("domain/zone/shop.example"),
    ServiceId("domain/other.example"),
)
HELD = {Role.ADMIN: PLATFORM, Role.TECHNICAL: PLATFORM, Role.BILLING: FINANCE}
LIVE = dict.fromkeys((DOMAIN, ZONE, OTHER), HELD)
LOST = OutcomeUnknownError("the connection broke off")
UNREADABLE = OutcomeUnknownError("Internal server error", status=500)


class Run:
    """An endpoint, a journal and the platform's account in between."""

    def __init__(self) -> None:
        self.endpoint = Endpoint()
        self.journal = Notebook()
        self.platform = Customer(self.endpoint, PLATFORM, LIVE)

    def apply(self, *services: ServiceId, stop_after: int = 1000) -> Receipts:
        """Ask to give the technical contact of each service to the agency."""
        accounts = {PLATFORM: self.platform}
        courier = Courier(self.journal, accounts, accounts, self.endpoint.sleep, lambda _error, _named: None)

        def interrupted() -> bool:
            return sum(call.startswith("ask") for call in self.endpoint.log) >= stop_after

        return apply(map(wish, services), courier, interrupted=interrupted, report=lambda _row: None)

    def recover(self) -> list[Outcome | None]:
        """Find out what an earlier run left open; return each outcome."""
        rows = recover(self.journal, {PLATFORM: self.platform}, self.endpoint.sleep)
        return [row.receipt.outcome if row.receipt else None for row in rows]

    def left_open(self, *services: ServiceId) -> None:
        """Journal intents as a run does that is killed right after."""
        for service in services:
            move = Move(Role.TECHNICAL, PLATFORM, AGENCY)
            self.journal.intend(Intent(f"intent-{service}", self.endpoint.at, service, PLATFORM, (move,)))


def wish(service: ServiceId) -> Request:
    return Request(service, PLATFORM, (Change(service, Role.TECHNICAL, PLATFORM, AGENCY),), ())


def outcomes(receipts: Receipts) -> list[Outcome]:
    return [row.receipt.outcome for row in receipts.submissions]


def made(run: Run) -> list[ServiceId]:
    return [service for service, _ in run.endpoint.tasks.values()]


def asked(log: Iterable[str]) -> list[str]:
    return [call for call in log if call.startswith(("ask", "sleep"))]


def test_a_second_request_is_sent_two_seconds_later_at_the_earliest() -> None:
    run = Run()
    run.endpoint.trouble("ask", before(LOST))
    assert outcomes(run.apply(DOMAIN)) == [Outcome.ACCEPTED]
    ask = f"ask {DOMAIN}"
    assert run.endpoint.log == [ask, "task_ids", "sleep 2", "task_ids", ask]
    assert run.journal.outcomes() == [Outcome.UNKNOWN, Outcome.NEVER_ARRIVED, Outcome.ACCEPTED]


def test_a_task_that_is_there_at_once_is_taken_without_waiting() -> None:
    run = Run()
    run.endpoint.trouble("ask", after(LOST))
    assert outcomes(run.apply(DOMAIN)) == [Outcome.ACCEPTED]
    assert run.endpoint.log == [f"ask {DOMAIN}", "task_ids"]
    assert set(run.journal.claims()) == {1}


def test_a_task_that_shows_only_later_is_taken_and_nothing_sent_twice() -> None:
    run = Run()
    run.endpoint.trouble("ask", before(LOST))

    def sleep(seconds: float) -> None:
        run.endpoint.at += timedelta(seconds=seconds)
        run.endpoint.make(DOMAIN, PLATFORM, {(PLATFORM, AGENCY): (Role.TECHNICAL,)})

    run.endpoint.sleep = sleep  # type: ignore[method-assign]  # the slow server ends its work meanwhile
    assert outcomes(run.apply(DOMAIN)) == [Outcome.ACCEPTED]
    assert made(run) == [DOMAIN]


def test_what_fails_twice_is_left_for_the_next_run_and_the_others_go_on() -> None:
    run = Run()
    run.endpoint.trouble("ask", before(LOST), before(LOST))
    assert outcomes(run.apply(DOMAIN, OTHER)) == [Outcome.NEVER_ARRIVED, Outcome.ACCEPTED]
    assert made(run) == [OTHER]
    assert run.journal.unsettled() == ()


def test_a_call_that_was_surely_not_sent_is_not_looked_for() -> None:
    run = Run()
    run.endpoint.trouble("ask", before(UnreachableError("connection refused")))
    assert outcomes(run.apply(DOMAIN)) == [Outcome.NEVER_ARRIVED]
    assert run.endpoint.log == [f"ask {DOMAIN}"]


def test_the_task_of_a_namesake_that_a_receipt_claims_is_not_taken() -> None:
    run = Run()
    run.apply(DOMAIN)
    run.endpoint.trouble("ask", before(LOST))
    assert outcomes(run.apply(ZONE)) == [Outcome.ACCEPTED]
    assert made(run) == [DOMAIN, ZONE]
    assert {task: claim.service for task, claim in run.journal.claims().items()} == {1: DOMAIN, 2: ZONE}


def test_tasks_that_only_look_alike_are_not_taken() -> None:
    run = Run()
    pair = (PLATFORM, AGENCY)
    run.endpoint.at -= timedelta(seconds=10)
    run.endpoint.make(ZONE, PLATFORM, {pair: (Role.TECHNICAL,)})  # older than the intent
    run.endpoint.at = NOON
    run.endpoint.make(ZONE, AGENCY, {pair: (Role.TECHNICAL,)})  # another asker
    run.endpoint.make(ZONE, PLATFORM, {pair: (Role.ADMIN, Role.TECHNICAL)})  # other roles
    run.endpoint.make(ZONE, PLATFORM, {(PLATFORM, FINANCE): (Role.TECHNICAL,)})  # to somebody else
    run.endpoint.make(OTHER, PLATFORM, {pair: (Role.TECHNICAL,)})  # another name
    run.left_open(DOMAIN)
    assert run.recover() == [Outcome.NEVER_ARRIVED]
    assert run.journal.claims() == {}


def test_a_task_that_has_been_answered_meanwhile_is_recognised() -> None:
    run = Run()
    run.left_open(DOMAIN)
    (number,) = run.endpoint.make(DOMAIN, PLATFORM, {(PLATFORM, AGENCY): (Role.TECHNICAL,)})
    service, task = run.endpoint.tasks[number]
    run.endpoint.tasks[number] = service, replace(task, state=TaskState.REFUSED)
    assert run.recover() == [Outcome.ACCEPTED]


def test_an_outcome_stays_unknown_while_the_task_list_cannot_be_read() -> None:
    run = Run()
    run.endpoint.trouble("ask", after(LOST))
    run.endpoint.trouble("task_ids", before(UNREADABLE))
    assert outcomes(run.apply(DOMAIN, OTHER)) == [Outcome.UNKNOWN, Outcome.ACCEPTED]
    assert [intent.service for intent in run.journal.unsettled()] == [DOMAIN]
    assert run.recover() == [Outcome.ACCEPTED]
    assert made(run) == [DOMAIN, OTHER]
    assert run.journal.unsettled() == ()


def test_a_namesake_waits_while_the_outcome_before_it_is_unknown() -> None:
    run = Run()
    run.endpoint.trouble("ask", after(LOST))
    run.endpoint.trouble("task_ids", before(UNREADABLE))
    receipts = run.apply(DOMAIN, ZONE, OTHER)
    assert outcomes(receipts) == [Outcome.UNKNOWN, Outcome.ACCEPTED]
    assert [request.service for request in receipts.left] == [ZONE]


def test_recovery_waits_only_as_long_as_the_request_is_young() -> None:
    run = Run()
    run.left_open(DOMAIN)
    run.endpoint.at += timedelta(seconds=0.5)
    assert run.recover() == [Outcome.NEVER_ARRIVED]
    assert asked(run.endpoint.log) == ["sleep 1.5"]
    run.endpoint.log.clear()
    run.left_open(ZONE)
    run.endpoint.at += timedelta(seconds=2)
    assert run.recover() == [Outcome.NEVER_ARRIVED]
    assert asked(run.endpoint.log) == []


def test_of_two_open_intents_of_one_name_each_task_is_taken_once() -> None:
    run = Run()
    run.left_open(DOMAIN, ZONE)
    run.endpoint.make(DOMAIN, PLATFORM, {(PLATFORM, AGENCY): (Role.TECHNICAL,)})
    run.endpoint.at += timedelta(seconds=3)
    assert run.recover() == [Outcome.ACCEPTED, Outcome.NEVER_ARRIVED]


def test_while_an_outcome_is_unknown_its_name_is_asked_for_by_nobody_of_that_account() -> None:
    run = Run()
    run.left_open(DOMAIN)
    run.endpoint.trouble("task_ids", before(UNREADABLE))
    (row,) = recover(run.journal, {PLATFORM: run.platform}, run.endpoint.sleep)
    assert row.receipt is None
    assert row.detail == "Internal server error (HTTP 500)"
    assert row.forbids(PLATFORM, DOMAIN)
    assert row.forbids(PLATFORM, ZONE)
    assert row.forbids(AGENCY, DOMAIN)
    assert not row.forbids(AGENCY, ZONE)
    assert not row.forbids(PLATFORM, OTHER)
    (row,) = recover(run.journal, {PLATFORM: run.platform}, run.endpoint.sleep)
    assert not row.forbids(PLATFORM, DOMAIN)


def test_an_intent_whose_asker_we_no_longer_hold_stops_nothing() -> None:
    run = Run()
    run.left_open(DOMAIN)
    (row,) = recover(run.journal, {}, run.endpoint.sleep)
    assert row.receipt is None
    assert PLATFORM in row.detail
    assert not row.forbids(PLATFORM, DOMAIN)
    assert len(run.journal.unsettled()) == 1


def test_the_rate_limit_is_waited_out_a_few_times_and_then_left() -> None:
    run = Run()
    run.endpoint.trouble("ask", *[before(RateLimitedError("Too many requests", status=429))] * 5)
    assert outcomes(run.apply(DOMAIN, OTHER)) == [Outcome.NEVER_ARRIVED, Outcome.ACCEPTED]
    assert made(run) == [OTHER]


def test_no_request_is_sent_once_the_run_is_interrupted() -> None:
    run = Run()
    run.endpoint.trouble("ask", before(LOST))
    receipts = run.apply(DOMAIN, ZONE, stop_after=1)
    assert outcomes(receipts) == [Outcome.NEVER_ARRIVED]
    assert [request.service for request in receipts.left] == [ZONE]
    assert asked(run.endpoint.log) == [f"ask {DOMAIN}", "sleep 2"]
