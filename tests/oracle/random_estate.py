"""A whole estate at random, out of one source of chance: services, accounts, credentials, tasks, answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from reconciler.config.model import GuardSettings
from reconciler.model import (
    ROLES,
    AccountFacts,
    AccountId,
    Answer,
    Claim,
    Confirmation,
    Region,
    Role,
    ServiceId,
    Task,
    service_name,
)
from tests.builders import NOW, World, Written, claim, estate, task

PRODUCTS = (
    "domain",
    "domain/zone",
    "hosting/web",
    "email/domain",
    "vps",
    "dedicated/server",
    "telephony/lines",
)
OPEN = ("todo", "checkValidity", "validatingByCustomers", "doing")
SETTLED = ("done", "refused", "aborted", "expired", "error")


@dataclass
class Estate:
    """Everything that one plan is made from."""

    world: World
    claims: Mapping[int, Claim]
    confirmations: tuple[Confirmation, ...]
    retries: frozenset[tuple[ServiceId, Role, int]]
    unknown_accounts: Mapping[AccountId, str]


def random_estate(chance: Random, services: int, *, percent: int = 100) -> Estate:
    """Return an estate of so many declared services, with a few more that are seen or declared only."""
    pool = [f"p{number:02}-ovh" for number in range(max(4, services // 20))]
    rows: dict[str, tuple[Written, Written]] = {}
    for number in range(services):
        accounts = pool if chance.random() < 0.4 else [f"{one}{number}-ovh" for one in "abc"]
        here = chance.sample(accounts, min(3, len(accounts)))
        have = [chance.choice(here) for _ in ROLES]
        want = [chance.choice([*here, who, who, None]) for who in have]
        rows[_name(chance, number)] = (
            None if chance.random() < 0.02 else have,
            None if chance.random() < 0.03 else want,
        )
    known = sorted({who for pair in rows.values() for row in pair if row for who in row if who})
    held = {AccountId(who): _facts(chance, who) for who in known if chance.random() < 0.55}
    journal = _Journal(chance)
    for service, (seen, want_) in rows.items():
        _past_and_present(chance, journal, service, list(seen or want_ or [None] * 3), list(want_ or ()))
    guards = GuardSettings(
        max_changes_percent=percent,
        protected=(
            "vps/n1*",
            "hosting/web/n?7*.example:billing",
            *(
                service + chance.choice(("", ":admin", ":technical", ":billing"))
                for service in rows
                if chance.random() < 0.05
            ),
        ),
        allow_admin_handover_to=frozenset(AccountId(who) for who in known if chance.random() < 0.7),
    )
    return Estate(
        estate(
            rows,
            held=held,
            tasks=journal.tasks,
            in_debt=[service for service in rows if chance.random() < 0.1],
            guards=guards,
            expired_retries=chance.choice((0, 1, 1, 2)),
        ),
        journal.claims,
        tuple(journal.confirmations),
        frozenset(journal.retries),
        {AccountId(who): "no such account" for who in known if chance.random() < 0.03},
    )


class _Journal:
    """What gathers while the estate is made."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.tasks: list[Task] = []
        self.claims: dict[int, Claim] = {}
        self.confirmations: list[Confirmation] = []
        self.retries: set[tuple[ServiceId, Role, int]] = set()

    def add(self, service: str, made: Task) -> None:
        """Take up a task: half of them are ours, some are answered, some may be asked again."""
        chance = self.chance
        self.tasks.append(made)
        if chance.random() < 0.5:
            self.claims[made.id] = claim(made, service)
        if chance.random() < 0.3:
            who = chance.choice([made.to_account, made.asker or made.from_account])
            said = chance.choice((Answer.ACCEPTED, Answer.RESENT))
            self.confirmations.append(Confirmation(made.id, who, said, NOW))
        if not made.is_open and chance.random() < 0.15:
            self.retries |= {(ServiceId(service), role, made.id) for role in made.roles}


def _name(chance: Random, number: int) -> str:
    """Return a service key; every fifth shares its bare name with services of other products."""
    if chance.random() < 0.2:
        return f"{chance.choice(PRODUCTS[:4])}/shared{number // 20}.example"
    return f"{chance.choice(PRODUCTS)}/n{number}.example"


def _facts(chance: Random, who: str) -> AccountFacts:
    return AccountFacts(
        id=AccountId(who),
        region=chance.choice((Region.EU, Region.EU, Region.EU, Region.EU, None)),
        unpaid_invoices=chance.choice((False, False, False, False, True, None)),
        payment_method=chance.choice((True, True, True, False, None)),
    )


def _past_and_present(
    chance: Random, journal: _Journal, service: str, have: list[str | None], want: list[str | None]
) -> None:
    """Add some settled tasks of the service, oldest first, and sometimes open ones."""
    ages: list[float | None] = []
    if chance.random() < 0.4:
        ages += sorted(
            chance.sample((1.0, 14.9, 15.0, 16.0, 600.0, 9000.0), chance.randint(1, 3)), reverse=True
        )
    if chance.random() < 0.3:
        ages += [None] * chance.choice((1, 1, 1, 2))
    for age in ages:
        role = chance.choice(ROLES)
        source = have[ROLES.index(role)] if chance.random() < 0.85 else chance.choice(have)
        wanted = [who for who in (*want, *have) if who and who != source]
        if source is None or not wanted:
            continue
        of_role = want[ROLES.index(role)] if want else None
        target = of_role if of_role in wanted and chance.random() < 0.6 else chance.choice(wanted)
        roles = {one for one, who in zip(ROLES, have, strict=True) if who == source and chance.random() < 0.6}
        journal.add(
            service,
            task(
                len(journal.tasks) + 1,
                f"{source}>{target}",
                sorted(roles | {role}),
                asker=chance.choice((source, have[0], target, None)),
                state=chance.choice(OPEN if age is None else SETTLED),
                settled=age,
                name=service_name(ServiceId(service)),
            ),
        )
