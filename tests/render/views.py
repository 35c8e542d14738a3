"""Plans with all that formats tell beside them: lines, origin, exit code."""

from __future__ import annotations

from datetime import UTC, datetime

from reconciler.diff import Change
from reconciler.model import AccountId, Role, ServiceId
from reconciler.model.contacts import ROLES
from reconciler.model.time_box import Place
from reconciler.plan import Plan, Reason
from reconciler.render.view import Made, View
from tests.render import plans

MADE = Made(
    "0.1.0", datetime(2026, 11, 22, 12, 0, tzinfo=UTC), "sandbox", "contacts.yaml", "0123456789abcdef" * 2
)
THOUSANDS = 3_000


def where(service: ServiceId, role: Role | None) -> Place | None:
    """A line for each contact, made up from its name; a service called `gone` stands nowhere."""
    if "gone" in service:
        return None
    line = 10 + sum(map(ord, service)) % 1_000
    return (
        Place("contacts.yaml", line, 3)
        if role is None
        else Place("contacts.yaml", line, 5 + ROLES.index(role))
    )


def view(plan: Plan, code: int = 4) -> View:
    """What formats are given for a plan."""
    return View(plan, plans.NAMES, where=where, made=MADE, code=code)


def many(number: int = THOUSANDS) -> Plan:
    """A plan of so many changes between a dozen accounts; a tenth of them is blocked."""
    people = [AccountId(f"aa{index:05}-ovh") for index in range(12)]
    changes = [
        Change(
            ServiceId(f"domain/shop-{index:05}.example"),
            ROLES[index % 3],
            people[index % 12],
            people[(index + 1 + index % 5) % 12],
        )
        for index in range(number)
    ]
    return Plan(
        requests=tuple(
            plans.request(one, asker=people[0]) for index, one in enumerate(changes) if index % 10
        ),
        blocked=tuple(
            plans.blocked(Reason.NOT_PERMITTED, one.service, "", (people[0], people[1]))
            for one in changes[::10]
        ),
        in_sync=7_000,
        managed=7_000 + number,
        services=5_000,
        fingerprint="9" * 64,
    )


THREE = view(plans.ASKING, code=2)
