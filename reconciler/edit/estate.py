"""An estate as a contacts file: as a new one, as small as it can be, or as what an existing one lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from reconciler.config import Account
from reconciler.config.accounts import is_account_id
from reconciler.config.service_keys import fault_of
from reconciler.edit.insert import account_lines, accounts_added, in_groups, service_lines, services_added
from reconciler.edit.repeats import is_large, repeated
from reconciler.edit.scalars import scalar
from reconciler.edit.short_names import short_names
from reconciler.edit.splices import spliced
from reconciler.edit.tree import Leaf, Node, resolved, tree_of
from reconciler.edit.tree import Mapping as Tree
from reconciler.model import ROLES, AccountId, Contacts, Region, Role, ServiceId, account_id, route_of

NOT_OFFERED = "its product's contacts cannot be changed at this endpoint"
NO_ID = "OVHcloud names as its contact what is no account id"
ID_IS_TAKEN = "its contact's id is the short name of another account in the file"
NO_KEY = "its name cannot stand in a file"
NO_HOLDER = "OVHcloud names nobody for a role to which `defaults` gives a holder"
NO_CONTACTS = "OVHcloud names none of its contacts"


class Declarable(NamedTuple):
    """What of an estate a file can declare; of the rest, the reason."""

    rows: Mapping[ServiceId, Contacts]
    left_out: Mapping[ServiceId, str]


class _Writing(NamedTuple):
    """How accounts and defaults shorten what is written."""

    shorts: Mapping[AccountId, str]
    defaults: Contacts

    def value(self, row: Contacts) -> str:
        """Return the value of a service: the roles in which it differs from the defaults."""
        pairs = [
            f"{role}: {scalar(self.shorts[holder])}"
            for role, holder, usual in zip(ROLES, row, self.defaults, strict=True)
            if holder is not None and holder != usual
        ]
        return f"{{{', '.join(pairs)}}}"


def declarable(live: Mapping[ServiceId, Contacts], region: Region) -> Declarable:
    """Return which services a file can declare: their product offers the change, their names can be written.

    Args:
        live: the services seen.
        region: whose routes the endpoint offers.
    """
    reasons = {service: _fault(service, row, region) for service, row in live.items()}
    return Declarable(
        {service: row for service, row in live.items() if reasons[service] is None},
        {service: reason for service, reason in sorted(reasons.items()) if reason is not None},
    )


def new_file(endpoint: str, rows: Mapping[ServiceId, Contacts], known: Iterable[Account] = ()) -> str:
    """Return a file that declares these services and nothing else.

    The default of a role is its most frequent holder, of several the one whose id comes first; a role that
    some service does not have gets none. Where that leaves the file large, as where contacts are spread
    evenly over many accounts, services with the same contacts share an anchor.

    Args:
        endpoint: as the file is to name it.
        rows: services that can be declared.
        known: accounts that have a short name elsewhere; those that hold a contact keep it.
    """
    holders = _holders(rows.values())
    listed = {account.short: account.id for account in known if account.id in holders}
    accounts = {**listed, **short_names(holders - set(listed.values()), listed)}
    writing = _Writing({account: short for short, account in accounts.items()}, _most_frequent(rows))
    sections = [[f"version: 1\nendpoint: {scalar(endpoint)}"]]
    if accounts:
        sections.append(["accounts:", *_indented(account_lines(dict(sorted(accounts.items()))))])
        usual = zip(ROLES, writing.defaults, strict=True)
        named = [f"{role}: {scalar(writing.shorts[holder])}" for role, holder in usual if holder]
        sections.append(["defaults:", *_indented(named)])
    services = {service: writing.value(row) for service, row in rows.items()}
    text = _joined(sections, services)
    if not is_large(text, rows):
        return text
    return _joined(sections, repeated(in_groups(services), services))


class Addition(NamedTuple):
    """A file with what it lacked.

    Attributes:
        text: of the whole file.
        rows: the services that were added.
        accounts: the accounts that were added, ids by short name.
        left_out: services that cannot be added to this file, each with the reason.
    """

    text: str
    rows: Mapping[ServiceId, Contacts]
    accounts: Mapping[str, AccountId]
    left_out: Mapping[ServiceId, str]


def added_to(text: str, listed: Iterable[Account], rows: Mapping[ServiceId, Contacts]) -> Addition:
    """Return a main file with services added, a line each, and the accounts that they need.

    Args:
        text: the main file, valid and without a byte order mark.
        listed: the accounts that it lists, with those of the files that it includes.
        rows: services that can be declared and are not.
    """
    shorts = {account.short: account.id for account in listed}
    plain, taken = _defaults(text, shorts)
    given = {short.casefold() for short in shorts} - set(shorts.values())
    left_out: dict[ServiceId, str] = {}
    for service, row in sorted(rows.items()):
        if any(holder is None and role in taken for role, holder in zip(ROLES, row, strict=True)):
            left_out[service] = NO_HOLDER
        elif not given.isdisjoint(filter(None, row)):
            left_out[service] = ID_IS_TAKEN
    fitting = {service: row for service, row in rows.items() if service not in left_out}
    accounts = short_names(_holders(fitting.values()) - set(shorts.values()), shorts)
    names = {account: short for short, account in reversed([*shorts.items(), *accounts.items()])}
    writing = _Writing(names, plain)
    services = {service: writing.value(row) for service, row in fitting.items()}
    splices = [*accounts_added(text, accounts), *services_added(text, services)]
    return Addition(spliced(text, splices), fitting, accounts, left_out)


def _joined(sections: list[list[str]], services: Mapping[ServiceId, str]) -> str:
    """Return a file of these sections, the services last."""
    last = ["services:", *_indented(service_lines(services))] if services else ["services: {}"]
    return "\n\n".join("\n".join(lines) for lines in [*sections, last] if lines != ["defaults:"]) + "\n"


def _fault(service: ServiceId, row: Contacts, region: Region) -> str | None:
    if fault_of(service):
        return NO_KEY
    if not route_of(service).offers_change_in(region):
        return NOT_OFFERED
    if any(holder is not None and not is_account_id(holder) for holder in row):
        return NO_ID
    return NO_CONTACTS if row == Contacts() else None


def _holders(rows: Iterable[Contacts]) -> set[AccountId]:
    return {holder for row in set(rows) for holder in row if holder is not None}


def _most_frequent(rows: Mapping[ServiceId, Contacts]) -> Contacts:
    usual: list[AccountId | None] = []
    for column in zip(*rows.values(), strict=True):
        counts = Counter(column)
        holder = min(counts, key=lambda one: (-counts[one], one or ""))
        usual.append(None if None in counts else holder)
    return Contacts(*usual)


def _defaults(text: str, shorts: Mapping[str, AccountId]) -> tuple[Contacts, frozenset[Role]]:
    """Return whom a file's `defaults` name plainly, and the roles that they give a holder at all."""
    defaults = tree_of(text).pair("defaults")
    section = resolved(defaults.value) if defaults else None
    if not isinstance(section, Tree):
        return Contacts(), frozenset()
    ids: dict[str, AccountId] = {account: account for account in shorts.values()} | dict(shorts)
    named: dict[str, AccountId | None] = {}
    for pair in section.pairs:
        if pair.name in ROLES:  # beside them may stand what is done about all of them
            plainly = _plainly(pair.value)
            named[pair.name] = None if plainly is None else ids.get(plainly) or ids[account_id(plainly)]
    holders = Contacts(*(named.get(role) for role in ROLES))
    return holders, frozenset(role for role in ROLES if role in named)


def _plainly(node: Node) -> str | None:
    """Return the account that an assignment names; None where the contact ends."""
    value = resolved(node)
    if isinstance(value, Tree):
        account = None if value.pair("until") else value.pair("account")
        value = resolved(account.value) if account else value
    return value.value if isinstance(value, Leaf) else None


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" if line else "" for line in lines]
