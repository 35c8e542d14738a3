"""`history` and its `--verify` over both databases, with the real command and no endpoint in reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.journal import AuditedJournal, open_journal
from reconciler.model import Answer, Confirmation, TaskState
from reconciler.ports.journal import RunRecord
from tests.journal.samples import AGENCY, NOON, PLATFORM, accepted, intent, minutes, task
from tests.journal.test_chain import tamper
from tests.running import Desk

NOWHERE = "http://127.0.0.1:1/1.0"


def one_request(journal: AuditedJournal) -> None:
    """Write seven entries: a run, what it asked, what came of it, and an answer."""
    journal.record_run(RunRecord("r1", NOON, "apply", "0.1.0", "alice", commit="c0ffee"))
    asked = intent("i")
    journal.intend(asked)
    journal.settle(accepted(asked, 7))
    journal.record_run(RunRecord("r1", NOON, "apply", "0.1.0", "alice", commit="c0ffee", exit_code=0))
    journal.saw([task(7)], NOON + minutes(2))
    journal.confirm(Confirmation(7, AGENCY, Answer.ACCEPTED, NOON + minutes(3), "bob"))
    journal.saw([task(7, TaskState.DONE)], NOON + minutes(6))


@pytest.fixture
def desk(tmp_path: Path, journal_url: str) -> Desk:
    """Return a desk that holds no key, and whose journal holds the past of two endpoints."""
    for endpoint in (NOWHERE, "ovh-eu"):
        journal = open_journal(journal_url, endpoint)
        one_request(journal)
        journal.close()
    desk = Desk(tmp_path / "desk", NOWHERE, {"platform": PLATFORM, "agency": AGENCY}, held=[])
    desk.environ["RECONCILER_JOURNAL"] = journal_url
    desk.write("services: {vps/vps-1: {admin: platform}}\n")
    return desk


def test_the_past_of_this_endpoint_alone_is_told(desk: Desk) -> None:
    done = desk.run("history", "domain/shop.example:technical")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("1 change known to the journal, newest first: 1 carried out.\n")
    assert "carried out by OVHcloud (done) on 2026-11-20 12:05 UTC; the newest known" in done.out
    assert "requested by alice, at commit c0ffee, in run r1" in done.out
    assert "accepted by agency (ag33333-ovh) on 2026-11-20 12:03 UTC (by us, bob)" in done.out
    (change,) = desk.run("history", "--format", "json").json["changes"]
    assert change["not_through_us"] == [PLATFORM]


def test_verify_names_the_entry_of_this_endpoint_and_leaves_the_other_in_peace(
    desk: Desk, journal_url: str
) -> None:
    whole = desk.run("history", "--verify")
    assert (whole.code, "7 entries checked and whole; all is as it was written" in whole.out) == (0, True)
    tamper(
        journal_url, "UPDATE reconciler_entries SET account = 'evil' WHERE seq = 2 AND endpoint = 'ovh-eu'"
    )
    assert desk.run("history", "--verify").out == whole.out
    tamper(
        journal_url, "UPDATE reconciler_entries SET account = 'evil' WHERE seq = 6 AND endpoint <> 'ovh-eu'"
    )
    done = desk.run("history", "--verify")
    assert done.code == 1
    assert (
        "5 entries checked and whole; entry 6 (answer, 2026-11-20T12:03:00.000000+00:00) was changed."
        in done.out
    )


def test_an_entry_that_cannot_be_read_is_told_without_a_traceback(desk: Desk, journal_url: str) -> None:
    tamper(journal_url, "UPDATE reconciler_entries SET body = '{}' WHERE kind = 'seen'")
    done = desk.run("history")
    assert (done.code, done.out) == (1, "")
    assert "entry 5 of the journal is not as this program wrote it" in done.err
    assert "reconciler history --verify" in done.err
