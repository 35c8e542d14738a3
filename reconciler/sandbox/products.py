"""The product routes: lists, `serviceInfos`, `changeContact`, and the cross-product `/services`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from reconciler.model import AccountId, Contacts, account_id
from reconciler.model.routes import ROUTES, Route
from reconciler.sandbox import lifecycle, views
from reconciler.sandbox.asking import (
    ALREADY_RUNNING,
    changed_roles,
    moves,
    nothing_to_change,
    obstacle,
    refuse_by_role,
)
from reconciler.sandbox.call import Call, whole_number
from reconciler.sandbox.paging import ids_or_objects
from reconciler.sandbox.refusals import bad_request, conflict, not_found

NO_SERVICE = "This service does not exist"
PATHS = {route.template: route.key for route in ROUTES.values()} | {f"/{key}": key for key in ROUTES}
FIELDS = {field: role for role, field in views.CONTACT_TYPES.items()}
ORDERS = {
    "serviceId": "id",
    "resource.name": "name",
    "resource.displayName": "name",
    "route.path": "route",
    "billing.lifecycle.current.creationDate": "created",
    "billing.expirationDate": "created",
    "billing.nextBillingDate": "created",
}


def list_of(call: Call, route: Route) -> Any:
    """Answer `GET /{route}`: the names of the caller's services of one product."""
    rows = call.store.rows(
        "SELECT * FROM services WHERE (admin = ?1 OR technical = ?1 OR billing = ?1) AND route = ?2"
        " ORDER BY name",
        *(call.me, route.key),
    )
    if route.lists_objects:
        return [views.netapp(row) for row in rows]
    return [row["name"] for row in rows]


def service_infos(call: Call, route: Route, name: str) -> Any:
    """Answer `GET /{route}/{name}/serviceInfos`."""
    return views.service_infos(_service(call, route, name))


def change_contact(call: Call, route: Route, name: str) -> Any:
    """Answer `POST /{route}/{name}/changeContact` with the ids of the tasks made."""
    service = _service(call, route, name)
    wanted = {FIELDS[field]: account_id(text) for field, text in call.texts(*FIELDS).items() if text.strip()}
    live = Contacts(service["admin"], service["technical"], service["billing"])
    asker = AccountId(call.me)
    if not changed_roles(live, wanted):
        if call.settings.noop == "empty":
            return []
        raise nothing_to_change()
    refusal = refuse_by_role(asker, live, changed_roles(live, wanted))
    if refusal is not None:
        raise refusal
    if lifecycle.open_task_on(call.store, service["id"]) is not None:
        raise conflict(ALREADY_RUNNING)
    asked = moves(live, wanted)
    customers = _customers(
        call, {account for move in asked for account in (move.from_account, move.to_account)}
    )
    judged = [(move, obstacle(move, service["status"], customers)) for move in asked]
    if not call.settings.late_failures:
        for _, found in judged:
            if found is not None:
                raise bad_request(found.message)
    return lifecycle.create(call.store, call.settings, call.now, service["id"], asker, judged)


def services(call: Call) -> Any:
    """Answer `GET /services`: the numbers of all the caller's services."""
    paths = call.query.get("routes")
    rows = call.store.rows(
        "SELECT id, name, route, created FROM services"
        " WHERE (admin = ?1 OR technical = ?1 OR billing = ?1) AND (?2 IS NULL OR name = ?2)"
        " AND (?3 IS NULL OR route IN (SELECT value FROM json_each(?3))) ORDER BY id",
        *(call.me, call.query.get("resourceName")),
        json.dumps([PATHS.get(path.strip()) for path in paths.split(",")]) if paths else None,
    )
    order = ORDERS.get(call.query.get("orderBy", "serviceId"))
    direction = call.query.get("sort", "ASC").upper()
    if order is None:
        raise bad_request("[orderBy] Services cannot be ordered by this property")
    if direction not in {"ASC", "DESC"}:
        raise bad_request("[sort] Given data must be ASC or DESC")
    rows.sort(key=lambda row: row[order], reverse=direction == "DESC")
    return ids_or_objects(call, [row["id"] for row in rows], lambda some: _expanded(call, some))


def service(call: Call) -> Any:
    """Answer `GET /services/{serviceId}`."""
    found = call.store.row(
        "SELECT * FROM services WHERE id = ?2 AND ?1 IN (admin, technical, billing)",
        *(call.me, whole_number(call.variables[0], "serviceId")),
    )
    if found is None:
        raise not_found(NO_SERVICE)
    return views.expanded_service(found)


class _Customer(NamedTuple):
    unpaid_invoices: int
    payment_method: bool
    region: str


def _service(call: Call, route: Route, name: str) -> sqlite3.Row:
    found = call.store.row(
        "SELECT * FROM services WHERE key = ?2 AND ?1 IN (admin, technical, billing)",
        call.me,
        f"{route.key}/{name}",
    )
    if found is None:
        raise not_found(NO_SERVICE)
    return found


def _customers(call: Call, accounts: set[AccountId]) -> dict[str, _Customer]:
    rows = (call.store.row("SELECT * FROM accounts WHERE id = ?", account) for account in sorted(accounts))
    return {
        row["id"]: _Customer(row["unpaid_invoices"], bool(row["payment_method"]), row["region"])
        for row in rows
        if row is not None
    }


def _expanded(call: Call, ids: Sequence[int]) -> Iterable[views.Payload]:
    rows = call.store.rows(
        "SELECT * FROM services WHERE id IN (SELECT value FROM json_each(?))", json.dumps(list(ids))
    )
    found = {row["id"]: row for row in rows}
    return (views.expanded_service(found[one]) for one in ids if one in found)
