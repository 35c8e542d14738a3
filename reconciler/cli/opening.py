"""From options to a session: opens the file, the endpoint and the journal."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.options import Settings, find_file
from reconciler.cli.places import journal_file, sandbox_folder
from reconciler.cli.who import user
from reconciler.config import Config, load
from reconciler.errors import CredentialsError, ReconcilerError
from reconciler.model import AccountId, account_id
from reconciler.render import visible
from reconciler.session import Session

if TYPE_CHECKING:
    from reconciler.journal import AuditedJournal
    from reconciler.providers.ovh.keys import Credentials, Keyring

log = logging.getLogger(__name__)


@contextmanager
def open_session(
    settings: Settings, *, writing: bool = False, remembering: bool = True, committed: bool = False
) -> Iterator[Session]:
    """Open the file, the endpoint and the journal, and close them again.

    Args:
        settings: the shared options.
        writing: whether the command asks or answers; a command that only reads is handed no writer.
        remembering: whether the journal may be written to.
        committed: whether what counts is the file at HEAD, where git tracks it.
    """
    file = find_file(settings.file)
    config = _committed(file, settings) if committed else load(file)
    with session_of(config, file, settings, writing=writing, remembering=remembering) as session:
        yield session


def committed_now(settings: Settings, opened: Config) -> Config:
    """Return what counts as the file by now, for a session that was opened a while ago.

    Raises:
        ReconcilerError: it is not valid any more, or names another endpoint than the one that is open.
    """
    from reconciler.cli.repository import config_that_counts  # noqa: PLC0415  # only for who asks git

    config = config_that_counts(find_file(settings.file)).config
    if config.endpoint != opened.endpoint:
        raise ReconcilerError("the file names another endpoint by now", hint="run it again")
    return config


@contextmanager
def session_of(
    config: Config, file: Path, settings: Settings, *, writing: bool = False, remembering: bool = True
) -> Iterator[Session]:
    """Open the endpoint and the journal of a file that is loaded, or yet to be written, and close them again.

    Args:
        config: what the file says.
        file: where it is, or is to be.
        settings: the shared options.
        writing: whether the command asks or answers; a command that only reads is handed no writer.
        remembering: whether the journal may be written to.
    """
    for warning in config.warnings:
        _warn(warning, settings)
    with ExitStack() as stack:
        address, keyring = open_keys(config, file, settings, stack)
        from reconciler.providers.ovh.connections import connect  # noqa: PLC0415  # requests and ovh

        connections = stack.enter_context(connect(address, keyring))
        if not connections.readers:
            raise _nobody_let_us_in(connections.failures, config, settings)
        journal = open_journal_of(config, file, settings, writable=writing or remembering)
        stack.callback(journal.close)
        yield Session(
            config,
            connections.readers,
            connections.failures,
            connections.writers if writing else {},
            journal,
            user(),
        )


@contextmanager
def open_memory(settings: Settings) -> Iterator[tuple[Config, AuditedJournal]]:
    """Open the file and, for reading only, the journal: the endpoint is left alone, no keys are needed."""
    file = find_file(settings.file)
    config = load(file)
    for warning in config.warnings:
        _warn(warning, settings)
    journal = open_journal_of(config, file, settings, writable=False)
    try:
        yield config, journal
    finally:
        journal.close()


def open_keys(config: Config, file: Path, settings: Settings, stack: ExitStack) -> tuple[str, Keyring]:
    """Return where the endpoint is, until `stack` is closed, and all keys for it, by account id.

    Raises:
        CredentialsError: the keys cannot be read.
    """
    address, keyring = _endpoint(config, file, settings, stack)
    for warning in keyring.warnings:
        _warn(warning, settings)
    return address, replace(keyring, accounts=_by_id(keyring, config))


def _committed(file: Path, settings: Settings) -> Config:
    from reconciler.cli.repository import config_that_counts  # noqa: PLC0415  # only for who asks git

    counted = config_that_counts(file)
    if counted.note is not None:
        _warn(counted.note, settings)
    return counted.config


def _by_id(keyring: Keyring, config: Config) -> Mapping[AccountId, Credentials]:
    """Return the keys by account id: a table may be named after the short name that the file gives.

    Raises:
        CredentialsError: two tables are of one account; which of them counts is not ours to guess.
    """
    ids = {account_id(entry.short): entry.id for entry in config.accounts}
    found: dict[AccountId, Credentials] = {}
    for name, keys in keyring.accounts.items():
        account = ids.get(name, name)
        if account in found:
            raise CredentialsError(
                f"two tables hold keys of {account}, one by its id and one by its short name"
            )
        found[account] = keys
    return found


def _endpoint(config: Config, file: Path, settings: Settings, stack: ExitStack) -> tuple[str, Keyring]:
    from reconciler.providers.ovh.credentials import load_credentials  # noqa: PLC0415

    if not config.endpoint.is_sandbox:
        name = config.endpoint.name
        return name, load_credentials(name, path=settings.credentials, environ=os.environ, cwd=Path.cwd())
    from reconciler.cli.embedding import embed, keys_of  # noqa: PLC0415

    address, world = embed(config, file, stack)
    log.info("the sandbox listens on %s", address)
    if settings.credentials is None:
        return address, keys_of(world)
    return address, load_credentials(
        config.endpoint.name, path=settings.credentials, environ=os.environ, cwd=Path.cwd()
    )


def open_journal_of(config: Config, file: Path, settings: Settings, *, writable: bool) -> AuditedJournal:
    """Open the journal of a file's endpoint."""
    from reconciler.journal import open_journal  # noqa: PLC0415

    identity = f"sandbox:{sandbox_folder(file).name}" if config.endpoint.is_sandbox else config.endpoint.name
    return open_journal(journal_place(config, file, settings), identity, read_only=not writable)


def journal_place(config: Config, file: Path, settings: Settings) -> str | Path:
    """Return the path or URL of the journal of a file's endpoint."""
    default = sandbox_folder(file) / "journal.sqlite3" if config.endpoint.is_sandbox else journal_file()
    return settings.journal or default


def _nobody_let_us_in(
    failures: Mapping[AccountId, str], config: Config, settings: Settings
) -> CredentialsError:
    name = config.endpoint.name
    if failures:
        rows = [f"{account}: {reason}" for account, reason in failures.items()]
        return CredentialsError("\n  ".join([f"no configured account can be used on {name}", *rows]))
    if config.endpoint.is_sandbox and settings.credentials is None:
        return CredentialsError("the sandbox's world has no account", hint="list accounts in sandbox.yaml")
    if settings.credentials is not None:
        return CredentialsError(f"{settings.credentials} holds no table [accounts.ID]", hint=_HOW_TO_HOLD)
    from reconciler.providers.ovh.credentials import default_path  # noqa: PLC0415

    places = f"none in {default_path(os.environ)}"
    if config.endpoint.is_remote:
        places += ", nor in python-ovh's own places, OVH_* and ovh.conf"
    return CredentialsError(f"no credentials for {name}: {places}", hint=f"{_NAME_IT}; {_HOW_TO_HOLD}")


_NAME_IT = "another file can be named with --credentials"
_HOW_TO_HOLD = "the README shows what belongs into a credentials.toml"


def _warn(warning: str, settings: Settings) -> None:
    if settings.verbosity >= 0:
        click.echo(f"warning: {visible(warning)}", err=True)
