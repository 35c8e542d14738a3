"""Running `apply` again, or twice at once, asks for nothing a second time."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.apply.conftest import Open
from tests.apply.shop import PLATFORM, SHORT
from tests.parties import accept_all
from tests.running import Desk

SHOP = "domain/shop.example"
SLOWLY = {"method": "POST", "path": "*/changeContact", "delay_ms": 1500}


def test_apply_twice_asks_once_and_in_the_end_nothing_is_left(shop: Open) -> None:
    here = shop()
    assert here.desk.run("apply", "--yes").code == 0
    again = here.desk.run("apply", "--yes", "--detailed-exitcode")
    assert again.code == 3
    assert "1 pending" in again.out
    assert here.posts() == 1
    assert accept_all(here.town) == 2
    assert here.desk.run("apply", "--yes", "--detailed-exitcode").code == 0
    assert here.asked() == Counter([SHOP])


def test_of_two_runs_with_one_journal_the_second_says_who_holds_the_lock(shop: Open) -> None:
    here = shop()
    here.faults(SLOWLY)
    first = here.desk.start("apply", "--yes")
    here.await_hit()
    second = here.desk.run("apply", "--yes")
    assert second.code == 7
    assert f"pid {first.pid}" in second.err
    assert first.wait().code == 0
    assert here.asked() == Counter([SHOP])


def test_a_second_run_that_waits_for_the_lock_finds_everything_pending(shop: Open) -> None:
    here = shop()
    here.faults(SLOWLY)
    first = here.desk.start("apply", "--yes")
    here.await_hit()
    second = here.desk.run("apply", "--yes", "--lock-timeout", "30", "--detailed-exitcode")
    assert second.code == 3, second.err
    assert "1 pending" in second.out
    assert first.wait().code == 0
    assert here.posts() == 1


def test_two_runs_with_journals_of_their_own_make_one_task_a_change(shop: Open, tmp_path: Path) -> None:
    names = [f"shop{number}.example" for number in range(4)]
    here = shop(names)
    other = Desk(tmp_path / "other", here.town.url, SHORT)
    other.file.write_text(here.desk.file.read_text())
    here.faults({**SLOWLY, "delay_ms": 100})
    runs = [desk.start("apply", "--yes") for desk in (here.desk, other)]
    ends = [run.wait() for run in runs]
    assert {end.code for end in ends} <= {0, 4}, ends
    assert here.asked() == Counter(f"domain/{name}" for name in names)
    assert {task["askingAccount"] for task in here.tasks()} == {PLATFORM}
    for desk in (here.desk, other):
        again = desk.run("apply", "--yes", "--detailed-exitcode")
        assert again.code == 3
        assert "4 pending" in again.out
    assert sum(here.asked().values()) == 4
