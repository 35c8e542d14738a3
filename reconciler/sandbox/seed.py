"""Puts a world into a state. What the state has already wins, but for settings that the world has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import cache

from pydantic import TypeAdapter

from reconciler.model import route_of, service_name
from reconciler.sandbox.store import Store
from reconciler.sandbox.world import Account, Fault, Service, Settings, World

PAST = 90 * 86_400  # accounts and services are this old when a world is born


@cache
def settings_type() -> TypeAdapter[Settings]:
    """Return what checks and reads settings."""
    return TypeAdapter(Settings)


@cache
def faults_type() -> TypeAdapter[tuple[Fault, ...]]:
    """Return what checks and reads faults."""
    return TypeAdapter(tuple[Fault, ...])


def seed(store: Store, world: World, clock: Callable[[], float]) -> None:
    """Add the accounts and services that the state does not have yet, all in one change.

    Settings and faults are taken from the world when it says others than it said last time, so that an edited
    world file takes effect and what was switched at run time survives a restart otherwise.
    """
    born = clock() - PAST
    with store.change():
        put_accounts(store, world.accounts, born, "IGNORE")
        put_accounts(store, tuple(Account(id=one) for one in world.everyone), born, "IGNORE")
        put_services(store, world.services, born, "IGNORE")
        told = json.dumps(asdict(world.settings))
        last = store.row("SELECT value FROM meta WHERE key = 'world settings'")
        if last is None or last["value"] != told:
            store.write("REPLACE INTO meta VALUES ('world settings', ?)", told)
            put_settings(store, world.settings)
            put_faults(store, world.settings.faults)


def put_accounts(store: Store, accounts: tuple[Account, ...], born: float, if_there: str) -> None:
    """Add accounts; `if_there` is IGNORE to keep an account that exists, REPLACE to overwrite it."""
    statement = {
        "IGNORE": "INSERT OR IGNORE INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?)",
        "REPLACE": "INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?)",
    }[if_there]
    store.write_many(
        statement,
        (
            (row.id, row.email, row.unpaid_invoices, row.payment_method, row.region, row.language, born)
            for row in accounts
        ),
    )


def put_services(store: Store, services: tuple[Service, ...], born: float, if_there: str) -> None:
    """Add services; `if_there` is IGNORE to keep a service that exists, UPDATE to overwrite its contacts."""
    insert = (
        "INSERT INTO services (key, route, name, admin, technical, billing, status, created)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO "
    )
    otherwise = {
        "IGNORE": "NOTHING",
        "UPDATE": "UPDATE SET admin = excluded.admin, technical = excluded.technical,"
        " billing = excluded.billing, status = excluded.status",
    }[if_there]
    store.write_many(
        insert + otherwise,
        ((*_split(row), row.admin, row.technical, row.billing, row.status, born) for row in services),
    )


def put_settings(store: Store, settings: Settings) -> None:
    """Make these settings hold from now on; their faults are kept apart."""
    kept = asdict(settings) | {"faults": ()}
    store.write("REPLACE INTO meta VALUES ('settings', ?)", json.dumps(kept))


def put_faults(store: Store, faults: tuple[Fault, ...]) -> None:
    """Make these the faults, in place of all others."""
    store.write("DELETE FROM faults")
    store.write_many(
        "INSERT INTO faults VALUES (?, ?, ?)",
        (
            (position, faults_type().dump_json((fault,)).decode(), fault.times)
            for position, fault in enumerate(faults)
        ),
    )


def _split(row: Service) -> tuple[str, str, str]:
    route = route_of(row.service)
    return row.service, route.key, service_name(row.service)
