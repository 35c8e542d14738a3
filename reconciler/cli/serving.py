"""The page's options in the words of its guard, and the page in front of a session."""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from threading import Thread

import click

from reconciler.cli.noticing import Noticing
from reconciler.errors import ReconcilerError
from reconciler.session import Session
from reconciler.web.application import create_app
from reconciler.web.guard import Door
from reconciler.web.guard.door import SHORTEST_TOKEN, Network, is_loopback
from reconciler.web.guard.login import SIGN_OUT
from reconciler.web.serving import address_of, listening, reaches_only_this_machine, serve

TOKEN_VARIABLE = "RECONCILER_SERVE_TOKEN"  # noqa: S105 - its name, not the token
_LARGEST_TOKEN = 4_096
_REFRESH_SECONDS = 60.0
_REFRESH_SECONDS_HERE = 2.0
"""On this machine's own endpoints: nobody waits for a mail there."""
_HEADER = re.compile(r"[A-Za-z0-9-]+")
_NAME = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d+)?")


def door_of(
    host: str,
    names: tuple[str, ...],
    *,
    token_file: Path | None,
    user_header: str | None,
    proxies: tuple[str, ...],
) -> Door:
    """Return who may come in.

    Raises:
        click.UsageError: an option is not what it should be, or others could reach the page without a login.
    """
    if user_header is not None and not _HEADER.fullmatch(user_header):
        raise click.UsageError("--trust-header is the name of a header, such as X-Forwarded-User")
    if user_header is not None and not proxies:
        raise click.UsageError("--trust-header needs --trust-proxy: anybody can send a header")
    for name in names:
        if not _NAME.fullmatch(name):
            raise click.UsageError(
                f"--host-name {name!r} is no host name; write it like contacts.example.com"
            )
    door = Door(names, _token(token_file), user_header, tuple(map(_network, proxies)))
    if not door.has_login and not reaches_only_this_machine(host):
        raise click.UsageError(
            f"--host {host} lets others reach the page, so it needs a login: give --token-file (or"
            f" {TOKEN_VARIABLE}), or --trust-header with --trust-proxy"
        )
    return door


def run(session: Session, door: Door, *, host: str, port: int, tell: Callable[[str], None]) -> None:
    """Serve the page until a signal comes; `tell` is given its address once it can be opened."""
    here = not session.config.endpoint.is_remote
    app = create_app(
        session,
        sandbox=session.config.endpoint.is_sandbox,
        refresh_seconds=_REFRESH_SECONDS_HERE if here else _REFRESH_SECONDS,
        tell_people=Noticing(session).tell,
        sign_out=SIGN_OUT if door.token is not None else None,
    )
    with listening(host, port) as listener:
        address = address_of(listener)
        if not door.has_login and not is_loopback(listener.getsockname()[0]):
            raise ReconcilerError(f"{host} has just become an address that others reach: a login is needed")
        serve(app, door, listener, ready=lambda: tell(address))
    gc.freeze()  # the process ends: to look through a large estate for garbage would take seconds


def show(address: str, *, browse: bool) -> None:
    """Print the address as one line, and open a browser if that was asked for."""
    click.echo(address)
    if browse:  # in a thread: a browser that runs in the terminal returns when it is left
        Thread(target=_open_browser, args=(address,), daemon=True).start()


def _open_browser(address: str) -> None:
    if click.launch(address):
        click.echo("no browser could be opened", err=True)


def _token(file: Path | None) -> str | None:
    if file is None:
        token, where = os.environ.get(TOKEN_VARIABLE), TOKEN_VARIABLE
    else:
        token, where = _content(file), str(file)
    if token is None:
        return None
    token = token.strip()
    if len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise click.UsageError(
            f"the token in {where} must be at least {SHORTEST_TOKEN} ASCII characters without blanks;"
            " `openssl rand -hex 32` makes one"
        )
    return token


def _content(file: Path) -> str:
    try:
        with file.open("rb") as source:
            if os.name == "posix" and os.fstat(source.fileno()).st_mode & 0o077:
                raise click.UsageError(f"others can read {file}: chmod 600 {file}")
            return source.read(_LARGEST_TOKEN).decode("ascii", "replace")
    except OSError as error:
        raise click.UsageError(f"cannot read {file}: {error.strerror}") from error


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise click.UsageError(f"--trust-proxy {text!r}: {error}") from error
