"""An entry that was changed, lost or moved is found; and writers at the same time keep the chain whole."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from reconciler.journal import AuditedJournal, open_journal
from reconciler.journal.chain import linked
from reconciler.journal.records import intent_draft
from reconciler.model import ServiceId, TaskState
from tests.journal.samples import NOON, intent, process, said, task, tell

_WRITER = """
import sys
from reconciler.journal import open_journal
from tests.journal.samples import intent
journal = open_journal(sys.argv[1], "sandbox")
print("ready", flush=True)
sys.stdin.readline()
for _ in range(40):
    journal.intend(intent())
journal.close()
print("done", flush=True)
"""


@pytest.fixture
def journal(journal_url: str) -> Iterator[AuditedJournal]:
    journal = open_journal(journal_url, "sandbox")
    yield journal
    journal.close()


@pytest.fixture
def five(journal: AuditedJournal) -> AuditedJournal:
    for number in range(1, 6):
        journal.intend(intent(f"intent-{number}", service=ServiceId(f"domain/{number}.example")))
    assert journal.verify() is None
    return journal


def tamper(url: str, *statements: str) -> None:
    address = make_url(url)
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    engine = create_engine(address)
    with engine.begin() as connection:
        for statement in statements:
            assert connection.execute(text(statement)).rowcount > 0
    engine.dispose()


def test_an_empty_chain_holds(journal: AuditedJournal) -> None:
    assert journal.verify() is None


@pytest.mark.parametrize(
    "change",
    [
        "body = replace(body, '3.example', 'evil.example')",
        "body = ' ' || body",
        "at = '2026-01-01T00:00:00.000000+00:00'",
        "run = 'r9'",
        "kind = 'receipt'",
        "subject = 'intent-9'",
        "state = 'accepted'",
        "service = 'domain/evil.example'",
        "task = 9",
        "account = 'ev11111-ovh'",
        "hash = previous",
        "previous = hash",
    ],
)
def test_a_changed_entry_is_found(five: AuditedJournal, journal_url: str, change: str) -> None:
    tamper(journal_url, f"UPDATE reconciler_entries SET {change} WHERE seq = 3")
    assert five.verify() == 3


@pytest.mark.parametrize("seq", [1, 3, 5])
def test_a_lost_entry_is_found_also_at_either_end(five: AuditedJournal, journal_url: str, seq: int) -> None:
    tamper(journal_url, f"DELETE FROM reconciler_entries WHERE seq = {seq}")
    assert five.verify() == seq


def test_entries_that_changed_places_are_found(five: AuditedJournal, journal_url: str) -> None:
    moves = [(2, 99), (4, 2), (99, 4)]
    tamper(
        journal_url, *(f"UPDATE reconciler_entries SET seq = {new} WHERE seq = {old}" for old, new in moves)
    )
    assert five.verify() == 2


def test_an_entry_moved_to_another_endpoint_is_found(five: AuditedJournal, journal_url: str) -> None:
    tamper(journal_url, "UPDATE reconciler_entries SET endpoint = 'ovh-eu'")
    other = open_journal(journal_url, "ovh-eu")
    assert (five.verify(), other.verify()) == (1, 1)
    other.close()


def test_an_entry_added_past_the_end_is_found_even_if_well_forged(
    five: AuditedJournal, journal_url: str
) -> None:
    ledger = five._ledger  # type: ignore[attr-defined] # a forger knows the inside
    with ledger.reading() as connection:
        head = ledger.head(connection)
    ((forged, *_), _) = linked([intent_draft(intent())], head, endpoint="sandbox", run=None)
    values = ", ".join("NULL" if value is None else f"'{value}'" for value in forged.values())
    literal = values.replace(":", "\\:")  # no parameters of ours
    tamper(journal_url, f"INSERT INTO reconciler_entries ({', '.join(forged)}) VALUES ({literal})")
    assert five.verify() == 6


def test_a_chain_whose_end_was_set_back_is_found(five: AuditedJournal, journal_url: str) -> None:
    tamper(journal_url, "UPDATE reconciler_endpoints SET seq = 3")
    assert five.verify() == 3


def test_an_entry_that_cannot_be_read_is_an_error_that_says_which(
    five: AuditedJournal, journal_url: str
) -> None:
    tamper(journal_url, "UPDATE reconciler_entries SET body = '{}' WHERE seq = 4")
    with pytest.raises(Exception, match="entry 4 of the journal is not as this program wrote it") as error:
        five.unsettled()
    assert type(error.value).__name__ == "JournalError"


def test_threads_that_write_at_once_keep_the_chain(journal: AuditedJournal) -> None:
    def write() -> None:
        for _ in range(20):
            journal.intend(intent())

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journal.unsettled()) == 80
    assert journal.verify() is None


def test_processes_that_write_at_once_keep_the_chain(journal: AuditedJournal, journal_url: str) -> None:
    with process(_WRITER, journal_url) as writer:
        assert said(writer) == "ready"
        tell(writer)
        for _ in range(40):
            journal.intend(intent())
        assert said(writer) == "done"
    assert len(journal.unsettled()) == 80
    assert journal.verify() is None


def test_what_two_saw_at_once_is_written_once(journal: AuditedJournal, journal_url: str) -> None:
    others = [open_journal(journal_url, "sandbox") for _ in range(3)]
    together = threading.Barrier(4)

    def look(at: AuditedJournal) -> None:
        for state in (TaskState.TODO, TaskState.VALIDATING, TaskState.DONE):
            together.wait()
            at.saw([task(id_, state) for id_ in range(30)], NOON)

    threads = [threading.Thread(target=look, args=(at,)) for at in (journal, *others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
    ledger = journal._ledger  # type: ignore[attr-defined] # what the database holds is this test's business
    with ledger.reading() as connection:
        assert ledger.head(connection).seq == 90
    assert journal.verify() is None
