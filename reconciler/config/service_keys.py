"""Whether a service key names a service: a known route, a slash, a name."""

from __future__ import annotations

from fnmatch import fnmatchcase

from reconciler.config.problems import nearest
from reconciler.config.reading import quoted
from reconciler.model.contacts import ROLES
from reconciler.model.routes import ROUTES, UnknownRouteError, route_of

_ROLE_WORDS = tuple(role.value for role in ROLES)
_FIRST_SEGMENTS = {route.split("/")[0] for route in ROUTES}

Fault = tuple[str, str | None]
"""A message and a hint."""


def fault_of(key: str) -> Fault | None:
    """Return what is wrong with a service key, or None."""
    shape = _fault_of_shape(key)
    if shape:
        return shape
    if key in ROUTES:
        return f"{quoted(key)} is a route and names no service", f"write {quoted(key + '/NAME')}"
    try:
        route = route_of(key).key
    except UnknownRouteError:
        return f"{quoted(key)} begins with no known route", _route_hint(key)
    if not {"", ".", ".."}.isdisjoint(key[len(route) + 1 :].split("/")):
        return f"{quoted(key)} is no service key: a part of its name is empty, `.` or `..`", None
    return None


def fault_of_pattern(pattern: str) -> Fault | None:
    """Return what is wrong with an entry of `guards.protected`, or None."""
    shape = _fault_of_shape(pattern)
    if shape:
        return shape
    service, colon, role = pattern.rpartition(":")
    if not colon:
        service = pattern
    elif role not in _ROLE_WORDS:
        near = nearest(role, _ROLE_WORDS)
        hint = f"did you mean {quoted(near)}?" if near else f"the roles are {', '.join(_ROLE_WORDS)}"
        return f"{quoted(role)} is no role", hint
    if not {"*", "?"}.intersection(service):
        return fault_of(service)
    first = service.split("/")[0]
    if any(fnmatchcase(segment, first) for segment in _FIRST_SEGMENTS):
        return None
    return f"{quoted(pattern)} can match no service: no route begins so", _route_hint(service)


def _fault_of_shape(key: str) -> Fault | None:
    if " " in key or not key.isprintable():
        return f"{quoted(key)} holds a blank or a character that cannot be seen", None
    if key.startswith("/") or key.endswith("/") or not key:
        bare = key.strip("/")
        better = f"{bare}/NAME" if bare in ROUTES else bare or "domain/shop.example"
        return f"{quoted(key)} is no service key: no slash at either end", f"write {quoted(better)}"
    return None


def _route_hint(key: str) -> str:
    segments = key.split("/")
    if key == "manage":
        return "`manage` stands at the top of the file, in `defaults`, in a service, or beside `account`"
    if segments[0] == "vrack":
        return "OVHcloud offers no public contact change for vRack"
    by_depth = sorted(ROUTES, key=lambda route: -route.count("/"))
    for depth in (3, 2, 1):
        known = [route for route in by_depth if route.count("/") == depth - 1]
        near = nearest("/".join(segments[:depth]), known) if len(segments) > depth else None
        if near:
            return f"did you mean {quoted('/'.join([near, *segments[depth:]]))}?"
    if len(segments) == 1 and "." in key:
        return f"is it {quoted('domain/' + key)}, or another route with this name?"
    return "a key is the API's path of the service, as in `domain/shop.example` or `hosting/web/shop.example`"
