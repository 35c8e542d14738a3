"""The `/auth` routes: time, consumer keys and what they are granted."""

from __future__ import annotations

import json
import secrets
import string
from typing import Any

from reconciler.sandbox import views
from reconciler.sandbox.call import Call
from reconciler.sandbox.refusals import bad_request, not_found
from reconciler.sandbox.signatures import ALIVE, EVERYTHING, application_account
from reconciler.sandbox.store import Store
from reconciler.sandbox.world import consumer_key

METHODS = frozenset({"GET", "POST", "PUT", "DELETE"})


def time(call: Call) -> Any:
    """Answer `GET /auth/time` with the seconds since the epoch."""
    return int(call.now)


def request_credential(call: Call) -> Any:
    """Answer `POST /auth/credential`: a new consumer key, to be validated by opening a page."""
    account = application_account(call.store, call.headers)
    asked = call.fields("accessRules", "allowedIPs", "redirection")
    rules = asked.get("accessRules")
    if not isinstance(rules, list) or not rules or not all(_is_rule(rule) for rule in rules):
        raise bad_request("[accessRules] Given data must be a list of {method, path}")
    key, ticket = _random(), _random()
    call.store.write(
        "INSERT INTO credentials (consumer_key, ticket, account, status, rules, created)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        *(key, ticket, account["id"], "pendingValidation", json.dumps(rules), call.now),
    )
    return {
        "consumerKey": key,
        "state": "pendingValidation",
        "validationUrl": f"{call.origin}/_sandbox/credentials/{ticket}",
    }


def current_credential(call: Call) -> Any:
    """Answer `GET /auth/currentCredential`."""
    found = call.store.row("SELECT * FROM credentials WHERE id = ?", call.caller.credential)
    return {
        "allowedIPs": None,
        "applicationId": 1,
        "creation": views.moment(found["created"] if found else call.account["created"]),
        "credentialId": call.caller.credential,
        "expiration": None,
        "lastUse": views.moment(call.now),
        "ovhSupport": False,
        "rules": list(call.caller.rules),
        "status": ALIVE,
    }


def details(call: Call) -> Any:
    """Answer `GET /auth/details`."""
    return {
        "account": call.me,
        "allowedRoutes": list(call.caller.rules),
        "description": None,
        "identities": [f"urn:v1:eu:identity:account:{call.me}"],
        "method": "account",
        "roles": [],
        "user": None,
    }


def logout(call: Call) -> Any:
    """Answer `POST /auth/logout`: the key that signed this call is dead from now on."""
    call.fields()
    call.store.write(
        "INSERT INTO credentials (consumer_key, account, status, rules, created)"
        " VALUES (?, ?, 'expired', ?, ?)"
        " ON CONFLICT (consumer_key) DO UPDATE SET status = 'expired'",
        *(call.caller.consumer_key, call.me, json.dumps(EVERYTHING), call.now),
    )


def decide(store: Store, ticket: str, *, grant: bool) -> None:
    """Validate or refuse a consumer key, as its owner does on the page that `validationUrl` names.

    Raises:
        Refusal: 404, there is no such key waiting.
    """
    found = store.row("SELECT id FROM credentials WHERE ticket = ? AND status = 'pendingValidation'", ticket)
    if found is None:
        raise not_found("No credential waits for this answer")
    store.write("UPDATE credentials SET status = ? WHERE id = ?", ALIVE if grant else "refused", found["id"])


def revive(store: Store, account: str) -> None:
    """Make the key that an account was born with good again after a logout."""
    store.write("DELETE FROM credentials WHERE consumer_key = ?", consumer_key(account))


def _is_rule(rule: Any) -> bool:
    return (
        isinstance(rule, dict)
        and rule.keys() == {"method", "path"}
        and rule["method"] in METHODS
        and isinstance(rule["path"], str)
    )


def _random() -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(32))
