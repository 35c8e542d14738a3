"""A sandbox world for tests and its customers, who speak through the official `ovh` package over HTTP."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import ovh
import ovh.client

from reconciler.model import AccountId, ServiceId
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

ADMIN, TECH, BILLING, NEW, STRANGER = (
    "ad11111-ovh",
    "te22222-ovh",
    "bi33333-ovh",
    "ne44444-ovh",
    "st55555-ovh",
)
SHOP = "domain/shop.example"
_JSON = {"Content-Type": "application/json"}
TOKEN = re.compile(r"^([A-Za-z0-9]{32})$", re.MULTILINE)


class Clock:
    """A clock that a test can turn."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Town:
    """One running sandbox as its customers see it."""

    url: str
    clock: Clock
    clients: dict[str, Any] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """Return the address without the API's version."""
        return self.url.removesuffix("/1.0")

    def customer(self, account: str) -> Any:
        """Return an official client that holds an account's keys."""
        if account not in self.clients:
            self.clients[account] = client(self.url, account)
        return self.clients[account]

    def turn(self, seconds: float) -> None:
        """Let time pass, for the sandbox and for what its customers think of its clock."""
        self.clock.ahead += seconds
        for customer in self.clients.values():
            customer._time_delta = None

    def get(self, account: str, path: str, **query: Any) -> Any:
        """GET as an account."""
        return self.customer(account).get(path, **query)

    def ask(self, account: str, service: str = SHOP, **contacts: str | None) -> list[int]:
        """Ask for new contacts and return the tasks made."""
        made: list[int] = self.customer(account).post(f"/{service}/changeContact", **contacts)
        return made

    def mails(self, account: str) -> list[dict[str, Any]]:
        """Return all mails of an account, the oldest first."""
        history = "/me/notification/email/history"
        return [self.get(account, f"{history}/{number}") for number in self.get(account, history)]

    def token(self, account: str, task: int) -> str:
        """Return the newest token that an account was mailed for a task."""
        bodies = [mail["body"] for mail in self.mails(account) if f"contacts/{task}?" in mail["body"]]
        found = TOKEN.search(bodies[-1])
        assert found
        return found[1]

    def accept(self, account: str, task: int, token: str | None = None) -> Any:
        """Confirm a task, with the token out of the mailbox."""
        return self._answer(account, task, "accept", token)

    def refuse(self, account: str, task: int, token: str | None = None) -> Any:
        """Turn a task down, with the token out of the mailbox."""
        return self._answer(account, task, "refuse", token)

    def task(self, account: str, task: int) -> dict[str, Any]:
        """Return a task as an account sees it."""
        found: dict[str, Any] = self.get(account, f"/me/task/contactChange/{task}")
        return found

    def state(self, account: str, task: int) -> str:
        """Return a task's state as an account sees it."""
        return str(self.task(account, task)["state"])

    def contacts(self, account: str, service: str = SHOP) -> tuple[str, str, str]:
        """Return admin, technical and billing contact."""
        infos = self.get(account, f"/{service}/serviceInfos")
        return infos["contactAdmin"], infos["contactTech"], infos["contactBilling"]

    def edit(self, method: str, noun: str, data: Any = None) -> Any:
        """Use a route that no API has."""
        line = http.client.HTTPConnection(urlsplit(self.host).netloc, timeout=10)  # a session costs more
        with contextlib.closing(line):
            line.request(method, f"/_sandbox/{noun}", None if data is None else json.dumps(data), _JSON)
            answer = line.getresponse()
            text = answer.read()
        assert answer.status == 200, text
        return json.loads(text)

    def _answer(self, account: str, task: int, verb: str, token: str | None) -> Any:
        used = token if token is not None else self.token(account, task)
        return self.customer(account).post(f"/me/task/contactChange/{task}/{verb}", token=used)


def client(url: str, account: str) -> Any:
    """Return an official client for a URL, which the package only knows by names."""
    ovh.client.ENDPOINTS[url] = url
    return ovh.Client(
        endpoint=url,
        application_key=application_key(account),
        application_secret=application_secret(account),
        consumer_key=consumer_key(account),
        timeout=(5, 30),
    )


def account(name: str, **facts: Any) -> Account:
    """Return a customer account."""
    return Account(id=AccountId(name), **facts)


def service(
    key: str = SHOP, admin: str = ADMIN, tech: str = TECH, billing: str = BILLING, **more: Any
) -> Service:
    """Return a service, held by three different accounts unless said."""
    return Service(ServiceId(key), AccountId(admin), AccountId(tech), AccountId(billing), **more)


def world(*parts: Account | Service, **settings: Any) -> World:
    """Return a world with these parts, the usual accounts, and the shop if no service is named."""
    accounts = {name: account(name) for name in (ADMIN, TECH, BILLING, NEW, STRANGER)}
    accounts |= {part.id: part for part in parts if isinstance(part, Account)}
    services = tuple(part for part in parts if isinstance(part, Service)) or (service(),)
    return World(tuple(accounts.values()), services, Settings(**settings))


@contextlib.contextmanager
def running(started: World, state: Path | None = None, clock: Clock | None = None) -> Iterator[Town]:
    """Run a world and yield its town."""
    kept = clock or Clock()
    with embedded(started, state=state, clock=kept) as url:
        town = Town(url, kept)
        try:
            yield town
        finally:
            for customer in town.clients.values():
                customer._session.close()


Build = Callable[..., Town]
