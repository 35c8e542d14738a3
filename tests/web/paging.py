"""The page behind its guard on a real server in a thread, in front of a desk's file, keys and journal."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from reconciler.cli.noticing import Noticing
from reconciler.cli.opening import open_session
from reconciler.cli.options import Settings
from reconciler.session import Session
from reconciler.web.application import create_app
from reconciler.web.guard import Door, guarded
from reconciler.web.serving import PageServer, address_of, listening
from tests.cli.conftest import AGENCY, FINANCE, PLATFORM, Open, Place
from tests.running import PATIENCE, Desk
from tests.sandbox.town import service

NEVER = 3_600.0
"""Seconds between two looks: the page looks when it starts, after answers, and when told to."""


@dataclass
class Paged:
    """A running page; `url` ends in a slash."""

    url: str
    session: Session
    calls: requests.Session = field(default_factory=requests.Session, repr=False)

    def get(self, path: str = "/", **how: Any) -> requests.Response:
        """GET a page; redirects are not followed unless asked for."""
        return self._call("GET", path, **how)

    def post(self, path: str, **data: str) -> requests.Response:
        """Send a form and follow to the page that tells what became of it."""
        return self._call("POST", path, data=data, allow_redirects=True)

    def _call(self, method: str, path: str, **how: Any) -> requests.Response:
        ours: dict[str, Any] = {"timeout": PATIENCE, "allow_redirects": False}
        return self.calls.request(method, self.url.removesuffix("/") + path, **{**ours, **how})


@contextlib.contextmanager
def paging(desk: Desk, *, sandbox: bool = False, refresh_seconds: float = NEVER) -> Iterator[Paged]:
    """Run the page at a desk until the context ends."""
    keys = Path(desk.environ["XDG_CONFIG_HOME"]) / "reconciler" / "credentials.toml"
    settings = Settings(desk.file) if sandbox else Settings(desk.file, keys, str(desk.journal))
    with open_session(settings, writing=True) as session, listening("127.0.0.1", 0) as listener:
        page = create_app(
            session,
            sandbox=sandbox,
            refresh_seconds=refresh_seconds,
            tell_people=Noticing(session).tell,
        )
        app = guarded(page, Door())
        ready = threading.Event()
        server = PageServer(app, ready.set)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            assert ready.wait(PATIENCE), server.failure
            paged = Paged(address_of(listener), session)
            yield paged
            paged.calls.close()
        finally:
            server.should_exit = True
            thread.join(PATIENCE)


Serve = Callable[..., Paged]

EVERY_TRAY = """
defaults: {admin: platform}
services:
  domain/shop.example: {technical: agency}
  domain/asked.example: {technical: agency}
  domain/fine.example: {technical: platform}
  domain/gone.example: {}
  domain/poor.example: {billing: agency}
"""


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that opens the page of a place, until the test ends."""
    with contextlib.ExitStack() as stack:

        def start(place: Place, refresh_seconds: float = NEVER) -> Paged:
            return stack.enter_context(paging(place.desk, refresh_seconds=refresh_seconds))

        yield start


def text_of(html: str) -> str:
    """Return what a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def row_of(html: str, name: str) -> str:
    """Return what the row of a table says that begins with a name."""
    rows = [text_of(row) for row in re.findall(r"<tr.*?</tr>", html, re.DOTALL)]
    return next(row for row in rows if row.startswith(f"{name} "))


@pytest.fixture
def estate(place: Open, serve: Serve) -> tuple[Place, Paged]:
    """Return a page with services in several trays, one of them asked for."""
    names = ("asked.example", "fine.example", "poor.example", "stray.example")
    shop = place(
        "services: {domain/asked.example: {technical: agency}}\n",
        *(service(f"domain/{name}", PLATFORM, PLATFORM, FINANCE) for name in names),
    )
    shop.town.edit("PUT", f"accounts/{AGENCY}", {"payment_method": False})
    shop.asked()
    shop.desk.write(EVERY_TRAY)
    return shop, serve(shop)
