"""The audit names the first entry that is not as it was written, alike in both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.journal import Audit, AuditedJournal, Break, Fault, open_journal
from reconciler.journal.audit import Entry
from reconciler.model import ServiceId, TaskState
from tests.journal.samples import NOON, intent, minutes, task
from tests.journal.test_chain import tamper

AT = "2026-11-20T12:0{}:00.000000+00:00"
ENTRIES = (
    Entry(1, AT.format(0), "intent"),
    Entry(2, AT.format(1), "seen"),
    Entry(3, AT.format(2), "intent"),
    Entry(4, AT.format(3), "seen"),
    Entry(5, AT.format(4), "intent"),
)
COLUMNS = "endpoint, seq, at, run, kind, subject, state, service, task, account, body, previous, hash"


@pytest.fixture
def journal(journal_url: str) -> Iterator[AuditedJournal]:
    journal = open_journal(journal_url, "sandbox")
    for number in range(3):
        at = NOON + minutes(2 * number)
        journal.intend(intent(f"i{number}", at=at, service=ServiceId(f"domain/{number}.example")))
        if number < 2:
            journal.saw([task(number, TaskState.TODO)], at + minutes(1))
    yield journal
    journal.close()


def broken(journal: AuditedJournal) -> Break:
    audit = journal.audit()
    assert audit is not None
    assert audit.broken is not None
    assert audit.whole == audit.broken.seq - 1
    assert journal.verify() == audit.broken.seq
    return audit.broken


def before(seq: int) -> Entry | None:
    return ENTRIES[seq - 2] if seq > 1 else None


def test_a_journal_as_it_was_written_is_whole(journal: AuditedJournal) -> None:
    assert journal.audit() == Audit(5, None)


@pytest.mark.parametrize(
    ("change", "seq"),
    [
        ("body = replace(body, 'example', 'evil')", 1),
        ("body = replace(body, 'example', 'evil')", 3),
        ("body = replace(body, 'example', 'evil')", 5),
        ("service = 'domain/evil.example'", 3),
        ("account = NULL", 3),
        ("run = 'r9'", 3),
        ("hash = replace(hash, substr(hash, 1, 1), 'x')", 3),
    ],
)
def test_a_changed_column_is_found_wherever_it_is(
    journal: AuditedJournal, journal_url: str, change: str, seq: int
) -> None:
    tamper(journal_url, f"UPDATE reconciler_entries SET {change} WHERE seq = {seq}")
    assert broken(journal) == Break(seq, Fault.CHANGED, ENTRIES[seq - 1], before(seq))


def test_a_changed_time_or_kind_is_told_as_it_stands_now(journal: AuditedJournal, journal_url: str) -> None:
    tamper(journal_url, "UPDATE reconciler_entries SET at = 'never', kind = 'forged' WHERE seq = 2")
    assert broken(journal) == Break(2, Fault.CHANGED, Entry(2, "never", "forged"), ENTRIES[0])


@pytest.mark.parametrize("seq", [1, 3, 5])
def test_a_deleted_entry_is_missing_first_middle_and_last(
    journal: AuditedJournal, journal_url: str, seq: int
) -> None:
    tamper(journal_url, f"DELETE FROM reconciler_entries WHERE seq = {seq}")
    assert broken(journal) == Break(seq, Fault.MISSING, None, before(seq))


def test_all_entries_deleted_are_missing(journal: AuditedJournal, journal_url: str) -> None:
    tamper(journal_url, "DELETE FROM reconciler_entries")
    assert broken(journal) == Break(1, Fault.MISSING, None, None)


def test_a_gap_that_was_closed_by_counting_anew_is_found(journal: AuditedJournal, journal_url: str) -> None:
    tamper(
        journal_url,
        "DELETE FROM reconciler_entries WHERE seq = 3",
        "UPDATE reconciler_entries SET seq = 3 WHERE seq = 4",
        "UPDATE reconciler_entries SET seq = 4 WHERE seq = 5",
    )
    assert broken(journal) == Break(3, Fault.MISPLACED, Entry(3, *ENTRIES[3][1:]), ENTRIES[1])


def test_swapped_entries_are_found(journal: AuditedJournal, journal_url: str) -> None:
    for new, old in ((99, 2), (2, 4), (4, 99)):
        tamper(journal_url, f"UPDATE reconciler_entries SET seq = {new} WHERE seq = {old}")
    assert broken(journal) == Break(2, Fault.MISPLACED, Entry(2, *ENTRIES[3][1:]), ENTRIES[0])


@pytest.mark.parametrize(("place", "fault"), [(0, Fault.MISPLACED), (6, Fault.BEYOND_THE_END)])
def test_an_entry_that_was_put_before_or_after_all_others_is_found(
    journal: AuditedJournal, journal_url: str, place: int, fault: Fault
) -> None:
    copied = COLUMNS.replace("seq", str(place))
    tamper(
        journal_url,
        f"INSERT INTO reconciler_entries ({COLUMNS}) SELECT {copied} FROM reconciler_entries WHERE seq = 3",
    )
    found = broken(journal)
    assert (found.fault, found.found) == (fault, Entry(place, *ENTRIES[2][1:]))


def test_an_entry_that_was_put_between_others_is_found(journal: AuditedJournal, journal_url: str) -> None:
    tamper(
        journal_url,
        *(f"UPDATE reconciler_entries SET seq = {seq + 1} WHERE seq = {seq}" for seq in (5, 4, 3)),
        f"INSERT INTO reconciler_entries ({COLUMNS}) SELECT {COLUMNS.replace('seq', '3')}"
        " FROM reconciler_entries WHERE seq = 2",
        "UPDATE reconciler_endpoints SET seq = 6",
    )
    assert broken(journal) == Break(3, Fault.MISPLACED, Entry(3, *ENTRIES[1][1:]), ENTRIES[1])


@pytest.mark.parametrize(
    ("change", "seq", "fault"),
    [
        ("seq = 3", 3, Fault.NOT_THE_END),
        ("hash = 'other'", 5, Fault.NOT_THE_END),
        ("seq = 9", 6, Fault.MISSING),
        ("seq = 0", 1, Fault.BEYOND_THE_END),
        ("seq = 3, hash = (SELECT hash FROM reconciler_entries WHERE seq = 3)", 4, Fault.BEYOND_THE_END),
    ],
)
def test_a_changed_record_of_the_end_is_found(
    journal: AuditedJournal, journal_url: str, change: str, seq: int, fault: Fault
) -> None:
    tamper(journal_url, f"UPDATE reconciler_endpoints SET {change}")
    found = broken(journal)
    assert (found.seq, found.fault) == (seq, fault)


def test_a_lost_record_of_the_end_is_found(journal: AuditedJournal, journal_url: str) -> None:
    tamper(journal_url, "DELETE FROM reconciler_endpoints")
    assert broken(journal) == Break(1, Fault.BEYOND_THE_END, ENTRIES[0], None)


def test_a_journal_of_which_nothing_is_there_is_none_and_not_a_whole_one(
    journal: AuditedJournal, journal_url: str
) -> None:
    other = open_journal(journal_url, "ovh-eu")
    assert other.audit() is None
    other.close()
    tamper(journal_url, "DELETE FROM reconciler_entries", "DELETE FROM reconciler_endpoints")
    assert (journal.audit(), journal.verify()) == (None, None)


def test_only_the_journal_that_was_changed_is_broken(journal: AuditedJournal, journal_url: str) -> None:
    other = open_journal(journal_url, "ovh-eu")
    other.intend(intent())
    assert other.audit() == Audit(1, None)
    tamper(journal_url, "UPDATE reconciler_entries SET account = 'evil' WHERE endpoint = 'ovh-eu'")
    assert other.verify() == 1
    assert journal.audit() == Audit(5, None)
    other.close()


@pytest.mark.parametrize("journal_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "change",
    [
        "body = CAST(body AS BLOB)",
        "body = CAST(x'ff41' AS TEXT)",
        "kind = CAST(x'ff' AS TEXT)",
        "seq = 'three'",
        "task = 'seven'",
    ],
)
def test_what_sqlite_alone_would_take_is_found_too(
    journal: AuditedJournal, journal_url: str, change: str
) -> None:
    tamper(journal_url, f"UPDATE reconciler_entries SET {change} WHERE seq = 3")
    assert broken(journal).seq == 3


@pytest.mark.parametrize("journal_url", ["sqlite"], indirect=True)
def test_an_end_that_is_no_number_is_found_too(journal: AuditedJournal, journal_url: str) -> None:
    tamper(journal_url, "UPDATE reconciler_endpoints SET seq = 'none'")
    assert broken(journal).fault is Fault.BEYOND_THE_END
