"""A small OVHcloud of our own: accounts, services, change requests, tokens and mails over real HTTP.

It speaks the API v1 subset that contact changes need, to any client of the API, with signatures checked.
It is written from what is known about OVHcloud and knows nothing of how this program plans, so that it can
disagree.

`load_world` reads a world file; `serve` runs in the foreground, `embedded` inside a running program.
Importing this package is cheap: server and validator are imported by the call that needs them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from reconciler.sandbox.world import (
    Account,
    Fault,
    RateLimit,
    Service,
    Settings,
    World,
    application_key,
    application_secret,
    consumer_key,
)

__all__ = [
    "Account",
    "Fault",
    "RateLimit",
    "Service",
    "Settings",
    "World",
    "application_key",
    "application_secret",
    "consumer_key",
    "embedded",
    "load_world",
    "serve",
]


def load_world(path: Path) -> World:
    """Return the world that a YAML file describes.

    Raises:
        ConfigError: everything wrong with the file, each with its place.
    """
    from reconciler.sandbox.worldfile import load  # noqa: PLC0415 - pydantic, only where a file is read

    return load(path)


def serve(
    world: World | None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    state: Path | None = None,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    public_url: str | None = None,
) -> None:
    """Run the sandbox until SIGINT or SIGTERM, and print one line on stdout once it listens.

    Args:
        world: what is put into a new state; a state that exists keeps what it has. None adds nothing.
        host: address to listen on; routes that edit the world ask for no key, so keep it on loopback.
        port: 0 takes a free one; the ready line tells which.
        state: database file; None keeps everything in memory.
        tls_cert: certificate chain in PEM form, to serve https.
        tls_key: its private key.
        public_url: the address that clients sign where it is not the one served, such as `https://localhost`.

    Raises:
        ReconcilerError: the state, the certificate or the port cannot be used.
    """
    from reconciler.sandbox.server import run_in_foreground  # noqa: PLC0415 - starlette and uvicorn

    run_in_foreground(
        world or World(),
        host=host,
        port=port,
        state=state,
        tls=(tls_cert, tls_key) if tls_cert else None,
        public_url=public_url,
    )


def embedded(
    world: World, *, state: Path | None = None, clock: Callable[[], float] = time.time
) -> AbstractContextManager[str]:
    """Run the sandbox in a thread on a free loopback port; the context's value is its URL ending in `/1.0`.

    Several processes may do so over one state file at the same time.

    Args:
        world: what is put into a new state; a state that exists keeps what it has.
        state: database file; None keeps everything in memory until the context ends.
        clock: the sandbox's time, in seconds since the epoch.

    Raises:
        ReconcilerError: the state cannot be used.
    """
    from reconciler.sandbox.server import run_in_thread  # noqa: PLC0415 - starlette and uvicorn

    return run_in_thread(world, state=state, clock=clock)
