"""What a journal remembers, alike in both databases."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from reconciler.journal import AuditedJournal, lookups, open_journal
from reconciler.model import Role, ServiceId, TaskState
from reconciler.ports.journal import (
    Answer,
    Claim,
    Confirmation,
    Intent,
    Move,
    Outcome,
    Receipt,
    Retry,
    RunRecord,
)
from tests.journal.samples import (
    AGENCY,
    FINANCE,
    NOON,
    PLATFORM,
    SHOP,
    accepted,
    calls_unknown,
    intent,
    minutes,
    task,
    unknown,
)


@pytest.fixture
def journal(journal_url: str) -> Iterator[AuditedJournal]:
    journal = open_journal(journal_url, "sandbox")
    yield journal
    journal.close()


def entries(journal: AuditedJournal) -> int:
    """Count what was written, by the number of the last entry."""
    ledger = journal._ledger  # type: ignore[attr-defined] # what the database holds is this test's business
    with ledger.reading() as connection:
        return int(ledger.head(connection).seq)


def test_an_intent_without_a_receipt_is_unsettled_in_the_order_of_asking(journal: AuditedJournal) -> None:
    first, second = intent("b"), intent("a")
    journal.intend(first)
    journal.intend(second)
    assert journal.unsettled() == (first, second)


def test_an_intent_comes_back_as_it_was_given(journal: AuditedJournal) -> None:
    moves = (Move(Role.ADMIN, PLATFORM, AGENCY), Move(Role.BILLING, FINANCE, AGENCY))
    asked = Intent(
        "x", NOON + timedelta(microseconds=7), ServiceId("ip/service/ip-192.0.2.0/28"), AGENCY, moves
    )
    journal.intend(asked)
    assert journal.unsettled() == (asked,)


@pytest.mark.parametrize("outcome", [Outcome.ACCEPTED, Outcome.REFUSED, Outcome.NEVER_ARRIVED])
def test_a_firm_receipt_settles_its_intent(journal: AuditedJournal, outcome: Outcome) -> None:
    asked = intent()
    journal.intend(asked)
    journal.settle(Receipt(asked.id, NOON, outcome))
    assert journal.unsettled() == ()


def test_an_unknown_outcome_stays_unsettled_until_a_later_receipt(journal: AuditedJournal) -> None:
    asked = intent()
    journal.intend(asked)
    journal.settle(unknown(asked))
    assert journal.unsettled() == (asked,)
    journal.settle(accepted(asked, 7))
    assert journal.unsettled() == ()
    assert journal.claims()[7].service == SHOP


def test_a_claim_tells_when_was_asked_and_when_answered(journal: AuditedJournal) -> None:
    asked = intent()
    journal.intend(asked)
    journal.settle(accepted(asked, 7, 8))
    answered = NOON + minutes(1)
    assert journal.claims() == {id_: Claim(id_, SHOP, PLATFORM, NOON, answered) for id_ in (7, 8)}


def test_of_two_receipts_for_one_task_the_newest_claims_it(journal: AuditedJournal) -> None:
    old, new = intent(), intent(service=ServiceId("vps/vps-1"), at=NOON + minutes(9))
    for asked in (old, new):
        journal.intend(asked)
    journal.settle(accepted(old, 7))
    journal.settle(accepted(new, 7, at=NOON + minutes(10)))
    assert journal.claims()[7].service == "vps/vps-1"


def test_more_intents_than_one_query_can_name_are_claimed(
    journal: AuditedJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookups, "_FEW", 3)
    services = {ServiceId(f"domain/{number}.example") for number in range(6)}
    for number, service in enumerate(sorted(services)):
        asked = intent(service=service)
        journal.intend(asked)
        journal.settle(accepted(asked, number))
    assert {claim.service for claim in journal.claims().values()} == services
    journal.saw([task(number) for number in range(6)], NOON)
    journal.saw([task(number) for number in range(7)], NOON)
    assert entries(journal) == 12 + 7


def test_a_state_is_written_once(journal: AuditedJournal) -> None:
    journal.saw([task(1), task(2)], NOON)
    journal.saw([task(1), task(2)], NOON + minutes(1))
    assert entries(journal) == 2
    journal.saw([task(1), task(2, TaskState.DONE)], NOON + minutes(2))
    assert entries(journal) == 3
    journal.saw([task(1), task(2)], NOON + minutes(3))  # back again: differs from the newest
    assert entries(journal) == 4


def test_nothing_seen_is_nothing_written(journal: AuditedJournal) -> None:
    journal.saw([], NOON)
    assert entries(journal) == 0


def test_only_tasks_last_seen_in_a_final_state_are_settled(journal: AuditedJournal) -> None:
    final = [TaskState.DONE, TaskState.REFUSED, TaskState.ABORTED, TaskState.EXPIRED, TaskState.ERROR]
    journal.saw([task(id_) for id_ in range(7)], NOON)
    settled = [task(id_, state) for id_, state in enumerate(final)]
    journal.saw(settled, NOON + minutes(1))
    assert journal.settled_tasks() == {task.id: task for task in settled}


def test_a_task_of_an_endpoint_that_began_anew_is_read_again(journal: AuditedJournal) -> None:
    journal.saw([task(1, TaskState.DONE)], NOON)
    asked = intent(at=NOON + minutes(60))
    journal.intend(asked)
    journal.settle(accepted(asked, 1, at=NOON + minutes(61)))
    assert journal.settled_tasks() == {}
    again = task(1, TaskState.DONE, requested=NOON + minutes(60))
    journal.saw([again], NOON + minutes(62))
    assert journal.settled_tasks() == {1: again}


def test_answers_come_back_oldest_first(journal: AuditedJournal) -> None:
    given = [
        Confirmation(9, PLATFORM, Answer.ACCEPTED, NOON),
        Confirmation(4, AGENCY, Answer.RESENT, NOON + minutes(1)),
        Confirmation(4, AGENCY, Answer.REFUSED, NOON + minutes(2)),
    ]
    for answer in given:
        journal.confirm(answer)
    assert journal.confirmations() == tuple(given)


def test_leave_to_ask_again_comes_back_oldest_first(journal: AuditedJournal) -> None:
    retries = (Retry(SHOP, Role.TECHNICAL, 7, NOON), Retry(SHOP, Role.ADMIN, 3, NOON))
    journal.retry(retries)
    journal.retry([])
    assert journal.retries() == retries


def test_an_account_is_unknown_in_the_words_of_the_newest_answer(journal: AuditedJournal) -> None:
    for words in ("No such account", "This account does not exist"):
        asked = intent()
        journal.intend(asked)
        journal.settle(calls_unknown(asked, AGENCY, words))
    assert journal.unknown_accounts() == {AGENCY: "This account does not exist"}


def test_a_later_accepted_request_towards_an_account_makes_it_known(journal: AuditedJournal) -> None:
    refused, other, taken = intent(), intent(towards=FINANCE), intent(service=ServiceId("vps/vps-1"))
    for asked in (refused, other, taken):
        journal.intend(asked)
    journal.settle(calls_unknown(refused, AGENCY))
    journal.settle(accepted(other, 6))
    assert AGENCY in journal.unknown_accounts()
    journal.settle(accepted(taken, 7))
    assert journal.unknown_accounts() == {}
    journal.settle(calls_unknown(refused, AGENCY, "again"))
    assert journal.unknown_accounts() == {AGENCY: "again"}


def test_a_retry_of_a_contact_that_was_refused_for_it_makes_an_account_known(journal: AuditedJournal) -> None:
    asked = intent()
    journal.intend(asked)
    journal.settle(calls_unknown(asked, AGENCY))
    journal.retry([Retry(SHOP, Role.ADMIN, 0, NOON), Retry(ServiceId("vps/x"), Role.TECHNICAL, 0, NOON)])
    assert journal.unknown_accounts() == {AGENCY: "No such account"}
    journal.retry([Retry(SHOP, Role.TECHNICAL, 0, NOON)])
    assert journal.unknown_accounts() == {}


def test_endpoints_in_one_database_know_nothing_of_each_other(
    journal: AuditedJournal, journal_url: str
) -> None:
    other = open_journal(journal_url, "ovh-eu")
    asked = intent()
    journal.intend(asked)
    journal.settle(accepted(asked, 7))
    journal.intend(intent())
    journal.saw([task(7, TaskState.DONE)], NOON)
    journal.confirm(Confirmation(7, PLATFORM, Answer.ACCEPTED, NOON))
    assert (other.unsettled(), other.claims(), other.settled_tasks(), other.confirmations()) == (
        (),
        {},
        {},
        (),
    )
    with journal.lock("one"), other.lock("two"):
        other.intend(intent())
    assert len(other.unsettled()) == 1
    assert (journal.verify(), other.verify()) == (None, None)
    other.close()


def test_what_was_written_is_there_after_opening_again(journal: AuditedJournal, journal_url: str) -> None:
    asked = intent()
    journal.intend(asked)
    journal.close()
    again = open_journal(journal_url, "sandbox")
    assert again.unsettled() == (asked,)
    again.close()


def test_words_of_a_server_are_kept_verbatim_and_cut(journal: AuditedJournal) -> None:
    strange = 'Ünbekannt \x00 \ud800 "quoted"\n\u202e'
    asked = intent()
    journal.intend(asked)
    journal.settle(calls_unknown(asked, AGENCY, strange))
    assert journal.unknown_accounts() == {AGENCY: strange}
    journal.settle(calls_unknown(asked, AGENCY, "x" * 5_000))
    assert journal.unknown_accounts() == {AGENCY: "x" * 2_000}


def test_strange_names_can_be_written(journal: AuditedJournal) -> None:
    asked = intent("\x00\ud800", service=ServiceId("domain/\x00.example"))
    journal.intend(asked)
    assert journal.unsettled() == (asked,)
    assert journal.verify() is None


def test_what_happens_in_a_run_is_marked_with_it(journal: AuditedJournal) -> None:
    run = RunRecord("r1", NOON, "apply", "0.1.0", "me", lifted={"protected": "agreed in OPS-12"})
    journal.intend(intent("before"))
    journal.record_run(run)
    journal.intend(intent("within"))
    journal.record_run(RunRecord("r1", NOON, "apply", "0.1.0", "me", exit_code=0))
    journal.intend(intent("after"))
    with journal._ledger.reading() as connection:  # type: ignore[attr-defined] # as above
        rows = connection.exec_driver_sql(
            "SELECT subject, run FROM reconciler_entries ORDER BY seq"
        ).fetchall()
    marks = [(row[0], row[1]) for row in rows]
    assert marks == [("before", None), ("r1", "r1"), ("within", "r1"), ("r1", "r1"), ("after", None)]


def test_ten_thousand_tasks_are_quick(journal: AuditedJournal) -> None:
    many = [task(id_, TaskState.DONE) for id_ in range(10_000)]
    began = time.process_time()
    journal.saw(many, NOON)
    journal.saw(many, NOON)
    assert len(journal.settled_tasks()) == 10_000
    assert entries(journal) == 10_000
    assert time.process_time() - began < 8  # a loop over single inserts, or a query in n², takes far longer
