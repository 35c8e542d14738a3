"""Which product a service key belongs to: the longest known route wins, the rest is the service's name."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

from reconciler.model.contacts import ServiceId
from reconciler.model.observation import Region
from reconciler.model.route_table import ROWS


class UnknownRouteError(ValueError):
    """The key starts with no route that has a public contact change, or names no service below it."""


class Route(NamedTuple):
    """One product's path in the API.

    Attributes:
        key: the path without slashes at its ends, such as `domain/zone`; also the list route.
        variable: the API's name of the last path segment, such as `zoneName`.
        statuses: OVHcloud's word for the maturity of its contact change, per region; absent: not offered.
        has_service_infos: whether `{route}/{name}/serviceInfos` exists (not for `msServices`).
        lists_objects: whether the list route answers with objects instead of names.
    """

    key: str
    variable: str
    statuses: dict[Region, str]
    has_service_infos: bool
    lists_objects: bool

    @property
    def template(self) -> str:
        """Return the path as the API writes it, such as `/domain/zone/{zoneName}`."""
        return f"/{self.key}/{{{self.variable}}}"

    def path(self, name: str) -> str:
        """Return the path of one service, its name percent-encoded."""
        return f"/{self.key}/{quote(name, safe='')}"

    def offers_change_in(self, region: Region) -> bool:
        """Tell whether contacts of this product can be changed on the region's endpoint."""
        return region in self.statuses


def _route(key: str, variable: str, eu: str | None, ca: str | None, infos: bool, objects: bool) -> Route:
    statuses = {region: status for region, status in ((Region.EU, eu), (Region.CA, ca)) if status}
    return Route(key, variable, statuses, infos, objects)


ROUTES: dict[str, Route] = {row[0]: _route(*row) for row in ROWS}
TEMPLATES: dict[str, Route] = {route.template: route for route in ROUTES.values()}
_DEPTH = max(key.count("/") for key in ROUTES) + 1


def route_of(service: str) -> Route:
    """Return the route of a service key: the longest known one that leaves a name.

    Raises:
        UnknownRouteError: no known route is a proper prefix of the key.
    """
    segments = service.split("/", _DEPTH)
    for depth in range(min(_DEPTH, len(segments) - 1), 0, -1):
        cut = sum(map(len, segments[:depth])) + depth - 1
        route = ROUTES.get(service[:cut])
        if route is not None and len(service) > cut + 1:
            return route
    raise UnknownRouteError(service)


def service_name(service: ServiceId) -> str:
    """Return the name below the route, such as `shop.example` of `domain/zone/shop.example`."""
    return service[len(route_of(service).key) + 1 :]


def service_id(route: Route, name: str) -> ServiceId:
    """Return the key of the service `name` of the product `route`."""
    return ServiceId(f"{route.key}/{name}")
