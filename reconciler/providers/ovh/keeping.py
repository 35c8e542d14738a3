"""Adds a table of keys to a `credentials.toml`: whatever stands there stays, and nobody else can read it."""

from __future__ import annotations

import json
import os
import tempfile
import tomllib
from collections.abc import Collection
from pathlib import Path

from reconciler.errors import CredentialsError
from reconciler.model import AccountId, account_id
from reconciler.providers.ovh.keys import KEY_NAMES, Keys
from reconciler.providers.ovh.private_file import private_tables


def require_room(file: Path, names: Collection[AccountId]) -> None:
    """Make sure that a file can be read and has no table of an account yet.

    Args:
        file: a `credentials.toml`, there or not.
        names: what the account's table may be called.

    Raises:
        CredentialsError: it is readable by others, wrong, or holds keys of the account.
    """
    if not file.exists():
        return
    accounts = private_tables(file).get("accounts", {})
    taken = [name for name in accounts if account_id(name) in names] if isinstance(accounts, dict) else []
    if taken:
        raise CredentialsError(
            f"{file} already holds keys of [accounts.{taken[0]}]",
            hint="--renew makes a new key for that table, and exchanges its consumer_key",
        )


def keep(file: Path, account: AccountId, keys: Keys, endpoint: str) -> None:
    """Append a table to a file, which is replaced as a whole and made where there is none.

    Raises:
        CredentialsError: it has a table of the account, or cannot be written to.
    """
    require_room(file, {account})
    values = zip(KEY_NAMES, (keys.application_key, keys.application_secret, keys.consumer_key), strict=True)
    rows = [f"[accounts.{json.dumps(account)}]", f"endpoint = {json.dumps(endpoint)}"]
    rows += [f"{name} = {json.dumps(value)}" for name, value in values]
    table = "\n".join(rows) + "\n"
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        before = file.read_bytes() if file.exists() else b""
        gap = b"" if not before else b"\n" if before.endswith(b"\n") else b"\n\n"
        after = before + gap + table.encode()
        _require_toml(file, after)
        replace_private(file, after)
    except OSError as error:
        raise CredentialsError(f"{file}: cannot be written to: {error.strerror}") from None


def _require_toml(file: Path, content: bytes) -> None:
    try:
        tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise CredentialsError(f"{file}: no table can be added to what stands there") from None


def replace_private(file: Path, content: bytes) -> None:
    """Put bytes in the place of a file, or of what a link leads to, for its owner's eyes only.

    Raises:
        OSError: it cannot be written.
    """
    file = Path(os.path.realpath(file))
    number, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # its mode is 0600
    try:
        with open(number, "wb") as opened:  # noqa: PTH123 - a descriptor, not a path
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
