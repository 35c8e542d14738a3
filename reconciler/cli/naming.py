"""What people type for accounts, services and contacts, turned into our nouns or a message."""

from __future__ import annotations

from collections.abc import Iterable

import click

from reconciler.config import Config
from reconciler.guards import Guard
from reconciler.model import ROLES, AccountId, Role, ServiceId, account_id


def account(text: str, config: Config) -> AccountId:
    """Return the account that a short name or a listed id stands for.

    Raises:
        click.UsageError: the file lists no such account.
    """
    found = _listed(text, config)
    if found is not None:
        return found
    known = ", ".join(entry.short for entry in config.accounts)
    raise click.UsageError(f"no account {text!r} in the file; it lists {known or 'none'}")


def listed_or_any(text: str, config: Config) -> AccountId:
    """Return the account that a short name stands for, else `text` as an id: others hold contacts too."""
    return _listed(text, config) or account_id(text)


def _listed(text: str, config: Config) -> AccountId | None:
    folded = account_id(text)
    return next((entry.id for entry in config.accounts if text == entry.short or folded == entry.id), None)


def contacts(text: str, config: Config) -> tuple[ServiceId, tuple[Role, ...]]:
    """Return the service and the roles that `SERVICE[:ROLE]` means; without a role, all three.

    Raises:
        click.UsageError: the file declares no such service.
    """
    service, colon, suffix = text.rpartition(":")
    if colon and suffix in ROLES and ServiceId(service) in config.rows:
        return ServiceId(service), (Role(suffix),)
    if ServiceId(text) in config.rows:
        return ServiceId(text), ROLES
    raise click.UsageError(f"{text!r} is not SERVICE or SERVICE:ROLE of a service that the file declares")


def guards(names: Iterable[str], reason: str | None) -> frozenset[str]:
    """Return the guards to lift, which needs a reason.

    Raises:
        click.UsageError: a guard is lifted without a reason.
    """
    lifted = frozenset(names)
    if lifted and not (reason and reason.strip()):
        raise click.UsageError(f"--lift {min(lifted)} needs --reason TEXT, which the journal keeps")
    return lifted


GUARDS = tuple(guard.value for guard in Guard)
