"""Who is calling: application key, consumer key and signature, checked as the gateway does."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from reconciler.sandbox.refusals import gateway
from reconciler.sandbox.store import Store
from reconciler.sandbox.world import application_secret

MAX_DRIFT = 60  # seconds between the client's time and ours
EVERYTHING = tuple({"method": method, "path": "/*"} for method in ("GET", "POST", "PUT", "DELETE"))
ALIVE = "validated"


class Caller(NamedTuple):
    """An account that proved to hold its keys.

    Attributes:
        account: its row.
        consumer_key: what it came with.
        rules: what that key may do.
        credential: the number of the credential; 0 for the key that every account is born with.
    """

    account: sqlite3.Row
    consumer_key: str
    rules: Sequence[Mapping[str, str]]
    credential: int


def application_account(store: Store, headers: Mapping[str, str]) -> sqlite3.Row:
    """Return the account that the application key belongs to.

    Raises:
        Refusal: there is none.
    """
    prefix, _, owner = headers.get("x-ovh-application", "").partition("-")
    account = store.row("SELECT * FROM accounts WHERE id = ?", owner.casefold()) if prefix == "ak" else None
    if account is None:
        raise gateway(403, "INVALID_KEY", "Invalid application key")
    return account


def caller(
    store: Store,
    now: float,
    method: str,
    path: str,
    urls: Sequence[str],
    headers: Mapping[str, str],
    body: bytes,
) -> Caller:
    """Return who signed a call.

    Args:
        store: accounts and credentials.
        now: seconds since the epoch.
        method: HTTP method.
        path: below the version prefix, as sent, without the query; the key's rules are about it.
        urls: every address that the client may have signed, query included.
        headers: lower-case names.
        body: as sent.

    Raises:
        Refusal: keys, time or signature are wrong, or the key is not granted this call.
    """
    application = application_account(store, headers)
    key = headers.get("x-ovh-consumer", "")
    found = _credential(store, key)
    if found is None:
        raise gateway(403, "NOT_CREDENTIAL", "This credential does not exist")
    if found.account["id"] != application["id"] or found.rules is None:
        raise gateway(403, "INVALID_CREDENTIAL", "This credential is not valid")
    timestamp = headers.get("x-ovh-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit()) or abs(int(timestamp[:18]) - now) > MAX_DRIFT:
        raise gateway(400, "QUERY_TIME_OUT", "The timestamp of this call is too far from the server's time")
    # The secret of an id written in capitals is written in capitals too.
    secret = application_secret(headers["x-ovh-application"].partition("-")[2])
    given = headers.get("x-ovh-signature", "")
    right = [_signature(secret, key, method, url, body, timestamp) for url in urls]
    if not any([secrets.compare_digest(given.encode(), one.encode()) for one in right]):  # noqa: C419 - all compared
        raise gateway(400, "INVALID_SIGNATURE", "Invalid signature")
    if not any(rule["method"] == method and fnmatchcase(path, rule["path"]) for rule in found.rules):
        raise gateway(403, "NOT_GRANTED_CALL", "This call has not been granted")
    return Caller(found.account, key, found.rules, found.credential)


class _Credential(NamedTuple):
    account: sqlite3.Row
    rules: Sequence[Mapping[str, str]] | None  # None: not alive
    credential: int


def _credential(store: Store, key: str) -> _Credential | None:
    row = store.row("SELECT * FROM credentials WHERE consumer_key = ?", key)
    prefix, _, owner = key.partition("-")
    if row is None and prefix != "ck":
        return None
    account = store.row("SELECT * FROM accounts WHERE id = ?", row["account"] if row else owner.casefold())
    if account is None:
        return None
    if row is None:
        return _Credential(account, EVERYTHING, 0)
    return _Credential(account, json.loads(row["rules"]) if row["status"] == ALIVE else None, row["id"])


def _signature(secret: str, key: str, method: str, url: str, body: bytes, timestamp: str) -> str:
    signed = hashlib.sha1(f"{secret}+{key}+{method}+{url}+".encode(), usedforsecurity=False)
    signed.update(body)
    signed.update(f"+{timestamp}".encode())
    return "$1$" + signed.hexdigest()
