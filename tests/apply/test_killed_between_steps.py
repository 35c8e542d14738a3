"""A run killed with SIGKILL between any two steps, and run again: every change asked for exactly once.

Each death has a family of its own: domain, zone, hosting and mail of one name. Here every kind of boundary is
tried; `script/soak` tries every single one, with and without the journal.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.apply.conftest import Open
from tests.apply.deaths import Death, Mortals, mortals
from tests.apply.dying import STEPS
from tests.running import PATIENCE

STEPS_OF_A_REQUEST = ("journal the intent", "ask", "journal the receipt")


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortals]:
    """Run one sandbox for all families of this module."""
    with mortals(tmp_path_factory.mktemp("mortals"), 24) as found:
        yield found


def test_a_run_passes_every_boundary_at_which_it_may_be_killed(living: Mortals) -> None:
    assert {name.partition(": ")[2] for name in living.boundaries} == {name for _, _, name in STEPS}
    for step in STEPS_OF_A_REQUEST:
        assert len(living.places(f"before: {step}")) == len(living.places(f"after: {step}")) == 4


def test_killed_around_a_request_and_run_again_with_its_journal(living: Mortals) -> None:
    living.survive(
        Death(living.places(f"{side}: {step}")[1], forgets=False)
        for step in STEPS_OF_A_REQUEST
        for side in ("before", "after")
    )


def test_killed_around_a_request_and_run_again_with_the_journal_lost(living: Mortals) -> None:
    living.survive(
        Death(living.places(f"after: {step}")[which], forgets=True)
        for step in ("ask", "journal the receipt")
        for which in (0, 2, 3)
    )


def test_killed_outside_of_requests(living: Mortals) -> None:
    names = ("after: take the lock", "after: observe", "before: give the lock back")
    living.survive(
        [
            *(Death(living.places(name)[0], forgets=False) for name in names),
            Death(living.places("after: journal the run")[-1], forgets=True),
        ]
    )


def test_killed_at_any_instant_again_and_again(living: Mortals) -> None:
    chance = random.Random(20261122)
    family = living.another()
    desk = living.desk(family)
    for _ in range(5):
        run = desk.start("apply", "--yes")
        time.sleep(chance.uniform(0.05, 0.5))
        run.kill()
    said = family.finish(desk, living.town)
    assert family.asked(living.town) == family.wanted_tasks(), said


@pytest.mark.parametrize("milliseconds", [1000, 3000])
def test_killed_while_the_server_still_works_on_its_request(shop: Open, milliseconds: int) -> None:
    here = shop()
    here.faults({"method": "POST", "path": "*/changeContact", "delay_ms": milliseconds, "times": 1})
    run = here.desk.start("apply", "--yes")
    deadline = time.monotonic() + PATIENCE
    while here.town.edit("GET", "faults")[0]["remaining"]:
        assert time.monotonic() < deadline, run.err
        time.sleep(0.02)
    run.kill()
    again = here.desk.run("apply", "--yes", "--detailed-exitcode")
    assert again.code == 3, again.err
    time.sleep(max(0.0, milliseconds / 1000 - 2))  # the first request has landed, or has been refused, by now
    assert here.asked() == Counter(["domain/shop.example"])
    assert list(here.claimed()) == [here.tasks()[0]["id"]]
