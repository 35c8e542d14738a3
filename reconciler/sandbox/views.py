"""How the API shows things: each function returns one payload of a public schema, with all of its keys."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import Any

from reconciler.model import Role
from reconciler.model.routes import ROUTES
from reconciler.sandbox.world import IN_DEBT

Payload = dict[str, Any]

CONTACT_TYPES = {
    Role.ADMIN: "contactAdmin",
    Role.TECHNICAL: "contactTech",
    Role.BILLING: "contactBilling",
}
YEAR = 365 * 86_400


def moment(seconds: float | None) -> str | None:
    """Return a point in time as the API writes it, to the second, in UTC."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


def day(seconds: float) -> str:
    """Return a UTC day as the API writes it."""
    return datetime.fromtimestamp(int(seconds), UTC).date().isoformat()


def task(row: sqlite3.Row) -> Payload:
    """Return a `nichandle.contactChange.Task`; `row` carries the service's `name`."""
    return {
        "askingAccount": row["asker"],
        "contactTypes": [CONTACT_TYPES[Role(role)] for role in row["roles"].split()],
        "dateDone": moment(row["settled"]),
        "dateRequest": moment(row["requested"]),
        "fromAccount": row["from_account"],
        "id": row["id"],
        "serviceDomain": row["name"],
        "state": row["state"],
        "toAccount": row["to_account"],
    }


def service_infos(row: sqlite3.Row) -> Payload:
    """Return a `services.Service`."""
    return {
        "canDeleteAtExpiration": True,
        "contactAdmin": row["admin"],
        "contactBilling": row["billing"],
        "contactTech": row["technical"],
        "creation": day(row["created"]),
        "domain": row["name"],
        "engagedUpTo": None,
        "expiration": day(row["created"] + YEAR),
        "possibleRenewPeriod": [12],
        "renew": {
            "automatic": True,
            "deleteAtExpiration": False,
            "forced": False,
            "manualPayment": False,
            "period": 12,
        },
        "renewalType": "automaticV2016",
        "serviceId": row["id"],
        "status": row["status"],
    }


def expanded_service(row: sqlite3.Row) -> Payload:
    """Return a `services.expanded.Service`."""
    route = ROUTES[row["route"]]
    return {
        "billing": {
            "engagement": None,
            "engagementRequest": None,
            "expirationDate": moment(row["created"] + YEAR),
            "group": None,
            "lifecycle": {
                "capacities": {"actions": ["terminateAtExpirationDate"]},
                "current": {
                    "creationDate": moment(row["created"]),
                    "pendingActions": [],
                    "state": _lifecycle_state(row["status"]),
                    "terminationDate": None,
                },
            },
            "nextBillingDate": moment(row["created"] + YEAR),
            "plan": {"code": route.key.replace("/", "-").lower(), "invoiceName": row["name"]},
            "pricing": None,
            "renew": {
                "capacities": {"mode": ["automatic", "manual"]},
                "current": {
                    "mode": "automatic",
                    "nextDate": moment(row["created"] + YEAR),
                    "period": "P1Y",
                },
            },
        },
        "customer": {
            "contacts": [
                {"customerCode": row["admin"], "type": "administrator"},
                {"customerCode": row["technical"], "type": "technical"},
                {"customerCode": row["billing"], "type": "billing"},
            ]
        },
        "parentServiceId": None,
        "resource": {
            "displayName": row["name"],
            "name": row["name"],
            "product": {"description": f"{route.key} service", "name": route.key.replace("/", "-").lower()},
            "resellingProvider": None,
            "state": "suspended" if row["status"] == "expired" else "active",
        },
        "route": {
            "path": route.template,
            "url": route.path(row["name"]),
            "vars": [{"key": route.variable, "value": row["name"]}],
        },
        "serviceId": row["id"],
        "tags": [],
    }


def netapp(row: sqlite3.Row) -> Payload:
    """Return a `storage.NetAppServiceWithIAM`, the one list entry that is an object; its `id` is the name."""
    return {
        "createdAt": moment(row["created"]),
        "iam": None,
        "id": row["name"],
        "name": row["name"],
        "performanceLevel": "premium",
        "product": "netapp",
        "quota": 100,
        "region": "GRA",
        "status": "running",
    }


def _lifecycle_state(status: str) -> str:
    if status in IN_DEBT:
        return "unpaid"
    return "unrenewed" if status == "expired" else "active"
