"""`login`: has a key made, waits for its owner to validate it, and keeps it."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.importing import DEFAULT_ENDPOINT, named_endpoint
from reconciler.cli.naming import listed_or_any
from reconciler.cli.options import FILE_NAMES, Settings, find_file
from reconciler.config import Config, load
from reconciler.errors import ReconcilerError
from reconciler.model import AccountId, account_id
from reconciler.providers.ovh.credentials import default_path
from reconciler.providers.ovh.keeping import keep, require_room
from reconciler.providers.ovh.lines import Lines
from reconciler.providers.ovh.login import PendingKey, least_rules, request_key
from reconciler.providers.ovh.renewing import renewable
from reconciler.render import visible

_FIRST_WAIT, _LONGEST_WAIT = 0.5, 10.0
_MOST = 4096  # more than any key
_PAGES = {"ovh-eu": "https://eu.api.ovh.com/createApp/", "ovh-ca": "https://ca.api.ovh.com/createApp/"}


def log_in(
    settings: Settings, who: str | None, endpoint: str | None, seconds: float, *, renew: bool
) -> ExitCode:
    """Have a key made, and keep it once its owner has validated it.

    Args:
        settings: the shared options.
        who: the account that is meant, as people write it; None: whoever validates the key.
        endpoint: where there is no contacts file yet; None: that of the file, else ovh-eu.
        seconds: how long to wait for that.
        renew: exchange the key that `who` has, with the application that made it.

    Raises:
        ReconcilerError: no key was made, validated or kept.
    """
    file, config = _file(settings, endpoint)
    place = settings.credentials or default_path(os.environ)
    meant = listed_or_any(who, config) if who is not None else None
    old = None
    if renew and meant is not None:
        old = renewable(place, _names(meant, config), config.endpoint.name, os.environ)
        application_key, application_secret = old.keys.application_key, old.keys.application_secret
    else:
        require_room(place, _names(meant, config) if meant is not None else ())
        application_key, application_secret = _application(config)
    with ExitStack() as stack:
        lines = Lines(_address(config, file, stack), connections=1)
        stack.callback(lines.close)
        rules = least_rules(config.rows, config.endpoint.region)
        pending = request_key(lines, application_key, application_secret, rules)
        click.echo("Open this page, log in as the account whose key it is to be, and validate it:", err=True)
        click.echo(visible(pending.url))
        sys.stdout.flush()
        owner = _awaited(pending, seconds)
    if meant is not None and owner != meant:
        raise ReconcilerError(
            f"the key was validated by {visible(owner)}, not by {visible(meant)}: it is not kept",
            hint="log out of OVHcloud's pages in the browser, and log in there as the account that is meant",
        )
    if old is not None:
        old.renew(pending.keys.consumer_key)
    else:
        require_room(place, _names(owner, config))
        keep(place, owner, pending.keys, config.endpoint.name)
    click.echo(f"The key of {visible(owner)} is in {place}; reconciler doctor checks it.", err=True)
    return ExitCode.OK


def _file(settings: Settings, endpoint: str | None) -> tuple[Path, Config]:
    """Return the contacts file and what it says; of none, its place and the endpoint alone."""
    try:
        file = find_file(settings.file)
    except ReconcilerError:
        file = Path.cwd() / FILE_NAMES[0]
        return file, Config((str(file),), named_endpoint(endpoint or DEFAULT_ENDPOINT), (), {})
    config = load(file)
    if endpoint is not None and config.endpoint != named_endpoint(endpoint):
        raise click.UsageError(
            f"{visible(str(file))} is for the endpoint {config.endpoint.name}, not for {endpoint}"
        )
    return file, config


def _awaited(pending: PendingKey, seconds: float) -> AccountId:
    """Return who validated a key, asking less and less often."""
    deadline = time.monotonic() + seconds
    wait = _FIRST_WAIT
    while True:
        owner = pending.owner()
        if owner is not None:
            return owner
        left = deadline - time.monotonic()
        if left <= 0:
            raise ReconcilerError(
                f"nobody has validated the key within {seconds:g} s",
                hint="run it again for a new page; --timeout waits longer. If somebody did validate it,"
                " the application's secret is wrong",
            )
        time.sleep(min(wait, left))
        wait = min(wait * 1.5, _LONGEST_WAIT)


def _names(account: AccountId, config: Config) -> frozenset[AccountId]:
    """Return what a table of an account may be called: its id, or the short name that the file gives."""
    shorts = (account_id(entry.short) for entry in config.accounts if entry.id == account)
    return frozenset({account, *shorts})


def _address(config: Config, file: Path, stack: ExitStack) -> str:
    if not config.endpoint.is_sandbox:
        return config.endpoint.name
    from reconciler.cli.embedding import embed  # noqa: PLC0415  # the sandbox's server

    return embed(config, file, stack)[0]


def _application(config: Config) -> tuple[str, str]:
    """Return the application's key and secret, from variables, a prompt that shows nothing, or stdin."""
    found = [os.environ.get(f"RECONCILER_{name}", "").strip() for name in _APPLICATION]
    if config.endpoint.is_remote and not all(found):
        found = [os.environ.get(f"OVH_{name}", "").strip() for name in _APPLICATION]
    if all(found):
        return found[0], found[1]
    page = _PAGES.get(config.endpoint.name)
    if page is not None:
        click.echo(f"An application's key and secret are made at {page}", err=True)
    if sys.stdin.isatty():
        key = click.prompt("Application key", hide_input=True, err=True)
        return key.strip(), click.prompt("Application secret", hide_input=True, err=True).strip()
    lines = sys.stdin.read(_MOST).split()
    if len(lines) != len(_APPLICATION):
        raise click.UsageError(
            "the application's key and secret are needed: as two lines on standard input, at the prompt, or"
            " in RECONCILER_APPLICATION_KEY and RECONCILER_APPLICATION_SECRET"
        )
    return lines[0], lines[1]


_APPLICATION = ("APPLICATION_KEY", "APPLICATION_SECRET")
