"""Families whose runs die, all in one sandbox, several dying at once."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.apply.family import Family
from tests.running import Desk, sandbox
from tests.sandbox.town import Town, account, world

NEVER = 10_000
AT_ONCE = 4


@dataclass(frozen=True, order=True)
class Death:
    """A run that is killed at boundary `step`; `forgets`: its journal is lost before the next run."""

    step: int
    forgets: bool


@dataclass
class Mortals:
    """One sandbox of families, and the boundaries that an undisturbed run comes to."""

    folder: Path
    town: Town
    families: list[Family]

    @cached_property
    def boundaries(self) -> list[str]:
        """Return the boundaries of a whole run, in their order."""
        code, passed = _die(self.desk(self.families[0]), NEVER)
        assert code == 0
        return passed

    def another(self) -> Family:
        """Return a family that no run has touched."""
        return self._unborn.pop()

    @cached_property
    def _unborn(self) -> list[Family]:
        return self.families[:0:-1]

    def places(self, *names: str) -> list[int]:
        """Return where boundaries of these names are."""
        return [step for step, name in enumerate(self.boundaries) if name in names]

    def survive(self, deaths: Iterable[Death]) -> None:
        """Check for each death that later runs ask for what is left, and for nothing twice."""
        assert self.boundaries
        with ThreadPoolExecutor(AT_ONCE) as pool:
            futures = [pool.submit(self._survive, self.another(), death) for death in deaths]
        for future in futures:
            future.result()

    def _survive(self, family: Family, death: Death) -> None:
        desk = self.desk(family)
        code, passed = _die(desk, death.step)
        assert code == -signal.SIGKILL
        assert passed == self.boundaries[: death.step + 1]
        if death.forgets:
            desk.forget()
        said = family.finish(desk, self.town)
        about = f"killed {passed[-1]}, {death}\n{said}"
        assert family.asked(self.town) == family.wanted_tasks(), about
        if not death.forgets:
            tasks = {task["id"]: task["service"] for task in family.tasks(self.town)}
            assert desk.claimed() == tasks, about

    def desk(self, family: Family) -> Desk:
        """Return a desk of a family."""
        return family.desk(self.folder / str(family.number), self.town)


@contextlib.contextmanager
def mortals(folder: Path, count: int) -> Iterator[Mortals]:
    """Run a sandbox of `count` families, every other of which also moves a billing contact."""
    families = [Family(number, also_billing=number % 2 == 1) for number in range(count)]
    parts = [part for family in families for part in family.services()]
    customers = [account(name) for family in families for name in family.accounts.values()]
    with sandbox(world(*customers, *parts)) as town:
        yield Mortals(folder, town, families)


def _die(desk: Desk, step: int) -> tuple[int, list[str]]:
    """Run apply until it dies at a boundary; return how it ended and the boundaries that it came to."""
    trace = desk.folder / "trace"
    done = desk.run("apply", "--yes", before=["tests.apply.dying", "at_step", step, str(trace)])
    return done.code, trace.read_text().splitlines()
