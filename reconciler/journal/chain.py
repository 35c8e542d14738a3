"""The chain of hashes: each entry vouches for the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

GENESIS = "0" * 64
_HASHED = ("seq", "at", "endpoint", "run", "kind", "subject", "state", "service", "task", "account", "body")


class Draft(NamedTuple):
    """An entry without a place in the chain yet: `body` is canonical JSON, the rest is to find it by."""

    at: datetime
    kind: str
    subject: str
    body: str
    state: str | None = None
    service: str | None = None
    task: int | None = None
    account: str | None = None


class Head(NamedTuple):
    """The last link of a chain."""

    seq: int
    hash: str


def linked(
    drafts: Iterable[Draft], head: Head, *, endpoint: str, run: str | None
) -> tuple[list[dict[str, Any]], Head]:
    """Return the rows that continue the chain from `head`, and the new head."""
    rows: list[dict[str, Any]] = []
    for draft in drafts:
        row: dict[str, Any] = {
            "endpoint": storable(endpoint),
            "seq": head.seq + 1,
            "at": instant(draft.at),
            "run": storable(run),
            "kind": draft.kind,
            "subject": storable(draft.subject),
            "state": draft.state,
            "service": storable(draft.service),
            "task": draft.task,
            "account": storable(draft.account),
            "body": draft.body,
            "previous": head.hash,
        }
        row["hash"] = link(row)
        rows.append(row)
        head = Head(row["seq"], row["hash"])
    return rows, head


def canonical(value: object) -> str:
    """Return `value` as JSON of one spelling, in ASCII: a NUL or half a surrogate pair can be stored too."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def instant(at: datetime) -> str:
    """Return a time as text of one spelling and width, so that it sorts and hashes alike everywhere."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def storable(text: str | None) -> str | None:
    """Return text that every database takes: PostgreSQL has no NUL, and no encoding has half a surrogate."""
    if text is None:
        return None
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode("utf-8")


def link(row: Mapping[str, Any]) -> str:
    """Return the hash that an entry must bear: over the one before it, and all that it says."""
    facts = canonical([row["previous"], *(row[column] for column in _HASHED)])
    return hashlib.sha256(facts.encode("ascii")).hexdigest()
