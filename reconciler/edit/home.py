"""Which file a new service belongs in."""

from __future__ import annotations

from reconciler.config import Config
from reconciler.errors import ReconcilerError
from reconciler.model import ServiceId, route_of, service_name


def home_of(service: ServiceId, config: Config) -> int:
    """Return the number of the file, the main one being 0, in which a person would look for a service.

    That is the file of the same name's other products, else the main file if it declares any service or there
    is no other, else the one file that declares services of this product.

    Raises:
        ReconcilerError: several files are as likely.
    """
    if len(config.files) == 1:
        return 0
    name, route = service_name(service), route_of(service)
    namesakes, siblings, in_main = set(), set(), False
    for known, place in config.places.items():
        if service_name(known) == name:
            namesakes.add(place.file)
        if route_of(known) == route:
            siblings.add(place.file)
        in_main = in_main or place.file == config.files[0]
    for likely in (namesakes, {config.files[0]} if in_main else siblings):
        if len(likely) == 1:
            return config.files.index(likely.pop())
    raise ReconcilerError(
        f"{service} is not declared, and could go into any of {len(config.files)} files",
        hint="name one with --into FILE",
    )
