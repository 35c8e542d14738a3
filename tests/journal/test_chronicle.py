"""What a journal tells of the past, alike in both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.errors import JournalError
from reconciler.journal import AuditedJournal, open_journal
from reconciler.model import Answer, Asked, Confirmation, ServiceId, Sighting, TaskState
from reconciler.ports.journal import Outcome, Receipt, RunRecord
from tests.journal.samples import (
    AGENCY,
    NOON,
    PLATFORM,
    SHOP,
    accepted,
    intent,
    minutes,
    task,
    unknown,
)
from tests.journal.test_chain import tamper

RUN = RunRecord("r1", NOON, "apply", "0.1.0", "alice", commit="c0ffee")


@pytest.fixture
def journal(journal_url: str) -> Iterator[AuditedJournal]:
    journal = open_journal(journal_url, "sandbox")
    yield journal
    journal.close()


def asked_once(journal: AuditedJournal) -> None:
    """Ask once in a run, for the tasks 7 and 8."""
    asked = intent("i")
    journal.record_run(RUN)
    journal.intend(asked)
    journal.settle(accepted(asked, 7, 8))
    journal.record_run(RunRecord("r1", NOON + minutes(2), "apply", "0.1.0", "alice", "c0ffee", exit_code=0))


def test_a_task_of_ours_tells_who_asked_for_what_in_which_run_at_which_commit(
    journal: AuditedJournal,
) -> None:
    asked_once(journal)
    moves = intent("i").moves
    expected = {
        number: Asked(number, SHOP, PLATFORM, moves, NOON, "r1", "alice", "c0ffee", NOON + minutes(1))
        for number in (7, 8)
    }
    assert journal.asked() == expected
    assert journal.ever_asked() == tuple(expected.values())


def test_a_run_that_was_killed_before_its_end_is_known_too(journal: AuditedJournal) -> None:
    journal.record_run(RUN)
    journal.intend(intent("i"))
    journal.settle(accepted(intent("i"), 7))
    assert journal.asked()[7].user == "alice"


def test_what_was_asked_outside_of_a_run_names_nobody(journal: AuditedJournal) -> None:
    journal.intend(intent("i"))
    journal.settle(accepted(intent("i"), 7))
    row = journal.asked()[7]
    assert (row.run, row.user, row.commit) == (None, None, None)


def test_a_receipt_that_a_later_run_finds_belongs_to_the_run_that_asked(journal: AuditedJournal) -> None:
    journal.record_run(RUN)
    journal.intend(intent("i"))
    journal.settle(unknown(intent("i")))
    journal.record_run(RunRecord("r2", NOON + minutes(9), "apply", "0.1.0", "bob"))
    journal.settle(accepted(intent("i"), 7, at=NOON + minutes(10)))
    row = journal.asked()[7]
    assert (row.run, row.user, row.answered) == ("r1", "alice", NOON + minutes(10))


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.UNKNOWN, Outcome.NEVER_ARRIVED])
def test_what_made_no_task_is_not_among_what_was_asked(journal: AuditedJournal, outcome: Outcome) -> None:
    journal.intend(intent("i"))
    journal.settle(Receipt("i", NOON, outcome, (7,)))
    assert journal.asked() == {}
    assert journal.ever_asked() == ()


def test_a_number_that_came_again_is_told_of_both_times(journal: AuditedJournal) -> None:
    vps = ServiceId("vps/vps-1")
    old, new = intent("old"), intent("new", service=vps, at=NOON + minutes(60))
    for each in (old, new):
        journal.intend(each)
        journal.settle(accepted(each, 7, at=each.at + minutes(1)))
    assert [row.service for row in journal.ever_asked()] == [SHOP, vps]
    assert journal.asked()[7].service == vps


def test_every_state_is_told_in_the_order_in_which_it_was_first_seen(journal: AuditedJournal) -> None:
    states = [TaskState.TODO, TaskState.VALIDATING, TaskState.DONE]
    for place, state in enumerate(states):
        for again in (0, 0.25):
            journal.saw([task(7, state), task(8, TaskState.TODO)], NOON + minutes(place + again))
    assert journal.sightings(7) == tuple(
        Sighting(task(7, state), NOON + minutes(place)) for place, state in enumerate(states)
    )
    assert [row.task.id for row in journal.sightings()] == [7, 8, 7, 7]
    assert journal.sightings(9) == ()


def test_an_answer_tells_which_user_gave_it(journal: AuditedJournal) -> None:
    given = (
        Confirmation(7, PLATFORM, Answer.ACCEPTED, NOON, "alice"),
        Confirmation(7, AGENCY, Answer.REFUSED, NOON),
    )
    for answer in given:
        journal.confirm(answer)
    assert journal.confirmations() == given


def test_an_answer_of_an_older_version_names_no_user(journal: AuditedJournal, journal_url: str) -> None:
    journal.confirm(Confirmation(7, PLATFORM, Answer.ACCEPTED, NOON, "alice"))
    # none of an answer's later keys, as it was written before users were remembered; \: is no parameter
    body = f'{{"account"\\:"{PLATFORM}","answer"\\:"accepted","at"\\:"{NOON.isoformat()}","task"\\:7}}'
    tamper(journal_url, f"UPDATE reconciler_entries SET body = '{body}'")
    assert journal.confirmations() == (Confirmation(7, PLATFORM, Answer.ACCEPTED, NOON),)


def test_the_past_of_another_endpoint_in_the_same_database_is_not_told(
    journal: AuditedJournal, journal_url: str
) -> None:
    other = open_journal(journal_url, "ovh-eu")
    asked_once(other)
    other.saw([task(7)], NOON)
    other.tell(["key"], NOON)
    assert (journal.asked(), journal.ever_asked(), journal.sightings(), journal.told()) == (
        {},
        (),
        (),
        frozenset(),
    )
    asked_once(journal)
    assert [*journal.asked()] == [7, 8]
    other.close()


@pytest.mark.parametrize(
    ("kind", "body"), [("run", "{}"), ("run", "7"), ("seen", "no JSON"), ("receipt", "[]"), ("intent", "{}")]
)
def test_an_entry_that_cannot_be_read_is_an_error_that_names_it(
    journal: AuditedJournal, journal_url: str, kind: str, body: str
) -> None:
    asked_once(journal)
    journal.saw([task(7)], NOON)
    tamper(journal_url, f"UPDATE reconciler_entries SET body = '{body}' WHERE kind = '{kind}'")
    with pytest.raises(JournalError, match=r"entry \d+ of the journal is not as this program wrote it"):
        (journal.sightings if kind == "seen" else journal.ever_asked)()


def test_no_journal_tells_of_no_past(tmp_path_factory: pytest.TempPathFactory) -> None:
    nothing = open_journal(tmp_path_factory.mktemp("none") / "journal", "sandbox", read_only=True)
    assert (nothing.asked(), nothing.ever_asked(), nothing.sightings(), nothing.audit()) == ({}, (), (), None)
