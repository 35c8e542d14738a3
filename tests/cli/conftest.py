"""A shop, a server and three accounts; a desk in front of them to type commands at."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Account, Service
from tests.cli.chats import BY_VARIABLE, Chat, listening, told_by
from tests.running import PATIENCE, Desk, Done
from tests.sandbox.town import Town, running, service, world

PLATFORM, FINANCE, AGENCY = "pl11111-ovh", "fi22222-ovh", "ag33333-ovh"
SHORT = {"platform": PLATFORM, "finance": FINANCE, "agency": AGENCY}
SHOP, SERVER = "domain/shop.example", "vps/vps-1.vps.ovh.net"
SHOP_MOVES = f"services: {{{SHOP}: {{technical: agency}}}}\n"
BOTH_MOVE = f"services: {{{SHOP}: {{technical: agency}}, {SERVER}: {{technical: platform}}}}\n"
IN_SYNC = f"services: {{{SHOP}: {{technical: platform}}}}\n"


@dataclass
class Place:
    """A town and a desk in it."""

    town: Town
    desk: Desk

    def run(self, *arguments: str, stdin: str = "") -> Done:
        """Run a command to its end."""
        return self.desk.run(*arguments, stdin=stdin)

    def faults(self, *faults: dict[str, Any]) -> None:
        """Have the server misbehave in these ways, and in no others."""
        self.town.edit("POST", "faults", list(faults))

    def await_hit(self) -> None:
        """Wait until the faults that hit a counted number of calls have hit them."""
        deadline = time.monotonic() + PATIENCE
        while any(row["remaining"] for row in self.town.edit("GET", "faults")):
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def asked(self) -> int:
        """Ask for what the file wants, and return the task that this made."""
        done = self.run("apply", "--yes", "--format", "json")
        assert done.code == 0, done.err
        (number,) = done.json["receipts"][0]["tasks"]
        return int(number)


Open = Callable[..., Place]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Open]:
    """Return a function that opens a place: what the file wants, whose keys are held, how it behaves."""
    with contextlib.ExitStack() as stack:

        def build(
            wanted: str = SHOP_MOVES,
            *parts: Account | Service,
            held: Iterable[str] = (PLATFORM, FINANCE, AGENCY),
            guards: str = "{max_changes_percent: 100}",
            **settings: Any,
        ) -> Place:
            services = (
                service(SHOP, PLATFORM, PLATFORM, FINANCE),
                service(SERVER, AGENCY, AGENCY, AGENCY),
            )
            town = stack.enter_context(running(world(*services, *parts, **settings)))
            desk = Desk(tmp_path / "desk", town.url, SHORT, held)
            desk.write(wanted, guards=guards)
            return Place(town, desk)

        yield build


@pytest.fixture
def chat() -> Iterator[Chat]:
    """Return a chat that listens."""
    with listening() as heard:
        yield heard


@pytest.fixture
def told(place: Open, chat: Chat) -> Callable[..., Place]:
    """Return a function that opens a place whose people are told by the chat."""

    def build(wanted: str = SHOP_MOVES, *parts: Any, notify: str = BY_VARIABLE, **more: Any) -> Place:
        return told_by(chat, place(notify + wanted, *parts, **more))

    return build
