"""What a bare name may be about, where no live contacts are at hand to tell."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model import ServiceId, UnknownRouteError, route_of, service_name

SHARED_NAMES = frozenset(
    {
        *("domain", "domain/zone", "email/domain", "hosting/web"),
        *("telephony/aliases", "telephony/lines", "telephony/trunks"),
    }
)
"""Products that are called alike: a domain, its zone, its mail and its hosting bear one name, and a telephone
number may be a line, an alias or a trunk. A task that names such a name may be about any of them, also about
one that we have never heard of."""


class Namesakes:
    """The services that we know of, by bare name."""

    def __init__(self, services: Iterable[ServiceId]) -> None:
        self._called: dict[str, list[ServiceId]] = {}
        for service in dict.fromkeys(services):
            try:
                name = service_name(service)
            except UnknownRouteError:  # asked for by a version that knew more products
                continue
            self._called.setdefault(name.casefold(), []).append(service)

    def about(self, name: str | None) -> tuple[ServiceId | None, tuple[ServiceId, ...]]:
        """Return the service that a name surely means, else None with all that it may mean."""
        known = tuple(self._called.get(name.casefold(), ())) if name is not None else ()
        if len(known) == 1 and route_of(known[0]).key not in SHARED_NAMES:
            return known[0], ()
        return None, known
