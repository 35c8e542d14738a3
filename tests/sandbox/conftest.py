"""Every sandbox test builds its town with `town(...)`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.sandbox import Account, Service
from tests.sandbox.town import Build, Town, running, world


@pytest.fixture
def town() -> Iterator[Build]:
    """Return a function that starts a town of accounts, services and settings."""
    with contextlib.ExitStack() as stack:

        def build(*parts: Account | Service, **settings: Any) -> Town:
            return stack.enter_context(running(world(*parts, **settings)))

        yield build


@pytest.fixture(autouse=True)
def no_keys_around(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the official package from picking up keys, or a proxy, of whoever runs the tests."""
    monkeypatch.setenv("NO_PROXY", "*")
    for name in (
        "ENDPOINT",
        "APPLICATION_KEY",
        "APPLICATION_SECRET",
        "CONSUMER_KEY",
        "CLIENT_ID",
        "CLIENT_SECRET",
    ):
        monkeypatch.delenv(f"OVH_{name}", raising=False)
