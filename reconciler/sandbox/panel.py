"""What no API has: routes under `/_sandbox` to edit the world, switch faults and read what really happened.

They ask for no key. They stand for what people do outside the API, and for the eyes of a test.
"""

from __future__ import annotations

import html
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qs, unquote

from pydantic import TypeAdapter, ValidationError

from reconciler.model import AccountId, account_id
from reconciler.sandbox import keys, lifecycle, seed, views
from reconciler.sandbox.call import Call
from reconciler.sandbox.refusals import bad_request, not_found
from reconciler.sandbox.switches import Switches
from reconciler.sandbox.world import Account, Service


class Page(NamedTuple):
    """An answer for a browser."""

    html: str


class Served(Protocol):
    """What these routes look into."""

    @property
    def switches(self) -> Switches:
        """Return what is switched on."""

    @property
    def counts(self) -> Counter[str]:
        """Return how often each route was called."""


def handle(api: Served, method: str, path: str, call: Call) -> Any:
    """Return the answer to a call outside the API.

    Raises:
        Refusal: there is no such route, or the body does not fit.
    """
    parts = path.strip("/").split("/")
    if parts[0] != "_sandbox" or len(parts) not in {2, 3}:
        raise not_found("Got an invalid (or empty) URL")
    noun, name = parts[1], unquote(parts[2]) if len(parts) == 3 else None  # noqa: PLR2004 - /_sandbox/noun/name
    if noun == "credentials" and name:
        return _credential(call, method, name)
    try:
        if noun == "accounts" and name and method == "PUT":
            return _put_account(call, account_id(name))
        answer = ANSWERS.get((method, noun)) if name is None else None
        if answer is None:
            raise not_found("Got an invalid (or empty) URL")
        return answer(api, call)
    except (ValidationError, ValueError, RecursionError) as error:
        raise bad_request(_words(error)) from error


def _clear_requests(api: Served, _call: Call) -> None:
    api.counts.clear()


def _put_faults(_api: Served, call: Call) -> None:
    seed.put_faults(call.store, seed.faults_type().validate_json(call.body))


def _tasks(_api: Served, call: Call) -> list[dict[str, Any]]:
    lifecycle.advance(call.store, call.settings, call.now)
    rows = call.store.rows(
        "SELECT tasks.*, services.name, services.key FROM tasks JOIN services ON services.id = tasks.service"
        " ORDER BY tasks.id"
    )
    return [
        views.task(row)
        | {
            "service": row["key"],
            "parties": {
                party["account"]: party["answer"]
                for party in call.store.rows(
                    "SELECT * FROM parties WHERE task = ? ORDER BY account", row["id"]
                )
            },
        }
        for row in rows
    ]


def _put_account(call: Call, name: AccountId) -> None:
    row = call.store.row("SELECT * FROM accounts WHERE id = ?", name)
    known = {key: row[key] for key in ("email", "unpaid_invoices", "region", "language")} if row else {}
    if row:
        known["payment_method"] = bool(row["payment_method"])
    account = TypeAdapter(Account).validate_json(json.dumps(known | _object(call) | {"id": name}))
    seed.put_accounts(call.store, (account,), row["created"] if row else call.now, "REPLACE")
    keys.revive(call.store, account.id)


def _put_services(_api: Served, call: Call) -> None:
    given = json.loads(call.body)
    merged = []
    for one in given if isinstance(given, list) else [given]:
        key = one.get("service") if isinstance(one, dict) else None
        row = call.store.row("SELECT * FROM services WHERE key = ?", str(key))
        known = {name: row[name] for name in ("admin", "technical", "billing", "status")} if row else {}
        merged.append(known | one if isinstance(one, dict) else one)
    services = TypeAdapter(tuple[Service, ...]).validate_json(json.dumps(merged))
    seed.put_services(call.store, services, call.now, "UPDATE")
    contacts = sorted({role for row in services for role in (row.admin, row.technical, row.billing)})
    seed.put_accounts(call.store, tuple(Account(id=contact) for contact in contacts), call.now, "IGNORE")


def _put_settings(api: Served, call: Call) -> None:
    given = _object(call)
    present = asdict(api.switches.settings) | {"faults": []}
    settings = seed.settings_type().validate_json(json.dumps(present | given))
    seed.put_settings(call.store, settings)
    if "faults" in given:
        seed.put_faults(call.store, settings.faults)


def _credential(call: Call, method: str, ticket: str) -> Page:
    if method == "POST":
        grant = parse_qs(call.body.decode("utf-8", "replace")).get("answer") != ["refuse"]
        keys.decide(call.store, ticket, grant=grant)
        return Page(
            f"<!doctype html><title>Sandbox</title><p>The key is {'granted' if grant else 'refused'}.</p>"
        )
    found = call.store.row(
        "SELECT * FROM credentials WHERE ticket = ? AND status = 'pendingValidation'", ticket
    )
    if method != "GET" or found is None:
        raise not_found("No credential waits for this answer")
    rules = "".join(
        f"<li><code>{html.escape(rule['method'])} {html.escape(rule['path'])}</code></li>"
        for rule in json.loads(found["rules"])
    )
    return Page(
        "<!doctype html><title>Sandbox</title>"
        f"<p>A program asks to act as <b>{html.escape(found['account'])}</b>:</p><ul>{rules}</ul>"
        '<form method="post"><button name="answer" value="grant">Grant</button>'
        '<button name="answer" value="refuse">Refuse</button></form>'
    )


def _object(call: Call) -> dict[str, Any]:
    given = json.loads(call.body or b"{}")
    if not isinstance(given, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 - answered as a 400 with its words
    return given


def _words(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error)


def _table(sql: str) -> Callable[[Served, Call], Any]:
    return lambda _api, call: [dict(row) for row in call.store.rows(sql)]


ANSWERS: dict[tuple[str, str], Callable[[Served, Call], Any]] = {
    ("GET", "requests"): lambda api, _call: dict(sorted(api.counts.items())),
    ("DELETE", "requests"): _clear_requests,
    ("GET", "tasks"): _tasks,
    ("GET", "accounts"): _table("SELECT * FROM accounts ORDER BY id"),
    ("GET", "services"): _table("SELECT * FROM services ORDER BY key"),
    ("PUT", "services"): _put_services,
    ("GET", "settings"): lambda _api, call: asdict(call.settings),
    ("POST", "settings"): _put_settings,
    ("GET", "faults"): _table("SELECT * FROM faults ORDER BY position"),
    ("POST", "faults"): _put_faults,
}
