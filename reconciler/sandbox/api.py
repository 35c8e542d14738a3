"""One call in, one answer out: signature, quota, time that passed meanwhile, handler, batch."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from reconciler.sandbox import lifecycle, panel
from reconciler.sandbox.call import Call
from reconciler.sandbox.refusals import Refusal, busy, not_found
from reconciler.sandbox.routing import Match, below_version, match
from reconciler.sandbox.signatures import caller
from reconciler.sandbox.store import Store
from reconciler.sandbox.switches import Quota, Switches


@dataclass(frozen=True, slots=True)
class Incoming:
    """A call as it came over the wire.

    Attributes:
        path: as sent, still percent-encoded, without the query.
        query: as sent, without the question mark.
        headers: lower-case names.
    """

    method: str
    scheme: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `body` is ready to send."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Api:
    """The API over one store. Not for several threads at once."""

    def __init__(self, store: Store, clock: Callable[[], float], public_url: str | None = None) -> None:
        self.store = store
        self.switches = Switches(store)
        self.counts: Counter[str] = Counter()
        self._clock = clock
        self._quota = Quota()
        self._public = _origin(public_url) if public_url else None
        self._run = secrets.token_hex(4)
        self._numbers = count(1)

    def answer(self, incoming: Incoming) -> Reply:
        """Return the answer to a call; whatever the call says, it is one that the API would give."""
        headers: dict[str, str] = {}
        try:
            status, data = HTTPStatus.OK, self._handle(incoming, headers)
            if isinstance(data, Refusal):
                raise data
        except Refusal as refusal:
            return self.reply(refusal.status, refusal.body, refusal.headers)
        except sqlite3.OperationalError:  # another process has held the state for too long
            return self.reply(busy().status, busy().body)
        if isinstance(data, panel.Page):
            return self.reply(status, data.html, {"Content-Type": "text/html; charset=utf-8"})
        return self.reply(status, data, headers)

    def reply(self, status: int, data: Any, headers: Mapping[str, str] | None = None) -> Reply:
        """Return an answer with its query id; a text goes out as it is, all else as JSON."""
        body = data.encode() if isinstance(data, str) else json.dumps(data, ensure_ascii=False).encode()
        query_id = f"EU.sandbox-{self._run}.{next(self._numbers)}"
        return Reply(
            status,
            body,
            {"Content-Type": "application/json; charset=utf-8", "X-OVH-QUERYID": query_id}
            | dict(headers or {}),
        )

    def _handle(self, incoming: Incoming, headers: dict[str, str]) -> Any:
        path = below_version(incoming.path)
        found = match(incoming.method, path) if path is not None else None
        origin = f"{incoming.scheme}://{incoming.headers.get('host', '')}"
        call = Call(
            store=self.store,
            settings=self.switches.settings,
            now=self._clock(),
            variables=found.variables if found else (),
            query=dict(parse_qsl(incoming.query, keep_blank_values=True)),
            headers=incoming.headers,
            body=incoming.body,
            origin=origin,
            reply_headers=headers,
        )
        if path is None:
            return self._in_one_change(lambda: panel.handle(self, incoming.method, incoming.path, call))
        self.counts[f"{incoming.method} {found.template if found else '(no such route)'}"] += 1
        if found is None:
            raise not_found("Got an invalid (or empty) URL")
        if found.signed:
            self._check_signature(call, incoming, path)
        if incoming.method != "GET":
            return self._in_one_change(lambda: self._run_handler(found, call))
        return self._batch(found, call) or self._run_handler(found, call)

    def _check_signature(self, call: Call, incoming: Incoming, path: str) -> None:
        target = f"{incoming.path}?{incoming.query}" if incoming.query else incoming.path
        urls = [f"{origin}{target}" for origin in (self._public, call.origin) if origin]
        call.signed_by = caller(self.store, call.now, incoming.method, path, urls, call.headers, call.body)
        if call.settings.rate_limit is not None:
            refusal = self._quota.take(call.signed_by.consumer_key, call.settings.rate_limit)
            if refusal is not None:
                raise refusal

    def _in_one_change(self, work: Callable[[], Any]) -> Any:
        with self.store.change():
            return work()

    def _run_handler(self, found: Match, call: Call) -> Any:
        lifecycle.advance(self.store, call.settings, call.now)
        return found.handler(call)

    def _batch(self, found: Match, call: Call) -> list[dict[str, Any]] | None:
        """Return the answers for each of several keys in the path, or None where that is not asked for."""
        separator = call.headers.get("x-ovh-batch")
        if not separator or not call.settings.batch or not call.variables:
            return None
        return [self._one_of_batch(found, call, key) for key in call.variables[0].split(separator)]

    def _one_of_batch(self, found: Match, call: Call, key: str) -> dict[str, Any]:
        try:
            value = self._run_handler(found, replace(call, variables=(key,)))
        except Refusal as refusal:
            return {"key": key, "value": None, "error": refusal.body}
        return {"key": key, "value": value, "error": None}


def _origin(url: str) -> str:
    """Return scheme, host and port of an address; what follows is the API's own path."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
