"""Which handler answers a path. Paths are taken apart as sent, so that an encoded slash stays in a name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import unquote

from reconciler.model.routes import ROUTES, Route
from reconciler.sandbox import keys, me, products
from reconciler.sandbox.call import Call, Handler

VERSIONS = ("/1.0/", "/v1/")
MAX_SEGMENTS = 8  # more than any route has

UNSIGNED: dict[tuple[str, str], Handler] = {
    ("GET", "/auth/time"): keys.time,
    ("POST", "/auth/credential"): keys.request_credential,
}
SIGNED: dict[tuple[str, str], Handler] = {
    ("GET", "/auth/currentCredential"): keys.current_credential,
    ("GET", "/auth/details"): keys.details,
    ("POST", "/auth/logout"): keys.logout,
    ("GET", "/me"): me.profile,
    ("GET", "/me/debtAccount"): me.debt_account,
    ("GET", "/me/debtAccount/debt"): me.debts,
    ("GET", "/me/debtAccount/debt/{debtId}"): me.debt,
    ("GET", "/me/bill"): me.bills,
    ("GET", "/me/bill/{billId}"): me.bill,
    ("GET", "/me/bill/{billId}/debt"): me.bill_debt,
    ("GET", "/me/payment/method"): me.payment_methods,
    ("GET", "/me/payment/method/{paymentMethodId}"): me.payment_method,
    ("GET", "/me/notification/email/history"): me.mails,
    ("GET", "/me/notification/email/history/{id}"): me.mail,
    ("GET", "/me/task/contactChange"): me.tasks,
    ("GET", "/me/task/contactChange/{id}"): me.task,
    ("POST", "/me/task/contactChange/{id}/accept"): me.accept,
    ("POST", "/me/task/contactChange/{id}/refuse"): me.refuse,
    ("POST", "/me/task/contactChange/{id}/resendEmail"): me.resend,
    ("GET", "/services"): products.services,
    ("GET", "/services/{serviceId}"): products.service,
}


class Match(NamedTuple):
    """A route that fits: its name, what answers it, and the decoded variables of the path."""

    template: str
    handler: Handler
    variables: tuple[str, ...]
    signed: bool = True


def below_version(raw_path: str) -> str | None:
    """Return the path below `/1.0` or `/v1`, or None if it lies elsewhere."""
    for prefix in VERSIONS:
        if raw_path.startswith(prefix):
            return raw_path[len(prefix) - 1 :]
    return None


def match(method: str, path: str) -> Match | None:
    """Return the route for a path below the version, or None."""
    segments = path[1:].split("/", MAX_SEGMENTS)
    return _fixed(method, segments) or _product(method, path, segments)


def _template(method_and_path: tuple[str, str]) -> tuple[str, tuple[str, ...]]:
    method, path = method_and_path
    return method, tuple("{}" if part.startswith("{") else part for part in path[1:].split("/"))


_FIXED = {
    _template(key): (key[1], handler, signed)
    for table, signed in ((UNSIGNED, False), (SIGNED, True))
    for key, handler in table.items()
}
_VERBS: dict[tuple[str, str], Callable[[Call, Route, str], Any]] = {
    ("GET", "serviceInfos"): products.service_infos,
    ("POST", "changeContact"): products.change_contact,
}


def _fixed(method: str, segments: list[str]) -> Match | None:
    found = _FIXED.get((method, tuple(segments)))
    if found is not None:
        return Match(found[0], found[1], (), found[2])
    for place, segment in enumerate(segments):
        found = _FIXED.get((method, (*segments[:place], "{}", *segments[place + 1 :])))
        if found is not None and segment:
            return Match(found[0], found[1], (unquote(segment),), found[2])
    return None


def _product(method: str, path: str, segments: list[str]) -> Match | None:
    route = ROUTES.get(path[1:])
    if route is not None:
        return Match(f"/{route.key}", partial(products.list_of, route=route), ()) if method == "GET" else None
    verb = _VERBS.get((method, segments[-1]))
    route = ROUTES.get("/".join(segments[:-2]))
    if verb is None or route is None or not segments[-2]:
        return None
    if segments[-1] == "serviceInfos" and not route.has_service_infos:
        return None
    return Match(f"{route.template}/{segments[-1]}", _named(verb, route), (unquote(segments[-2]),))


def _named(verb: Callable[[Call, Route, str], Any], route: Route) -> Handler:
    return lambda call: verb(call, route, call.variables[0])
