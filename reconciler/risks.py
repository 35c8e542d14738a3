"""What could go wrong with an estate, whatever the file wants: five questions to one observation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from reconciler.model import ROLES, AccountId, Contacts, Observation, Role, ServiceId, route_of, service_name
from reconciler.model.contacts import Live

BUNDLE = frozenset({"domain", "domain/zone", "email/domain", "hosting/web"})
"""The products that one name is made of. Source: OVHcloud's guide: each has contacts of its own."""


class Kind(StrEnum):
    """What the risk is. Their order is that of every list."""

    ONE_PERSON = "one_person"
    NOT_ADMINISTERED = "not_administered"
    IN_DEBT = "in_debt"
    OUTSIDE_ACCOUNTS = "outside_accounts"
    TORN_BUNDLE = "torn_bundle"


class Risk(NamedTuple):
    """One risk.

    Attributes:
        kind: what it is.
        accounts: whom it is about; for a torn bundle, in whose hands it is. Empty: OVHcloud names nobody.
        services: which services it is about, in the order of their keys.
        roles: in which roles, in the order of every list.
    """

    kind: Kind
    accounts: tuple[AccountId, ...]
    services: tuple[ServiceId, ...]
    roles: tuple[Role, ...]


def find_risks(observation: Observation, listed: Collection[AccountId]) -> tuple[Risk, ...]:
    """Return the risks of an estate, by kind, then by account or name.

    Args:
        observation: one look at everything that the configured accounts see.
        listed: the accounts of the file.
    """
    live = {service: observation.live[service] for service in sorted(observation.live)}
    configured = {*observation.held, *observation.unreadable}
    return (
        *_one_person(live),
        *_not_administered(live, configured),
        *_in_debt(live, observation),
        *_outside_accounts(live, listed),
        *_torn_bundles(live),
    )


def _one_person(live: Live) -> Iterator[Risk]:
    """Yield each account that holds all three roles of a service."""
    rows = ((row.admin, service) for service, row in live.items() if row.admin and len({*row}) == 1)
    for account, services in _by_account(rows):
        yield Risk(Kind.ONE_PERSON, (account,), services, ROLES)


def _not_administered(live: Live, configured: Collection[AccountId]) -> Iterator[Risk]:
    """Yield each admin whose keys we do not hold: only the admin may name any contact of a service."""
    nobody = tuple(service for service, row in live.items() if row.admin is None)
    if nobody:
        yield Risk(Kind.NOT_ADMINISTERED, (), nobody, (Role.ADMIN,))
    rows = ((row.admin, one) for one, row in live.items() if row.admin and row.admin not in configured)
    for account, services in _by_account(rows):
        yield Risk(Kind.NOT_ADMINISTERED, (account,), services, (Role.ADMIN,))


def _in_debt(live: Live, observation: Observation) -> Iterator[Risk]:
    """Yield each account with an unpaid invoice, as itself tells or as an unpaid service of it shows."""
    told = {account for account, facts in observation.held.items() if facts.unpaid_invoices}
    shown = {live[service].billing for service in observation.in_debt if service in live}
    for account in sorted(told | {one for one in shown if one is not None}):
        yield _holding(Kind.IN_DEBT, account, live)


def _outside_accounts(live: Live, listed: Collection[AccountId]) -> Iterator[Risk]:
    """Yield each account that holds a contact and is in no entry of `accounts`."""
    holders = {account for row in {*live.values()} for account in row if account is not None}
    for account in sorted(holders - {*listed}):
        yield _holding(Kind.OUTSIDE_ACCOUNTS, account, live)


def _torn_bundles(live: Live) -> Iterator[Risk]:
    """Yield each name whose domain, zone, mail and hosting differ in the holder of a role."""
    bundles: dict[str, list[ServiceId]] = {}
    for service in live:
        if route_of(service).key in BUNDLE:
            bundles.setdefault(service_name(service).casefold(), []).append(service)
    for _, services in sorted(bundles.items()):
        rows = {live[service] for service in services}
        torn = {role: holders for role in ROLES if len(holders := _holders(role, rows)) > 1}
        if torn:
            hands = tuple(sorted({account for holders in torn.values() for account in holders}))
            yield Risk(Kind.TORN_BUNDLE, hands, tuple(services), tuple(torn))


def _holders(role: Role, rows: Iterable[Contacts]) -> frozenset[AccountId]:
    return frozenset(holder for row in rows if (holder := row.of(role)) is not None)


def _holding(kind: Kind, account: AccountId, live: Live) -> Risk:
    """Return a risk about all that an account holds."""
    roles_of: Mapping[ServiceId, tuple[Role, ...]] = {
        service: row.roles_of(account) for service, row in live.items() if account in row
    }
    roles = {role for some in roles_of.values() for role in some}
    return Risk(kind, (account,), tuple(roles_of), tuple(role for role in ROLES if role in roles))


def _by_account(
    rows: Iterable[tuple[AccountId, ServiceId]],
) -> list[tuple[AccountId, tuple[ServiceId, ...]]]:
    found: dict[AccountId, list[ServiceId]] = {}
    for account, service in rows:
        found.setdefault(account, []).append(service)
    return [(account, tuple(services)) for account, services in sorted(found.items())]
