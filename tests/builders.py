"""Small worlds for the tests of the pure rooms: `world(live="abc", desired="ab-", held="a")`.

Contacts are written as three letters in the order admin, technical, billing, each letter an account;
`-` stands for a role that is not managed. Times are minutes before `NOW`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from reconciler.config.model import Account, Config, Endpoint, GuardSettings
from reconciler.model import (
    ROLES,
    AccountFacts,
    AccountId,
    Claim,
    Contacts,
    Observation,
    Region,
    Role,
    ServiceId,
    Task,
    TaskState,
    service_name,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
SERVICE = ServiceId("domain/shop.example")
A, B, C = AccountId("a"), AccountId("b"), AccountId("c")

SANDBOX = Endpoint("sandbox", Region.EU)
CANADA = Endpoint("ovh-ca", Region.CA)


Written = str | Iterable[str | None] | None
"""Contacts as a test writes them: three letters, three ids, or None for a service that is not there."""


def contacts(text: str | Iterable[str | None]) -> Contacts:
    """Return three contacts: of a string each letter is an account, `-` and None are unmanaged roles."""
    return Contacts(*(None if name in {None, "-"} else AccountId(str(name)) for name in text))


def open_guards(accounts: Iterable[str] = "abc") -> GuardSettings:
    """Return guards that stop nothing."""
    return GuardSettings(
        max_changes_percent=100, allow_admin_handover_to=frozenset(AccountId(one) for one in accounts)
    )


def facts(
    held: Iterable[str],
    *,
    unpaid: Iterable[str] = (),
    without_payment_method: Iterable[str] = (),
    regions: Mapping[str, Region] | None = None,
) -> dict[AccountId, AccountFacts]:
    """Return what held accounts tell about themselves: all is well but for what is named."""
    unpaid, poor, places = set(unpaid), set(without_payment_method), regions or {}
    return {
        AccountId(name): AccountFacts(
            id=AccountId(name),
            region=places.get(name, Region.EU),
            unpaid_invoices=name in unpaid,
            payment_method=name not in poor,
            email=f"{name}@example.com",
        )
        for name in held
    }


@dataclass(frozen=True, slots=True)
class World:
    """A file and one look at the endpoint."""

    config: Config
    observation: Observation

    def with_tasks(self, *tasks: Task) -> World:
        """Return the same world with these tasks and no others."""
        return replace(self, observation=replace(self.observation, tasks=tasks))


def estate(
    rows: Mapping[str, tuple[Written, Written]],
    *,
    held: Mapping[AccountId, AccountFacts],
    tasks: Iterable[Task] = (),
    in_debt: Iterable[str] = (),
    guards: GuardSettings | None = None,
    expired_retries: int = 1,
    endpoint: Endpoint = SANDBOX,
) -> World:
    """Return a world of many services, each with its live and its desired contacts.

    None in place of the live contacts: no account sees the service; of the desired ones: not declared.
    """
    live = {ServiceId(service): contacts(have) for service, (have, _) in rows.items() if have is not None}
    desired = {ServiceId(service): contacts(want) for service, (_, want) in rows.items() if want is not None}
    known = sorted({one for row in (*live.values(), *desired.values()) for one in row if one} | set(held))
    return World(
        Config(
            files=("contacts.yaml",),
            endpoint=endpoint,
            accounts=tuple(Account(one, one) for one in known),
            rows=desired,
            guards=guards if guards is not None else open_guards(known),
            expired_retries=expired_retries,
        ),
        Observation(
            at=NOW,
            held=held,
            live=live,
            absent=tuple(sorted(service for service in desired if service not in live)),
            in_debt=frozenset(ServiceId(service) for service in in_debt),
            tasks=tuple(sorted(tasks, key=lambda task: task.id)),
        ),
    )


def world(
    live: str = "aaa",
    desired: str = "aaa",
    held: str = "abc",
    *,
    service: str = SERVICE,
    tasks: Iterable[Task] = (),
    in_debt: bool = False,
    unpaid: str = "",
    without_payment_method: str = "",
    regions: Mapping[str, Region] | None = None,
    guards: GuardSettings | None = None,
    expired_retries: int = 1,
    endpoint: Endpoint = SANDBOX,
) -> World:
    """Return a world of one service, with guards that stop nothing unless some are given."""
    told = facts(held, unpaid=unpaid, without_payment_method=without_payment_method, regions=regions)
    return estate(
        {service: (live, desired)},
        held=told,
        tasks=tasks,
        in_debt=[service] if in_debt else [],
        guards=guards if guards is not None else open_guards(),
        expired_retries=expired_retries,
        endpoint=endpoint,
    )


def task(
    number: int = 1,
    move: str = "a>b",
    roles: str | Iterable[str] = "technical",
    *,
    asker: str | None = "a",
    state: str = "validatingByCustomers",
    requested: float = 60.0,
    settled: float | None = None,
    name: str | None = None,
    service: str = SERVICE,
) -> Task:
    """Return a task that moves `roles` as `from>to`; a settled one ended 30 minutes ago unless said."""
    source, target = move.split(">")
    named = {Role(role) for role in (roles.split() if isinstance(roles, str) else roles)}
    stands = TaskState(state)
    if settled is None and not stands.is_open:
        settled = 30.0
    return Task(
        id=number,
        asker=None if asker is None else AccountId(asker),
        from_account=AccountId(source),
        to_account=AccountId(target),
        roles=tuple(role for role in ROLES if role in named),
        name=name if name is not None else service_name(ServiceId(service)),
        state=stands,
        requested=NOW - timedelta(minutes=max(requested, (settled or 0.0) + 5.0)),
        settled=None if settled is None else NOW - timedelta(minutes=settled),
    )


def claim(ours: Task, service: str = SERVICE) -> Claim:
    """Return the journal's word that `ours` was made by our own request for `service`."""
    return Claim(
        task=ours.id,
        service=ServiceId(service),
        asker=ours.asker if ours.asker is not None else ours.from_account,
        asked=ours.requested - timedelta(seconds=1),
        answered=ours.requested + timedelta(seconds=1),
    )
