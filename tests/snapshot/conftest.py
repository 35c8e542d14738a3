"""A desk with keys in front of a sandbox, and one behind its file alone, for plans from snapshots."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.running import Desk, Done, sandbox
from tests.sandbox.town import Town, account, service, world

PLATFORM, FINANCE, AGENCY, CAROL = "pl11111-ovh", "fi22222-ovh", "ag33333-ovh", "ca44444-ovh"
SHORT = {"platform": PLATFORM, "finance": FINANCE, "agency": AGENCY, "carol": CAROL}
SHOP, BLOG, MAIL, DEBT = (f"domain/{name}.example" for name in ("shop", "blog", "mail", "debt"))
ZONE, ELSEWHERE, NOWHERE = "domain/zone/shop.example", "domain/elsewhere.example", "domain/nowhere.example"

_QUERY = re.compile(r"query id [\w.-]+")  # of a failed call, each has its own

WANTED = f"""services:
  {SHOP}: {{technical: agency}}
  {ZONE}: {{technical: agency, billing: finance}}
  {BLOG}: {{admin: platform, technical: carol}}
  {MAIL}: {{technical: carol}}
  {DEBT}: {{billing: agency}}
  {NOWHERE}: {{technical: agency}}
"""


@dataclass
class Place:
    """A desk with keys in front of a sandbox, and one without keys, network and journal behind its file."""

    town: Town
    desk: Desk
    fork: Desk

    def write(self, rest: str) -> None:
        """Write the same file at both desks."""
        self.desk.write(rest)
        self.fork.write(rest)

    def take(self) -> Done:
        """Take a snapshot and carry it over to where no keys are."""
        done = self.desk.run("snapshot", "--out", "snapshot.json")
        self.snapshot.write_bytes((self.desk.folder / "snapshot.json").read_bytes())
        return done

    @property
    def snapshot(self) -> Path:
        """Return where the snapshot lies that the fork plans from."""
        return self.fork.folder / "snapshot.json"

    @property
    def document(self) -> Any:
        """Return what the snapshot holds."""
        return json.loads(self.snapshot.read_text())

    def replay(self, *options: str) -> Done:
        """Plan without keys, as JSON."""
        return self.fork.run(
            "plan", "--snapshot", "snapshot.json", "--format", "json", "--detailed-exitcode", *options
        )

    def same(self) -> Any:
        """Return the plan, which is the same byte for byte with keys and from a snapshot of now."""
        self.take()
        real = self.desk.run("plan", "--format", "json", "--detailed-exitcode")
        replayed = self.replay()
        assert _QUERY.sub("", replayed.out) == _QUERY.sub("", real.out), replayed.err
        assert replayed.code == real.code
        return real.json


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Yield a place whose file wants something of every kind."""
    people = [
        account(PLATFORM),
        account(FINANCE, payment_method=False),
        account(AGENCY),
        account(CAROL, unpaid_invoices=1),
    ]
    services = [
        service(SHOP, PLATFORM, PLATFORM, FINANCE),
        service(ZONE, PLATFORM, PLATFORM, PLATFORM),
        service(BLOG, FINANCE, FINANCE, FINANCE),
        service(MAIL, PLATFORM, PLATFORM, PLATFORM),
        service(DEBT, PLATFORM, PLATFORM, PLATFORM, status="unPaid"),
        service(ELSEWHERE, AGENCY, CAROL, FINANCE),
    ]
    with sandbox(world(*people, *services)) as town:
        desk = Desk(tmp_path / "desk", town.url, SHORT)
        fork = Desk(tmp_path / "fork", town.url, SHORT, held=())
        fork.environ["RECONCILER_JOURNAL"] = "postgresql://nobody@127.0.0.1:1/nothing"
        (tmp_path / "fork/home/config/reconciler/credentials.toml").unlink()
        here = Place(town, desk, fork)
        here.write(WANTED)
        yield here
