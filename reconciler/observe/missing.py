"""Declared services that no list of `/services` showed: looked for by key, through every account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor

from reconciler.errors import ApiError, NotFoundError
from reconciler.model import AccountId, Route, ServiceId, route_of, service_name
from reconciler.ports.endpoint import Reader, ServiceRecord

MANY_CALLS = 100
"""From so many calls on, accounts are first asked for the names of a product, all with one call."""

Found = ServiceRecord | str | None
"""A service's record; what went wrong; None where every account says that it sees no such service."""

_Names = Mapping[tuple[AccountId, str], frozenset[str] | None]


def find_missing(services: Sequence[ServiceId], readers: Sequence[Reader], pool: Executor) -> list[Found]:
    """Return what became of each service, asking the accounts in turn until one sees it.

    A thousand services that a thousand accounts do not see would be a million times 404. So where there are
    many, an account is asked by key only for what its product lists name, or where a list cannot be read.
    """
    names: _Names = {}
    if len(services) * len(readers) > MANY_CALLS:
        routes = {route.key: route for route in map(route_of, services)}
        names = _names(readers, routes.values(), pool)
    return list(pool.map(lambda service: _by_key(service, readers, names), services))


def _names(readers: Sequence[Reader], routes: Iterable[Route], pool: Executor) -> _Names:
    pairs = [(reader, route) for route in routes for reader in readers]
    found = pool.map(lambda pair: _listed(*pair), pairs)
    return {(reader.account, route.key): names for (reader, route), names in zip(pairs, found, strict=True)}


def _listed(reader: Reader, route: Route) -> frozenset[str] | None:
    try:
        return reader.names(route)
    except ApiError:
        return None


def _by_key(service: ServiceId, readers: Sequence[Reader], names: _Names) -> Found:
    trouble: str | None = None
    key, name = route_of(service).key, service_name(service)
    for reader in readers:
        listed = names.get((reader.account, key))
        if listed is not None and name not in listed:
            continue
        try:
            return reader.service(service)
        except NotFoundError:
            continue
        except ApiError as error:
            trouble = trouble or f"{reader.account}: {error}"
    return trouble
