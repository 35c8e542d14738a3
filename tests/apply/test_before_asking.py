"""Apply asks for what was agreed to, and for nothing else."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

from tests.apply.conftest import Open
from tests.apply.shop import Shop

TEN = [f"shop{number}.example" for number in range(10)]


def runs(here: Shop) -> list[dict[str, Any]]:
    """Return the entries about runs that the journal holds."""
    with closing(sqlite3.connect(here.desk.journal)) as database:
        rows = database.execute(
            "SELECT body FROM reconciler_entries WHERE kind = 'run' ORDER BY seq"
        ).fetchall()
    return [json.loads(body) for (body,) in rows]


def test_another_plan_than_the_approved_one_is_refused(shop: Open) -> None:
    here = shop()
    done = here.desk.run("apply", "--expect", "0" * 64)
    assert done.code == 6
    assert here.posts() == 0


def test_the_approved_plan_is_asked_for_and_later_is_nothing_to_do(shop: Open) -> None:
    here = shop()
    fingerprint = here.desk.run("plan", "--format", "json").json["fingerprint"]
    assert here.desk.run("apply", "--expect", fingerprint).code == 0
    assert here.posts() == 1
    assert here.desk.run("apply", "--expect", fingerprint).code == 0
    assert here.posts() == 1


def test_an_approved_plan_is_stale_once_a_contact_moved(shop: Open) -> None:
    here = shop(("a.example", "b.example"))
    fingerprint = here.desk.run("plan", "--format", "json").json["fingerprint"]
    here.town.edit(
        "PUT", "services", {"service": "domain/a.example", "technical": here.desk.accounts["finance"]}
    )
    assert here.desk.run("apply", "--expect", fingerprint).code == 6
    assert here.posts() == 0


def test_without_a_terminal_and_without_yes_nothing_is_asked(shop: Open) -> None:
    here = shop()
    done = here.desk.run("apply", stdin="y\n")
    assert done.code == 64
    assert "--yes" in done.err
    assert here.posts() == 0


def test_a_guard_stops_the_run_and_nothing_is_asked(shop: Open) -> None:
    here = shop(TEN)
    here.desk.file.write_text(here.desk.file.read_text().replace("max_changes_percent: 100", "protected: []"))
    done = here.desk.run("apply", "--yes")
    assert done.code == 5
    assert "max_changes_percent" in done.out + done.err
    assert here.posts() == 0
    assert here.desk.run("apply", "--expect", "0" * 64).code == 6


def test_a_guard_is_lifted_with_a_reason_that_the_journal_keeps(shop: Open) -> None:
    here = shop(TEN)
    here.desk.file.write_text(here.desk.file.read_text().replace("max_changes_percent: 100", "protected: []"))
    assert here.desk.run("apply", "--yes", "--lift", "max_changes_percent").code == 64
    assert here.posts() == 0
    done = here.desk.run(
        "apply", "--yes", "--lift", "max_changes_percent", "--reason", "agency OPS-12 starts"
    )
    assert done.code == 0, done.err
    assert here.posts() == len(TEN)
    start, end = runs(here)
    assert start["lifted"] == end["lifted"] == {"max_changes_percent": "agency OPS-12 starts"}
    assert (start["exit_code"], end["exit_code"]) == (None, 0)


def test_an_approved_plan_is_stale_once_what_it_asked_for_was_turned_down(shop: Open) -> None:
    here = shop()
    fingerprint = here.desk.run("plan", "--format", "json").json["fingerprint"]
    done = here.desk.run("apply", "--expect", fingerprint, "--format", "json")
    (task,) = done.json["receipts"][0]["tasks"]
    asker = done.json["receipts"][0]["asker"]
    here.town.customer(asker).post(
        f"/me/task/contactChange/{task}/refuse", token=here.town.token(asker, task)
    )
    assert here.desk.run("apply", "--expect", fingerprint).code == 6
    assert here.posts() == 1
