"""The risks of an estate (`risks`), for people and as JSON: each with why it matters and what helps."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from reconciler.model import AccountId
from reconciler.render.safe import visible
from reconciler.render.wording import Accounts, counted, listed
from reconciler.risks import Kind, Risk

SHOWN = 3
"""How many services of one risk are named in text; JSON names all."""


class Meaning(NamedTuple):
    """What a kind of risk is called, why it matters, and what helps."""

    title: str
    why: str
    remedy: str


MEANINGS = {
    Kind.ONE_PERSON: Meaning(
        "One account in all three roles",
        "whoever loses this account, or its mailbox, loses every right on the service with it",
        "name a second account as technical or billing contact in the file, then apply",
    ),
    Kind.NOT_ADMINISTERED: Meaning(
        "No configured account is the admin",
        "only the admin may name any contact; the others may only hand over their own role",
        "configure the admin's keys, or have the admin hand the role to an account of yours",
    ),
    Kind.IN_DEBT: Meaning(
        "Account in debt",
        "OVHcloud moves no contact from or to an account with an unpaid invoice",
        "pay the account's invoices, then plan again",
    ),
    Kind.OUTSIDE_ACCOUNTS: Meaning(
        "Contact that no entry of `accounts` lists",
        "the file does not know this account, so nobody has approved what it holds",
        "list the account under `accounts` if it belongs there, else name another contact in the file",
    ),
    Kind.TORN_BUNDLE: Meaning(
        "Domain, zone, mail and hosting of one name in different hands",
        "each is a service of its own: to move, renew or repair the name, all these accounts are needed",
        "name the same account for all services of the name, unless the split is meant",
    ),
}


def risks_json(risks: Sequence[Risk], services: int) -> str:
    """Return the risks as JSON, version 1: `{version, services, summary, risks: [...]}`, a risk a line.

    Args:
        risks: in their order.
        services: how many services were looked at.
    """
    summary = {kind.value: sum(risk.kind is kind for risk in risks) for kind in Kind}
    body = ",\n  ".join(json.dumps(_object(risk)) for risk in risks)
    head = f'{{"version": 1,\n "services": {services},\n "summary": {json.dumps(summary)}'
    return f'{head},\n "risks": [{body}]}}'


def risks_text(risks: Sequence[Risk], services: int, names: Mapping[AccountId, str]) -> str:
    """Return the risks by kind, each kind with why it matters and what helps.

    Args:
        risks: in their order.
        services: how many services were looked at.
        names: the short names of the file.
    """
    seen = f"{counted(services, 'service')} seen"
    if not risks:
        return f"No risk found in {seen}."
    lines = [f"{counted(len(risks), 'risk')} in {seen}."]
    accounts = Accounts(names)
    for kind, meaning in MEANINGS.items():
        some = [risk for risk in risks if risk.kind is kind]
        if some:
            lines += ["", f"{meaning.title}: {len(some)}"]
            lines += [f"    {_row(risk, accounts)}" for risk in some]
            lines += [f"    why: {meaning.why}", f"    remedy: {meaning.remedy}"]
    return "\n".join(lines)


def _row(risk: Risk, accounts: Accounts) -> str:
    who = listed(accounts[account] for account in risk.accounts) if risk.accounts else "nobody named"
    return f"{who}: {_about(risk)}"


def _about(risk: Risk) -> str:
    """Return the services, and the roles where those are not the same for every risk of the kind."""
    if not risk.services:
        return "no service seen"
    names = [visible(service) for service in risk.services]
    rest = len(names) - SHOWN
    named = f"{', '.join(names[:SHOWN])} and {rest} more" if rest > 0 else listed(names)
    roles = "" if risk.kind in _SAME_ROLES else f" ({listed(risk.roles)})"
    return f"{counted(len(names), 'service')}: {named}{roles}"


_SAME_ROLES = frozenset({Kind.ONE_PERSON, Kind.NOT_ADMINISTERED})


def _object(risk: Risk) -> dict[str, Any]:
    return {
        "risk": risk.kind,
        "accounts": risk.accounts,
        "services": risk.services,
        "roles": risk.roles,
        "why": MEANINGS[risk.kind].why,
        "remedy": MEANINGS[risk.kind].remedy,
    }
