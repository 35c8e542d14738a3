"""Puts a new consumer key in the place of an old one in `credentials.toml`; no other byte of it changes."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.errors import CredentialsError
from reconciler.model import AccountId, account_id
from reconciler.providers.ovh.credentials import load_credentials
from reconciler.providers.ovh.keeping import replace_private
from reconciler.providers.ovh.keys import Keys
from reconciler.providers.ovh.private_file import private_tables

_KEY = "consumer_key"
_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)
_LINE = re.compile(rf"""^[ \t]*{_KEY}[ \t]*=[ \t]*("[^"\n]*"|'[^'\n]*')""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Renewable:
    """A table whose consumer key can be exchanged.

    Attributes:
        file: where it stands.
        name: of the table.
        keys: what it holds, references resolved.
    """

    file: Path
    name: str
    keys: Keys = field(repr=False)

    def renew(self, consumer_key: str) -> None:
        """Put a new consumer key in the place of the old one; the file is replaced as a whole.

        Raises:
            CredentialsError: the file has changed since, or cannot be written to.
        """
        try:
            before = self.file.read_bytes()
            after = _exchanged(before, self.name, consumer_key)
            if after is None:
                raise CredentialsError(
                    f"{self.file}: [accounts.{self.name}] is not as it was: the new key is not kept",
                    hint="run login again",
                )
            replace_private(self.file, after)
        except OSError as error:
            raise CredentialsError(f"{self.file}: cannot be written to: {error.strerror}") from None


def renewable(
    file: Path, names: Collection[AccountId], endpoint: str, environ: Mapping[str, str]
) -> Renewable:
    """Return the table of an account, made sure that its consumer key can be exchanged.

    Args:
        file: a `credentials.toml`.
        names: what the account's table may be called.
        endpoint: as the contacts file names it; a table for another one is an error.
        environ: the environment, for references.

    Raises:
        CredentialsError: there is no such table, or its consumer key does not stand in it, in one line.
    """
    accounts = private_tables(file).get("accounts", {})
    name = next((one for one in accounts if account_id(one) in names), None)
    if name is None:
        raise CredentialsError(
            f"{file} holds no keys of this account", hint="without --renew, login adds its table"
        )
    keys = load_credentials(endpoint, path=file, environ=environ, cwd=file.parent).accounts[account_id(name)]
    if not isinstance(keys, Keys):
        raise CredentialsError(f"{file}: [accounts.{name}] is a service account: it has no consumer key")
    if _exchanged(file.read_bytes(), name, "") is None:
        raise CredentialsError(
            f"{file}: the consumer_key of [accounts.{name}] does not stand there as a text of its own line",
            hint="login with another --credentials, and put the new key where the old one stands",
        )
    return Renewable(file, name, keys)


def _exchanged(content: bytes, name: str, consumer_key: str) -> bytes | None:
    """Return a file with one consumer key exchanged; None if that cannot be done in place."""
    text = content.decode("utf-8-sig")
    before = _tables(text)
    intended = deepcopy(before)
    try:
        intended["accounts"][name][_KEY] = consumer_key
    except (KeyError, TypeError):
        return None
    for header in _HEADER.finditer(text):
        following = _HEADER.search(text, header.end())
        line = _LINE.search(text, header.end(), following.start() if following else len(text))
        if line:
            after = text[: line.start(1)] + json.dumps(consumer_key) + text[line.end(1) :]
            if _tables(after) == intended:
                mark = content[: len(content) - len(text.encode())]
                return mark + after.encode()
    return None


def _tables(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}
