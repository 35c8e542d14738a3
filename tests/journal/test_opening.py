"""Opening a journal: what is made, what is refused, and what a message may tell."""

from __future__ import annotations

import logging
import os
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.errors import JournalError
from reconciler.journal import open_journal
from reconciler.journal.engine import engine_of
from reconciler.journal.location import locate
from reconciler.model import TaskState
from tests.journal.samples import NOON, ROOT, accepted, intent, process, said, task

_NOBODY = 65534
_KILLED_BETWEEN = """
import os, sys
from reconciler.journal import open_journal
from tests.journal.samples import intent
journal = open_journal(sys.argv[1], "sandbox")
journal.intend(intent("asked"))
print("asked", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.sqlite"


def test_a_file_is_made_for_the_user_alone(path: Path) -> None:
    old = os.umask(0)
    try:
        journal = open_journal(path, "sandbox")
    finally:
        os.umask(old)
    journal.intend(intent())
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    modes = {found.name: stat.S_IMODE(found.stat().st_mode) for found in path.parent.iterdir()}
    assert modes == dict.fromkeys(["journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm"], 0o600)
    journal.close()


@pytest.mark.parametrize("form", [str, Path, "sqlite:///{}".format, "sqlite+pysqlite:///{}".format])
def test_a_file_can_be_named_in_several_ways(path: Path, form: type[str]) -> None:
    journal = open_journal(form(path), "sandbox")
    journal.intend(intent())
    journal.close()
    assert path.exists()


def test_a_path_may_hold_any_character(tmp_path: Path) -> None:
    for name in ("a b?mode=ro#x%20.sqlite", "żółw.sqlite", ":memory:"):
        journal = open_journal(tmp_path / name, "sandbox")
        journal.intend(intent())
        journal.close()
        reader = open_journal(tmp_path / name, "sandbox", read_only=True)
        assert len(reader.unsettled()) == 1
        reader.close()


def test_a_step_is_on_disk_when_it_returns(path: Path, postgres_url: str) -> None:
    journal = open_journal(path, "sandbox")
    with journal._ledger.writing() as write:  # type: ignore[attr-defined] # the settings are inside
        cursor = write._cursor
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert cursor.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        assert cursor.connection.in_transaction
    journal.close()
    other = open_journal(postgres_url, "sandbox")
    with other._ledger.writing() as write:  # type: ignore[attr-defined] # as above
        assert write._cursor.execute("SHOW synchronous_commit").fetchone() == ("on",)
        assert write._cursor.execute("SHOW lock_timeout").fetchone() == ("30s",)
    other.close()


def test_an_intent_survives_a_kill_before_its_receipt(journal_url: str) -> None:
    journal = open_journal(journal_url, "sandbox")
    with process(_KILLED_BETWEEN, journal_url) as asking:
        assert said(asking) == "asked"
        asking.kill()
        asking.wait()
    (asked,) = journal.unsettled()
    assert asked.id == "asked"
    journal.settle(accepted(asked, 7))
    assert journal.verify() is None
    journal.close()


def test_reading_a_journal_that_is_not_there_makes_nothing(tmp_path: Path, path: Path) -> None:
    journal = open_journal(path, "sandbox", read_only=True)
    journal.saw([task(1, TaskState.DONE)], NOON)
    assert (journal.unsettled(), journal.confirmations(), journal.retries()) == ((), (), ())
    assert (journal.claims(), journal.settled_tasks(), journal.unknown_accounts()) == ({}, {}, {})
    assert journal.verify() is None
    with pytest.raises(JournalError, match="reading only"):
        journal.intend(intent())
    with pytest.raises(JournalError, match="reading only"), journal.lock("me"):
        pass
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_reading_a_server_without_tables_makes_none(postgres_url: str) -> None:
    journal = open_journal(postgres_url, "sandbox", read_only=True)
    assert journal.claims() == {}
    journal.close()
    again = open_journal(postgres_url, "sandbox", read_only=True)
    assert type(again).__name__ == "EmptyJournal"
    again.close()


def test_reading_sees_all_and_changes_nothing(journal_url: str) -> None:
    writer = open_journal(journal_url, "sandbox")
    writer.intend(intent("asked"))
    reader = open_journal(journal_url, "sandbox", read_only=True)
    assert [asked.id for asked in reader.unsettled()] == ["asked"]
    reader.saw([task(1, TaskState.DONE)], NOON)
    assert reader.settled_tasks() == {}
    with pytest.raises(JournalError, match="reading only"):
        reader.settle(accepted(intent("asked"), 7))
    with pytest.raises(JournalError, match="reading only"), reader.lock("me"):
        pass
    writer.intend(intent("later"))
    assert len(reader.unsettled()) == 2
    assert reader.verify() is None
    reader.close()
    writer.close()


def test_reading_a_file_does_not_change_it(path: Path) -> None:
    writer = open_journal(path, "sandbox")
    writer.intend(intent())
    writer.close()
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    reader = open_journal(path, "sandbox", read_only=True)
    assert len(reader.unsettled()) == 1
    reader.close()
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


@contextmanager
def as_an_ordinary_user(*owned: Path) -> Iterator[None]:
    """Do without the rights of root, who may read and write everything."""
    if os.geteuid() != 0:
        yield
        return
    for path in owned:
        os.chown(path, _NOBODY, _NOBODY)
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_in_a_folder_that_may_not_be_written_can_be_read() -> None:
    with (
        tempfile.TemporaryDirectory() as name
    ):  # not below pytest's folder, which an ordinary user may not enter
        folder = Path(name)
        path = folder / "journal.sqlite"
        writer = open_journal(path, "sandbox")
        writer.intend(intent())
        writer.close()
        folder.chmod(0o500)
        with as_an_ordinary_user(folder, path):
            reader = open_journal(path, "sandbox", read_only=True)
            assert len(reader.unsettled()) == 1
            reader.close()
            assert list(folder.iterdir()) == [path]
        folder.chmod(0o700)


@pytest.mark.parametrize("read_only", [True, False])
def test_a_file_that_may_not_be_read_is_an_error_that_says_what_to_do(read_only: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "journal.sqlite"
        open_journal(path, "sandbox").close()
        path.chmod(0)
        with as_an_ordinary_user(folder, path), pytest.raises(JournalError, match="cannot be used") as error:
            open_journal(path, "sandbox", read_only=read_only)
        assert "may read and write the file" in (error.value.hint or "")


@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize(
    "damage", [b"this is no database at all\n" * 40, b"SQLite format 3\x00" + b"\xff" * 4_080]
)
def test_a_damaged_file_is_an_error_that_says_what_to_do(path: Path, damage: bytes, read_only: bool) -> None:
    path.parent.mkdir()
    path.write_bytes(damage)
    with pytest.raises(JournalError) as error:
        open_journal(path, "sandbox", read_only=read_only)
    assert str(path) in error.value.message
    assert error.value.hint is not None
    assert "move it away" in error.value.hint
    assert "history only" in error.value.hint
    assert path.read_bytes() == damage


def test_damage_found_while_reading_is_told_too(path: Path) -> None:
    writer = open_journal(path, "sandbox")
    for _ in range(50):
        writer.intend(intent())
    writer.close()
    whole = path.read_bytes()
    path.write_bytes(whole[: 4096 * 4] + b"\xee" * (len(whole) - 4096 * 4))
    with pytest.raises(JournalError, match=r"journal\.sqlite cannot be used") as error:
        open_journal(path, "sandbox", read_only=True).unsettled()
    assert "move it away" in (error.value.hint or "")


@pytest.mark.parametrize("read_only", [True, False])
def test_a_folder_is_no_journal(tmp_path: Path, read_only: bool) -> None:
    with pytest.raises(JournalError, match="is a folder"):
        open_journal(tmp_path, "sandbox", read_only=read_only)


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="cannot be used"):
        open_journal(tmp_path / "file" / "journal.sqlite", "sandbox")


def test_an_empty_file_is_an_empty_journal(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    reader = open_journal(path, "sandbox", read_only=True)
    assert reader.unsettled() == ()
    reader.close()
    assert path.stat().st_size == 0
    writer = open_journal(path, "sandbox")
    writer.intend(intent())
    writer.close()


def test_a_journal_of_a_newer_version_is_refused(path: Path) -> None:
    open_journal(path, "sandbox").close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE reconciler_version SET version_num = '9999'")
    connection.close()
    for read_only in (True, False):
        with pytest.raises(JournalError, match="newer version") as error:
            open_journal(path, "sandbox", read_only=read_only)
        assert "upgrade contact-reconciler" in (error.value.hint or "")


@pytest.mark.parametrize(
    "url",
    ["mysql://me:s3cret@host/db", "sqlite://", "sqlite:///:memory:", "postgresql://me:s3cret@h:port/db"],
)
def test_a_url_that_cannot_keep_a_journal_is_refused(url: str) -> None:
    with pytest.raises(JournalError) as error:
        open_journal(url, "sandbox")
    assert "s3cret" not in f"{error.value}{error.value.hint}{error.value!r}"
    assert "port" not in str(error.value)


def test_a_missing_driver_tells_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(JournalError, match="psycopg") as error:
        open_journal("postgresql://me:s3cret@localhost/db", "sandbox")
    assert error.value.hint == "pip install 'contact-reconciler[postgres]'"


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # taken and not listening: a connection is refused
        yield bound.getsockname()[1]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:s3cret@127.0.0.1:{}/db",
        "postgres://me:s3cret@127.0.0.1:{}/db",
        "postgresql+psycopg://me@127.0.0.1:{}/db?password=s3cret",
        "postgresql://me:s3%40s3cret@127.0.0.1:{}/db?sslpassword=s3cret",
        "postgresql://me:p@s3cret@127.0.0.1:{}/db",
        "postgresql://me:s3cret@127.0.0.1:{}/db?nonsense=s3cret",
    ],
)
def test_a_password_is_never_told(
    closed_port: int, url: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(JournalError) as error:
        open_journal(url.format(closed_port), "sandbox")
    told = [str(error.value), repr(error.value), error.value.hint or "", caplog.text, *capfd.readouterr()]
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__ or error.value.__context__ is None
    assert "s3cret" not in "".join(told)


def test_a_password_in_a_drivers_words_is_struck_out() -> None:
    for url in ("postgresql://me:s3cret@h/db", "postgresql://h/db?password=s3cret&sslpassword=other"):
        words = locate(url).without_secrets("could not log in with s3cret or other")
        assert "s3cret" not in words
    assert words == "could not log in with *** or ***"


def test_an_open_journal_does_not_show_its_password(postgres_url: str) -> None:
    journal = open_journal(postgres_url.replace("postgres@", "postgres:s3cret@"), "sandbox")
    ledger = journal._ledger  # type: ignore[attr-defined] # looking for leaks inside
    assert "s3cret" not in f"{journal!r}{ledger!r}{ledger.location!r}{ledger._engine!r}"
    assert "sandbox" in repr(journal)
    journal.close()


def test_the_databases_packages_are_imported_when_needed(path: Path) -> None:
    program = """
import sys
from reconciler.journal import open_journal
slow = {"sqlalchemy", "alembic", "psycopg"}
assert not slow & set(sys.modules)
open_journal(sys.argv[1], "sandbox").close()
assert "sqlalchemy" in sys.modules
assert not {"alembic", "psycopg"} & set(sys.modules), "nothing to migrate, no server to reach"
"""
    open_journal(path, "sandbox").close()
    ran = subprocess.run([sys.executable, "-c", program, path], cwd=ROOT, check=False, capture_output=True)
    assert ran.returncode == 0, ran.stderr.decode()


def test_whoever_makes_a_file_at_the_same_moment_as_others_is_not_turned_away(tmp_path: Path) -> None:
    together = threading.Barrier(3, timeout=20)

    def make(path: Path) -> str:
        engine = engine_of(locate(path), read_only=False)
        together.wait()
        with engine.connect() as connection:
            mode = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar())
        engine.dispose()
        return mode

    with ThreadPoolExecutor(3) as three:
        paths = [tmp_path / f"{number}.sqlite" for number in range(60) for _ in range(3)]
        assert set(three.map(make, paths)) == {"wal"}
