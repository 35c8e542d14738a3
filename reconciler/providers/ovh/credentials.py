"""Finding the keys: `credentials.toml` for any account, python-ovh's own places for the default one.

    [accounts.ab12345-ovh]
    application_key = "..."
    application_secret = {env = "OVH_AB_SECRET"}
    consumer_key = {cmd = ["pass", "show", "ovh/ab12345"]}

Passwords of mailboxes may stand beside them, see `passwords`. Every problem of the file is told at once, with
the file and the table, never with a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from reconciler.errors import CredentialsError
from reconciler.model import AccountId, account_id
from reconciler.providers.ovh.endpoints import NATIVE_ENDPOINTS, normal_form
from reconciler.providers.ovh.keys import (
    KEY_NAMES,
    OAUTH_NAMES,
    Credentials,
    Keyring,
    OAuth,
    credentials_from,
)
from reconciler.providers.ovh.native import native_credentials
from reconciler.providers.ovh.passwords import MAILBOXES
from reconciler.providers.ovh.private_file import private_tables
from reconciler.providers.ovh.references import UnresolvedError, resolve

DEFAULT_ENDPOINT = "ovh-eu"
_FETCHERS = 8


def load_credentials(endpoint: str, *, path: Path | None, environ: Mapping[str, str], cwd: Path) -> Keyring:
    """Return the keys for one endpoint, references resolved.

    Args:
        endpoint: as the contacts file names it: `ovh-eu`, `ovh-ca`, `sandbox` or a loopback URL.
        path: a `credentials.toml` that must exist; None: the one in the user's config folder, if any.
        environ: the environment to read.
        cwd: where `./ovh.conf` would be.

    Raises:
        CredentialsError: the file is missing, readable by others, or wrong in any place.
    """
    accounts: dict[AccountId, Credentials] = {}
    file = path if path is not None else default_path(environ)
    if path is not None or file.exists():
        accounts = _accounts_of(file, endpoint, environ)
    if endpoint not in NATIVE_ENDPOINTS:
        return Keyring(accounts)
    native = native_credentials(endpoint, environ=environ, cwd=cwd)
    return Keyring(accounts, native.credentials, native.source, native.warnings)


def default_path(environ: Mapping[str, str]) -> Path:
    """Return where `credentials.toml` is looked for when no path is given."""
    folder = environ.get("XDG_CONFIG_HOME")
    if folder and Path(folder).is_absolute():
        return Path(folder) / "reconciler" / "credentials.toml"
    from platformdirs import user_config_path  # noqa: PLC0415 - only where the environment does not say

    return user_config_path("reconciler") / "credentials.toml"


def _accounts_of(file: Path, endpoint: str, environ: Mapping[str, str]) -> dict[AccountId, Credentials]:
    document = private_tables(file)
    problems = [
        f'unknown table or key {key!r}: only [accounts.ID] and [imap."USER@HOST"] are known'
        for key in document
        if key not in {"accounts", MAILBOXES}
    ]
    tables = document.get("accounts", {})
    if not isinstance(tables, dict):
        problems.append("accounts must hold one table [accounts.ID] per account")
        tables = {}
    problems += _twins(tables)
    for name, table in tables.items():
        problems += [f"[accounts.{name}]: {problem}" for problem in _wrong_in(table, endpoint)]
    accounts: dict[AccountId, Credentials] = {}
    if not problems:
        with ThreadPoolExecutor(_FETCHERS) as pool:  # a password manager takes its time for each key
            found = pool.map(
                lambda table: _credentials(table, file.parent, environ, endpoint), tables.values()
            )
            for name, result in zip(tables, found, strict=True):
                if isinstance(result, tuple):
                    problems += [f"[accounts.{name}]: {problem}" for problem in result]
                else:
                    accounts[account_id(name)] = result
    if problems:
        raise CredentialsError("\n".join(f"{file}: {problem}" for problem in problems), hint=_hint(problems))
    return accounts


def _twins(tables: Mapping[str, Any]) -> Iterator[str]:
    seen: dict[AccountId, str] = {}
    for name in tables:
        account = account_id(name)
        if not account:
            yield "a table [accounts.ID] has an empty ID"
        elif account in seen:
            yield f"[accounts.{seen[account]}] and [accounts.{name}] are the same account"
        seen[account] = name


def _wrong_in(table: Any, endpoint: str) -> Iterator[str]:
    """Yield what can be told without fetching a key, so that a wrong file starts no command."""
    if not isinstance(table, dict):
        yield "must be a table"
        return
    known = (*KEY_NAMES, *OAUTH_NAMES, "endpoint")
    yield from (f"unknown key {key!r}; known are {', '.join(known)}" for key in table if key not in known)
    own = table.get("endpoint", DEFAULT_ENDPOINT)
    if not isinstance(own, str):
        yield "endpoint must be a string"
    elif normal_form(own) != normal_form(endpoint):
        yield f"its keys are for the endpoint {own}, but the contacts file is for {endpoint}"
    try:
        credentials_from(dict.fromkeys((name for name in known[:-1] if name in table), "x"))
    except ValueError as error:
        yield str(error)


def _credentials(
    table: Mapping[str, Any], folder: Path, environ: Mapping[str, str], endpoint: str
) -> Credentials | tuple[str, ...]:
    """Return the table's credentials, or what is wrong with them."""
    values: dict[str, str] = {}
    problems: list[str] = []
    for name in (*KEY_NAMES, *OAUTH_NAMES):
        if name in table:
            try:
                values[name] = resolve(table[name], folder=folder, environ=environ)
            except UnresolvedError as error:
                problems.append(f"{name}: {error}")
    if problems:
        return tuple(problems)
    credentials = credentials_from(values)
    if isinstance(credentials, OAuth) and endpoint not in NATIVE_ENDPOINTS:
        return (f"client_id and client_secret work only on {' and '.join(NATIVE_ENDPOINTS)}",)
    return credentials


def _hint(problems: list[str]) -> str | None:
    if any("its keys are for the endpoint" in problem for problem in problems):
        return (
            "keys are only ever sent to their own endpoint: set `endpoint` in the table, or keep the keys of"
            " another endpoint in a file of their own and pass that with --credentials"
        )
    return None
