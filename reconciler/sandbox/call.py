"""One call of the API as its handler sees it, and what the handlers have in common."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.sandbox.refusals import bad_request
from reconciler.sandbox.signatures import Caller
from reconciler.sandbox.store import Store
from reconciler.sandbox.world import Settings


@dataclass(slots=True)
class Call:
    """What a handler needs.

    Attributes:
        now: seconds since the epoch.
        variables: the path's variables, decoded.
        query: the last value of each query parameter.
        headers: lower-case names.
        body: as sent.
        origin: scheme and host that the client came to.
        signed_by: who called; None for the few routes that ask for no signature.
        reply_headers: added to the answer.
    """

    store: Store
    settings: Settings
    now: float
    variables: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    origin: str
    signed_by: Caller | None = None
    reply_headers: dict[str, str] = field(default_factory=dict)

    @property
    def caller(self) -> Caller:
        """Return who signed the call."""
        assert self.signed_by is not None, "the route asks for a signature"
        return self.signed_by

    @property
    def account(self) -> sqlite3.Row:
        """Return the account that signed the call."""
        return self.caller.account

    @property
    def me(self) -> str:
        """Return the id of the account that signed the call."""
        name: str = self.account["id"]
        return name

    def fields(self, *allowed: str) -> dict[str, Any]:
        """Return the body's fields that are not null.

        Raises:
            Refusal: the body is no JSON object, or has a field that is not `allowed`.
        """
        try:
            data = json.loads(self.body) if self.body.strip() else {}
            json.dumps(data, ensure_ascii=False).encode()  # half a surrogate pair is valid JSON and no text
        except (ValueError, RecursionError) as error:
            raise bad_request("The body is not valid JSON") from error
        if not isinstance(data, dict):
            raise bad_request("The body must be a JSON object")
        for name in data:
            if name not in allowed:
                raise bad_request(f"[{name}] Unknown parameter")
        return {name: value for name, value in data.items() if value is not None}

    def texts(self, *allowed: str) -> dict[str, str]:
        """Return the body's fields, all of which must be strings."""
        found = self.fields(*allowed)
        for name, value in found.items():
            if not isinstance(value, str):
                raise bad_request(f"[{name}] Given data must be a string")
        return found


Handler = Callable[[Call], Any]
"""Returns what goes out as JSON; a `Refusal` that is returned, not raised, keeps what the call changed."""


def whole_number(text: str, name: str) -> int:
    """Return a path variable that must be a number.

    Raises:
        Refusal: it is none.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 18):  # noqa: PLR2004 - what fits SQLite's integers
        raise bad_request(f"[{name}] Given data ({text[:40]}) is not valid for type long")
    return int(text)
