"""Every story begins with main applied and in sync: a shop and a blog, both in the platform team's hands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.review.checkouts import Checkout
from tests.running import Desk, sandbox
from tests.sandbox.town import Town, account, service, world

PLATFORM, FINANCE, AGENCY, CAROL = "pl11111-ovh", "fi22222-ovh", "ag33333-ovh", "ca44444-ovh"
SHORT = {"platform": PLATFORM, "finance": FINANCE, "agency": AGENCY, "carol": CAROL}
SHOP, BLOG, MAIL = "domain/shop.example", "domain/blog.example", "domain/mail.example"


def wanted(**technical: str) -> str:
    """Return services with a technical contact each: `wanted(shop="agency")`; the others stay as they are.

    The lines stand so far apart that git merges changes of two of them.
    """
    rows = {"shop": "platform", "blog": "platform", "mail": "platform", **technical}
    lines = [
        f"  # the {name}\n\n  domain/{name}.example: {{technical: {who}}}\n\n" for name, who in rows.items()
    ]
    return "services:\n" + "".join(lines)


@dataclass
class Company:
    """The sandbox, the checkout of who proposes, and the one that applies main; they share no journal."""

    town: Town
    origin: Path
    proposer: Checkout
    main: Checkout

    def asked(self) -> Counter[str]:
        """Return how many tasks were made of each service."""
        return Counter(task["service"] for task in self.town.edit("GET", "tasks"))

    def posts(self) -> int:
        """Return how many requests for a change arrived, whatever became of them."""
        counts = self.town.edit("GET", "requests")
        return sum(count for route, count in counts.items() if route.endswith("changeContact"))

    def propose(self, *options: str, **technical: str) -> str:
        """Push a branch `change`, save its plan as `plan.json`, and return the fingerprint."""
        self.proposer.branch("change")
        self.proposer.commit(wanted(**technical))
        done = self.proposer.run("plan", "--out", "plan.json", *options)
        assert done.code == 0, done.err
        return str(self.proposer.document("plan.json")["fingerprint"])

    def approve(self, *, squash: bool = False) -> str:
        """Merge the branch, have main checked out where it is applied, and the plan beside it."""
        self.proposer.merge("change", squash=squash)
        self.main.pull()
        return self.main.take(self.proposer.path("plan.json"))


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """Yield a company whose main branch is in sync."""
    people = [account(one) for one in SHORT.values()]
    services = [service(key, PLATFORM, PLATFORM, FINANCE) for key in (SHOP, BLOG, MAIL)]
    with sandbox(world(*people, *services)) as town:
        origin = tmp_path / "origin.git"
        proposer = Checkout.of(origin, Desk(tmp_path / "proposer", town.url, SHORT))
        proposer.commit(wanted())
        main = Checkout.of(origin, Desk(tmp_path / "main", town.url, SHORT))
        yield Company(town, origin, proposer, main)
