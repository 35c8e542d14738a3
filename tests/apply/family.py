"""Domain, zone, hosting and mail of one name: four services whose tasks OVHcloud tells apart by nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.sandbox import Service
from tests.parties import accept_all
from tests.running import Desk
from tests.sandbox.town import Town, service

ROUTES = ("domain", "domain/zone", "hosting/web", "email/domain")
ROUNDS = 8
"""How often apply and the parties take turns before a change counts as lost."""


@dataclass(frozen=True)
class Family:
    """The four services of one name, each moving from one account to another.

    Attributes:
        also_billing: whether the hosting moves its billing contact too, which makes a second task.
    """

    number: int
    also_billing: bool = False

    @property
    def name(self) -> str:
        """Return the name that all four bear."""
        return f"shop{self.number}.example"

    @property
    def accounts(self) -> dict[str, str]:
        """Return the accounts of this family alone, by short name."""
        return {short: f"{short[:2]}{self.number:05}-ovh" for short in ("platform", "finance", "agency")}

    def services(self) -> list[Service]:
        """Return what the sandbox starts with."""
        platform, finance = self.accounts["platform"], self.accounts["finance"]
        return [service(f"{route}/{self.name}", platform, platform, finance) for route in ROUTES]

    def contacts(self) -> dict[str, Any]:
        """Return what the file wants."""
        wanted = {f"{route}/{self.name}": {"technical": "agency"} for route in ROUTES}
        if self.also_billing:
            wanted[f"hosting/web/{self.name}"]["billing"] = "agency"
        return {"services": wanted}

    def wanted_tasks(self) -> Counter[tuple[str, str, str]]:
        """Return one task for each change, as (service, from, role)."""
        platform, finance = self.accounts["platform"], self.accounts["finance"]
        rows = [(f"{route}/{self.name}", platform, "contactTech") for route in ROUTES]
        if self.also_billing:
            rows.append((f"hosting/web/{self.name}", finance, "contactBilling"))
        return Counter(rows)

    def tasks(self, town: Town) -> list[dict[str, Any]]:
        """Return the tasks that the server made of this family."""
        return [task for task in town.edit("GET", "tasks") if task["serviceDomain"] == self.name]

    def asked(self, town: Town) -> Counter[tuple[str, str, str]]:
        """Return how often the server was asked for each change."""
        return Counter(
            (task["service"], task["fromAccount"], role)
            for task in self.tasks(town)
            for role in task["contactTypes"]
        )

    def desk(self, folder: Path, town: Town) -> Desk:
        """Return a desk that holds all its accounts."""
        desk = Desk(folder, town.url, self.accounts)
        desk.write(self.contacts())
        return desk

    def finish(self, desk: Desk, town: Town, *, forgetful: bool = False) -> str:
        """Have apply and the parties take turns until all is in sync; return what apply said.

        Args:
            desk: where apply is run.
            town: where the parties are.
            forgetful: whether the journal is deleted before each run.
        """
        said = []
        for _ in range(ROUNDS):
            if forgetful:
                desk.forget()
            done = desk.run("apply", "--yes", "--detailed-exitcode")
            said.append(f"exit {done.code}\n{done.out}{done.err}")
            if done.code == 0:
                return "\n".join(said)
            assert done.code == 3, "\n".join(said)
            accept_all(town, of=self.accounts.values())
        raise AssertionError("a change was lost:\n" + "\n".join(said))
