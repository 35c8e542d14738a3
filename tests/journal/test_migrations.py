"""The tables: made once, whoever comes first, and as the code expects them."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from reconciler.errors import JournalError
from reconciler.journal import AuditedJournal, open_journal, schema
from reconciler.journal.tables import METADATA
from tests.journal.postgres import PostgresCluster
from tests.journal.samples import intent, process, said, tell


def test_the_revisions_that_are_known_are_those_that_exist() -> None:
    config = Config()
    config.set_main_option("script_location", "reconciler.journal:migrations")
    script = ScriptDirectory.from_config(config)
    found = [revision.revision for revision in script.walk_revisions()]
    assert tuple(reversed(found)) == schema.REVISIONS


def test_the_migrated_tables_are_those_of_the_code(journal_url: str) -> None:
    journal = open_journal(journal_url, "sandbox")
    with journal._ledger.reading() as connection:  # type: ignore[attr-defined] # the tables are inside
        context = MigrationContext.configure(connection, opts={"version_table": "reconciler_version"})
        assert compare_metadata(context, METADATA) == []
        indexes = inspect(connection).get_indexes("reconciler_entries")
        assert [index["column_names"] for index in indexes] == [["endpoint", "kind", "subject", "seq"]]
    journal.close()


def test_opening_again_keeps_what_is_there(journal_url: str) -> None:
    for count in range(1, 4):
        journal = open_journal(journal_url, "sandbox")
        journal.intend(intent())
        assert len(journal.unsettled()) == count
        journal.close()


def test_many_threads_can_be_the_first(journal_url: str) -> None:
    opened: list[AuditedJournal] = []
    together = threading.Barrier(4)

    def open_one() -> None:
        together.wait()
        journal = open_journal(journal_url, "sandbox")
        journal.intend(intent())
        opened.append(journal)

    threads = [threading.Thread(target=open_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 4
    assert len(opened[0].unsettled()) == 4
    assert opened[0].verify() is None
    for journal in opened:
        journal.close()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_two_processes_can_both_be_the_first(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    program = """
import sys
import alembic.command
from reconciler.journal import open_journal
from tests.journal.samples import intent
print("ready", flush=True)
for line in sys.stdin:
    journal = open_journal(line.strip(), "sandbox")
    journal.intend(intent())
    journal.close()
    print("done", flush=True)
"""
    if database == "sqlite":
        urls = [str(tmp_path / f"{number}" / "journal.sqlite") for number in range(6)]
    else:
        cluster: PostgresCluster = request.getfixturevalue("postgres_cluster")
        urls = [cluster.new_schema() for _ in range(6)]
    with process(program) as other:
        assert said(other) == "ready"
        for url in urls:
            tell(other, url)
            journal = open_journal(url, "sandbox")
            journal.intend(intent())
            assert said(other) == "done"
            assert len(journal.unsettled()) == 2
            assert journal.verify() is None
            journal.close()


def test_reading_a_journal_of_an_older_version_does_not_change_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.sqlite"
    open_journal(path, "sandbox").close()
    monkeypatch.setattr(schema, "REVISIONS", (*schema.REVISIONS, "9999"))
    with pytest.raises(JournalError, match="older version") as error:
        open_journal(path, "sandbox", read_only=True)
    assert "run apply or status once" in (error.value.hint or "")
