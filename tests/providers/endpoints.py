"""Where the contract tests run: our sandbox with and without bulk reading, and recorded replies."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reconciler.model import AccountId, Region, Role, ServiceId
from reconciler.providers.ovh.connections import Connections, connect
from reconciler.providers.ovh.keys import Keyring, Keys
from reconciler.sandbox import (
    Account,
    Service,
    Settings,
    World,
    application_key,
    application_secret,
    consumer_key,
    embedded,
)
from tests.providers.loopback import QUICK, Asked, Reply, serving

PLATFORM, FINANCE, AGENCY = AccountId("pl11111-ovh"), AccountId("fi22222-ovh"), AccountId("ag33333-ovh")
SHOP = ServiceId("domain/shop.example")
VPS = ServiceId("vps/vps-1a2b3c4d.vps.ovh.net")
BLOCK = ServiceId("ip/service/ip-192.0.2.0/28")
REPLIES = Path(__file__).parent / "replies"


def world(*services: Service, settings: Settings | None = None) -> World:
    """Return the three accounts of the tests and these services."""
    accounts = (
        Account(id=PLATFORM, email="platform@example.com", region=Region.EU, language="pl_PL"),
        Account(id=FINANCE),
        Account(id=AGENCY),
    )
    return World(accounts=accounts, services=services, settings=settings or Settings())


def service(key: str, admin: str = PLATFORM, technical: str = PLATFORM, billing: str = FINANCE) -> Service:
    """Return a service of the sandbox."""
    return Service(ServiceId(key), AccountId(admin), AccountId(technical), AccountId(billing))


def sandbox_keys(*accounts: AccountId) -> Keyring:
    """Return the keys of sandbox accounts."""
    return Keyring(
        {one: Keys(application_key(one), application_secret(one), consumer_key(one)) for one in accounts}
    )


@contextmanager
def connected(there: World, *held: AccountId) -> Iterator[tuple[str, Connections]]:
    """Run a sandbox and connect to it as these accounts."""
    with embedded(there) as url, connect(url, sandbox_keys(*held), patience=QUICK) as connections:
        yield url, connections


@contextmanager
def sandbox(*, bulk: bool) -> Iterator[Connections]:
    """Yield connections to a sandbox in which the story of the contract has happened."""
    services = (service(SHOP), Service(VPS, PLATFORM, PLATFORM, FINANCE, status="unPaid"), service(BLOCK))
    settings = Settings(batch=bulk, paging=bulk)
    with connected(world(*services, settings=settings), PLATFORM, AGENCY) as (url, connections):
        asker, agency = connections.writers[PLATFORM], connections.writers[AGENCY]
        (turned_down,) = asker.ask(VPS, {Role.TECHNICAL: AGENCY})
        agency.refuse(turned_down, token_of(connections, AGENCY))
        asker.ask(SHOP, {Role.TECHNICAL: AGENCY})
        clear_counts(url)
        yield connections


@contextmanager
def recorded() -> Iterator[Connections]:
    """Yield connections to a server that replays what an OVHcloud endpoint answers, with made-up ids."""
    replies: dict[str, Any] = json.loads((REPLIES / f"{PLATFORM}.json").read_text(encoding="utf-8"))

    def script(asked: Asked) -> Reply | None:
        reply = replies.get(f"{asked.method} {asked.path}")
        return Reply(**reply) if reply else None

    keys = Keyring({PLATFORM: Keys("ak", "as", "ck")})
    with serving(script) as server, connect(server.url, keys, patience=QUICK) as connections:
        yield connections


def token_of(connections: Connections, account: AccountId) -> str:
    """Return the token in the newest mail of an account."""
    body = connections.readers[account].mails()[-1].body
    return body.partition("token=")[2][:32]


def counts(url: str) -> dict[str, int]:
    """Return how often each route of a sandbox was called, but for the time."""
    with urllib.request.urlopen(f"{_panel(url)}/requests") as reply:
        found: dict[str, int] = json.load(reply)
    return {route: count for route, count in found.items() if "auth/time" not in route}


def clear_counts(url: str) -> None:
    """Start counting anew."""
    _send(f"{_panel(url)}/requests", "DELETE")


def put_faults(url: str, *faults: dict[str, Any]) -> None:
    """Switch these faults of a sandbox on, and all others off."""
    _send(f"{_panel(url)}/faults", "POST", json.dumps(faults).encode())


def _panel(url: str) -> str:
    return url.removesuffix("/1.0") + "/_sandbox"


def _send(url: str, method: str, body: bytes | None = None) -> None:
    request = urllib.request.Request(url, data=body, method=method)
    with urllib.request.urlopen(request) as reply:
        reply.read()


def names(services: Iterable[ServiceId]) -> list[str]:
    """Return services in the order of their keys."""
    return sorted(services)
