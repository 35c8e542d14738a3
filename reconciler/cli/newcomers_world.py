"""The sandbox's world when nobody described one: what the file declares, before anything was asked."""

from __future__ import annotations

from reconciler.config import Config
from reconciler.sandbox import Account, Service, World


def world_of(config: Config) -> World:
    """Return a world in which each service belongs wholly to its admin, as right after its order.

    Source: OVHcloud's guide: who orders a service is its admin, technical and billing contact at once.
    """
    accounts = tuple(Account(account.id, email=f"{account.short}@example.com") for account in config.accounts)
    services = []
    for service, row in config.rows.items():
        owner = row.admin or (config.accounts[0].id if config.accounts else None)
        if owner is not None:
            services.append(Service(service, owner, owner, owner))
    return World(accounts, tuple(services))
