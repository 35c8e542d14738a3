"""A small estate: domains that all belong to a platform team, some of which an agency is to look after."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.ports.journal import Journal
from reconciler.sandbox import Account
from tests.running import PATIENCE, Desk, sandbox
from tests.sandbox.town import Town, account, service, world

PLATFORM, FINANCE, AGENCY, STRANGER = "pl11111-ovh", "fi22222-ovh", "ag33333-ovh", "st99999-ovh"
SHORT = {"platform": PLATFORM, "finance": FINANCE, "agency": AGENCY}


MANY = 1000


@dataclass(frozen=True)
class Shop:
    """A sandbox process and a desk in front of it."""

    town: Town
    desk: Desk

    def faults(self, *faults: Mapping[str, Any]) -> None:
        """Switch these faults of the server on, in place of all others."""
        self.town.edit("POST", "faults", [{"times": MANY, **fault} for fault in faults])

    def await_hit(self) -> None:
        """Return once a fault has hit a call, which may still be under way."""
        deadline = time.monotonic() + PATIENCE
        while not self.hits():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def hits(self) -> int:
        """Return how often the faults have hit that were switched on without a number of times."""
        return sum(MANY - fault["remaining"] for fault in self.town.edit("GET", "faults"))

    def tasks(self) -> list[dict[str, Any]]:
        """Return the tasks that the server made."""
        found: list[dict[str, Any]] = self.town.edit("GET", "tasks")
        return found

    def asked(self) -> Counter[str]:
        """Return how many tasks the server made of each service."""
        return Counter(task["service"] for task in self.tasks())

    def posts(self) -> int:
        """Return how many requests for a change arrived, whatever became of them."""
        counts = self.town.edit("GET", "requests")
        return sum(count for route, count in counts.items() if route.endswith("changeContact"))

    def journal(self) -> AbstractContextManager[Journal]:
        """Open the desk's journal for reading."""
        return self.desk.open_journal()

    def claimed(self) -> dict[int, str]:
        """Return the tasks that the journal calls ours, each with its service."""
        return self.desk.claimed()


@contextlib.contextmanager
def opened(
    folder: Path,
    names: Iterable[str] = ("shop.example",),
    *customers: Account,
    held: Iterable[str] | None = None,
    to: str = "agency",
    **settings: Any,
) -> Iterator[Shop]:
    """Run a shop whose file gives the technical contact of each domain in `names` to `to`."""
    known = [account(one) for one in (PLATFORM, FINANCE, AGENCY)]
    domains = [service(f"domain/{name}", PLATFORM, PLATFORM, FINANCE) for name in names]
    with sandbox(world(*known, *customers, *domains, **settings)) as town:
        desk = Desk(folder / "desk", town.url, SHORT, held=held)
        desk.write({"services": {f"domain/{name}": {"technical": to} for name in names}})
        yield Shop(town, desk)
