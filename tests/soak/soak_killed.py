"""Every boundary of a run, with and without its journal; many deaths at random. `script/soak` runs it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest

from tests.apply.deaths import Death, Mortals, mortals


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortals]:
    """Run one sandbox for all families."""
    with mortals(tmp_path_factory.mktemp("mortals"), 150) as found:
        yield found


@pytest.mark.parametrize("forgets", [False, True])
def test_killed_at_every_boundary(living: Mortals, forgets: bool) -> None:
    living.survive(Death(step, forgets) for step in range(len(living.boundaries)))


@pytest.mark.parametrize("seed", range(20))
def test_killed_at_any_instant_with_or_without_the_journal(living: Mortals, seed: int) -> None:
    chance = random.Random(seed)
    family = living.another()
    desk = living.desk(family)
    for _ in range(8):
        run = desk.start("apply", "--yes")
        time.sleep(chance.uniform(0.0, 0.8))
        run.kill()
        if chance.random() < 0.3:
            desk.forget()
    said = family.finish(desk, living.town, forgetful=chance.random() < 0.3)
    assert family.asked(living.town) == family.wanted_tasks(), said
