"""One run at a time: who holds the lock, when it is free, and that a run which lost it writes no more."""

from __future__ import annotations

import dataclasses
import os
import platform
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.errors import JournalError, LockHeldError
from reconciler.journal import AuditedJournal, open_journal
from reconciler.journal import process as marks
from reconciler.model import Role
from reconciler.ports.journal import Answer, Confirmation, Retry, RunRecord
from tests.journal.samples import (
    NOON,
    PLATFORM,
    SHOP,
    Clock,
    accepted,
    child,
    intent,
    process,
    said,
    task,
    tell,
)

_HOLDER = """
import sys
from reconciler.errors import ReconcilerError
from reconciler.journal import open_journal
from tests.journal.samples import intent
journal = open_journal(sys.argv[1], "sandbox", lease_seconds=float(sys.argv[2]))
with journal.lock("apply by alice"):
    journal.intend(intent("first"))
    print("locked", flush=True)
    sys.stdin.readline()
    try:
        journal.intend(intent("second"))
        print("written", flush=True)
    except ReconcilerError as error:
        print(type(error).__name__, error, flush=True)
"""


@pytest.fixture
def journal(journal_url: str) -> Iterator[AuditedJournal]:
    journal = open_journal(journal_url, "sandbox")
    yield journal
    journal.close()


@pytest.fixture
def other(journal: AuditedJournal, journal_url: str) -> Iterator[AuditedJournal]:
    assert journal.verify() is None
    other = open_journal(journal_url, "sandbox")
    yield other
    other.close()


def test_a_held_lock_tells_who_holds_it(journal: AuditedJournal, other: AuditedJournal) -> None:
    with journal.lock("apply by alice"):
        with pytest.raises(LockHeldError) as held, other.lock("apply by bob"):
            pass
        assert "apply by alice" in held.value.owner
        assert platform.node() in held.value.owner
        assert str(os.getpid()) in held.value.owner
        assert "since 20" in held.value.owner


def test_a_lock_is_free_after_its_block(journal: AuditedJournal, other: AuditedJournal) -> None:
    with journal.lock("one"):
        pass
    with other.lock("two"), pytest.raises(LockHeldError, match="two"), journal.lock("three"):
        pass


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_lock_is_free_after_a_block_that_failed(
    journal: AuditedJournal, other: AuditedJournal, failure: type[BaseException]
) -> None:
    with pytest.raises(failure), journal.lock("one"):
        raise failure
    with other.lock("two"):
        pass
    assert not [thread for thread in threading.enumerate() if thread.name == "journal-lease"]


def test_waiting_for_a_lock_takes_it_when_it_is_given_back(
    journal: AuditedJournal, other: AuditedJournal
) -> None:
    given_back = threading.Event()

    def hold() -> None:
        with journal.lock("one"):
            held.set()
            time.sleep(0.3)
        given_back.set()

    held = threading.Event()
    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    with other.lock("two", timeout=20):
        other.intend(intent())
    holder.join()
    assert given_back.is_set()


def test_waiting_for_a_lock_ends_at_the_timeout(journal: AuditedJournal, other: AuditedJournal) -> None:
    with journal.lock("one"):
        began = time.monotonic()
        with pytest.raises(LockHeldError), other.lock("two", timeout=0.3):
            pass
        assert 0.3 <= time.monotonic() - began < 10


def test_who_holds_no_lock_may_write_while_another_does(
    journal: AuditedJournal, other: AuditedJournal
) -> None:
    with journal.lock("apply"):
        other.confirm(Confirmation(7, PLATFORM, Answer.ACCEPTED, NOON))
        other.saw([task(7)], NOON)
        journal.intend(intent())
    assert len(journal.confirmations()) == 1


def test_a_lease_is_renewed_as_long_as_its_owner_lives(journal_url: str) -> None:
    short = open_journal(journal_url, "sandbox", lease_seconds=0.5)
    other = open_journal(journal_url, "sandbox")
    with short.lock("one"):
        with pytest.raises(LockHeldError), other.lock("two", timeout=1.2):
            pass
        short.intend(intent())
    short.close()
    other.close()


def test_a_process_that_was_killed_is_replaced_at_once(journal: AuditedJournal, journal_url: str) -> None:
    with child(_HOLDER, journal_url, "600") as holder:
        assert said(holder) == "locked"
        with pytest.raises(LockHeldError, match=f"pid {holder.pid}"), journal.lock("next"):
            pass
        os.kill(holder.pid, signal.SIGKILL)
        os.waitid(os.P_PID, holder.pid, os.WEXITED | os.WNOWAIT)  # dead, and not yet buried by its parent
        with journal.lock("next"):
            assert [asked.id for asked in journal.unsettled()] == ["first"]
            journal.settle(accepted(journal.unsettled()[0], 7))
    with journal.lock("next"):
        assert journal.unsettled() == ()
    assert journal.verify() is None


@pytest.mark.parametrize("proc", [Path("/proc/sys/kernel/random/boot_id"), Path("/nowhere")])
def test_a_process_is_surely_dead_only_once_it_is_gone(monkeypatch: pytest.MonkeyPatch, proc: Path) -> None:
    monkeypatch.setattr(marks, "_BOOT", proc)
    marks._machine.cache_clear()
    me = marks.this_process()
    with child("input()") as other:
        seen = dataclasses.replace(me, pid=other.pid, started=marks._started(other.pid) or "")
        assert not me.is_surely_dead()
        assert not seen.is_surely_dead()
        other.kill()
        other.wait()
        assert seen.is_surely_dead()
        assert not dataclasses.replace(seen, machine="another").is_surely_dead()
    marks._machine.cache_clear()


def test_a_run_that_stood_still_for_too_long_writes_no_more(
    journal: AuditedJournal, journal_url: str
) -> None:
    with process(_HOLDER, journal_url, "0.6") as holder:
        assert said(holder) == "locked"
        os.kill(holder.pid, signal.SIGSTOP)
        with journal.lock("next", timeout=20):
            journal.intend(intent("next"))
            os.kill(holder.pid, signal.SIGCONT)
            tell(holder)
            answer = said(holder)
            assert answer.startswith("JournalError lease lost")
            assert "next (host" in answer
            holder.wait()
            journal.intend(intent("after"))  # what the old owner did on its way out left the new lease alone
    assert [asked.id for asked in journal.unsettled()] == ["first", "next", "after"]


def test_a_run_that_stood_still_unnoticed_goes_on(tmp_path: Path) -> None:
    clock = Clock()
    journal = open_journal(tmp_path / "journal.sqlite", "sandbox", clock=clock)
    with journal.lock("one"):
        clock.time = NOON.replace(hour=13)
        journal.intend(intent())
    assert len(journal.unsettled()) == 1
    journal.close()


def test_every_writing_method_of_a_lost_lease_fails(tmp_path: Path) -> None:
    clock = Clock()
    path = tmp_path / "journal.sqlite"
    old, new = (open_journal(path, "sandbox", clock=clock, lease_seconds=600) for _ in range(2))
    asked = intent()
    with old.lock("old"):
        old.intend(asked)
        clock.time = NOON.replace(hour=13)
        with new.lock("new"):
            writes: tuple[Callable[[], None], ...] = (
                lambda: old.intend(intent()),
                lambda: old.settle(accepted(asked, 1)),
                lambda: old.saw([task(1)], NOON),
                lambda: old.confirm(Confirmation(1, PLATFORM, Answer.ACCEPTED, NOON)),
                lambda: old.retry([Retry(SHOP, Role.ADMIN, 1, NOON)]),
                lambda: old.record_run(RunRecord("r", NOON, "apply", "0.1.0", "me")),
            )
            for write in writes:
                with pytest.raises(JournalError, match="lease lost to new"):
                    write()
        with pytest.raises(JournalError, match="lease lost"):
            old.intend(intent())  # also once the lock is free again
    assert new.unsettled() == (asked,)
    old.intend(intent())  # without a lock it may write
    old.close()
    new.close()


def test_the_lease_of_a_file_ends_by_this_hosts_clock(tmp_path: Path) -> None:
    clock = Clock()
    path = tmp_path / "journal.sqlite"
    one, two = (open_journal(path, "sandbox", clock=clock) for _ in range(2))
    with one.lock("one"):
        clock.time = NOON.replace(second=14)
        with pytest.raises(LockHeldError), two.lock("two"):
            pass
        clock.time = NOON.replace(second=15)
        with two.lock("two"):
            pass
    one.close()
    two.close()


def test_the_lease_on_a_server_ends_by_the_servers_clock(postgres_url: str) -> None:
    clock = Clock()
    one, two = (open_journal(postgres_url, "sandbox", clock=clock) for _ in range(2))
    with one.lock("one"):
        clock.time = NOON.replace(hour=23)
        with pytest.raises(LockHeldError), two.lock("two"):
            pass
    one.close()
    two.close()


def test_two_processes_that_fight_for_the_lock_never_hold_it_both(
    journal: AuditedJournal, journal_url: str, tmp_path: Path
) -> None:
    fighter = """
import os, sys, time
from reconciler.journal import open_journal
journal = open_journal(sys.argv[1], "sandbox")
print("ready", flush=True)
for _ in range(5):
    with journal.lock("fighter", timeout=30):
        os.close(os.open(sys.argv[2], os.O_CREAT | os.O_EXCL))
        time.sleep(0.01)
        os.unlink(sys.argv[2])
    time.sleep(0.02)
journal.close()
print("done", flush=True)
"""
    assert journal.verify() is None
    mark = tmp_path / "held"
    with process(fighter, journal_url, str(mark)) as fighting:
        assert said(fighting) == "ready"
        for _ in range(5):
            with journal.lock("test", timeout=30):
                mark.touch(exist_ok=False)
                time.sleep(0.01)
                mark.unlink()
            time.sleep(0.02)
        assert said(fighting) == "done"
