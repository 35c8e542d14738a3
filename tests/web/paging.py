"""The page behind its guard on a real server in a thread, in front of a desk's file, keys and journal."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from reconciler.cli.opening import open_session
from reconciler.cli.options import Settings
from reconciler.session import Session
from reconciler.web.application import create_app
from reconciler.web.guard import Door, guarded
from reconciler.web.serving import PageServer, address_of, listening
from tests.running import PATIENCE, Desk

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
        app = guarded(create_app(session, sandbox=sandbox, refresh_seconds=refresh_seconds), Door())
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
