"""What the journal knows of runs that carried out an approved plan, alike in both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from reconciler.journal import AuditedJournal, open_journal
from reconciler.model import AccountId, Contacts, Role
from reconciler.plan import Basis
from reconciler.ports.journal import CarriedOut, RunRecord
from tests.journal.samples import AGENCY, FINANCE, NOON, PLATFORM, SHOP, accepted, intent, minutes, unknown

PLAN, OTHER = "a1" * 32, "b2" * 32
ROWS = (
    Basis(
        SHOP, PLATFORM, ((Role.TECHNICAL, PLATFORM, AGENCY),), Contacts(PLATFORM, PLATFORM, FINANCE), (3, 4)
    ),
    Basis(
        SHOP, PLATFORM, ((Role.BILLING, None, AccountId('q"uote')),), Contacts(PLATFORM, None, FINANCE), ()
    ),
)
RUN = RunRecord("r1", NOON, "apply", "0.1.0", "alice", fingerprint=PLAN, approved=ROWS)


@pytest.fixture
def journal(journal_url: str) -> Iterator[AuditedJournal]:
    journal = open_journal(journal_url, "sandbox")
    yield journal
    journal.close()


def test_a_run_that_began_is_known_with_the_requests_of_its_plan(journal: AuditedJournal) -> None:
    journal.record_run(RUN)
    assert journal.carried_out(PLAN) == CarriedOut(ROWS, {})
    assert journal.carried_out(OTHER) is None
    journal.record_run(replace(RUN, exit_code=8, approved=()))
    assert journal.carried_out(PLAN) == CarriedOut(ROWS, {})
    assert journal.verify() is None


def test_what_such_runs_were_given_tasks_for_is_told_and_no_other(journal: AuditedJournal) -> None:
    journal.record_run(RUN)
    first, lost = intent("i"), intent("j")
    for asked in (first, lost):
        journal.intend(asked)
    journal.settle(accepted(first, 7, 8))
    journal.settle(unknown(lost))
    journal.record_run(replace(RUN, run="r2", fingerprint=OTHER))
    theirs = intent("k")
    journal.intend(theirs)
    journal.settle(accepted(theirs, 9))
    assert journal.carried_out(PLAN) == CarriedOut(ROWS, {SHOP: (7, 8)})


def test_a_run_before_the_plan_was_made_carried_out_another_one(journal: AuditedJournal) -> None:
    journal.record_run(RUN)
    assert journal.carried_out(PLAN, NOON) is not None
    assert journal.carried_out(PLAN, NOON + minutes(1)) is None


def test_a_run_of_an_older_version_is_known_without_its_requests(journal: AuditedJournal) -> None:
    journal.record_run(replace(RUN, approved=()))
    assert journal.carried_out(PLAN) == CarriedOut(None, {})


def test_a_fingerprint_is_no_pattern(journal: AuditedJournal) -> None:
    journal.record_run(RUN)
    for text in ("%", "_" * 64, "", '"', PLAN[:-1]):
        assert journal.carried_out(text) is None


def test_a_journal_that_does_not_exist_knows_of_no_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    journal = open_journal(tmp_path_factory.mktemp("none") / "journal", "sandbox", read_only=True)
    assert journal.carried_out(PLAN) is None
