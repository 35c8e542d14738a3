"""Who is really calling, where a trusted reverse proxy stands in between."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from starlette.types import Scope

from reconciler.web.guard.answering import header_of, headers_of, peer_of
from reconciler.web.guard.door import Door

_SITE_BITS = 64
"""One household or server commonly has all addresses of a /64."""


def user_of(scope: Scope, door: Door) -> str | None:
    """Return who has logged in at a trusted proxy; None where none says so."""
    if door.user_header is None or not door.trusts(peer_of(scope)):
        return None
    values = headers_of(scope, door.user_header)
    # Twice: the caller's own and the proxy's, and nobody can tell which is which.
    return values[0].strip() or None if len(values) == 1 else None


def came_by_https(scope: Scope, door: Door) -> bool:
    """Return whether the browser speaks https, with us or with a trusted proxy."""
    if scope["scheme"] == "https":
        return True
    return door.trusts(peer_of(scope)) and header_of(scope, "x-forwarded-proto") == "https"


def household_of(scope: Scope, door: Door) -> str:
    """Return whose tries to log in are counted together: an address, or the network of an IPv6 one.

    `X-Forwarded-For` is read from its end: what stands before the last address that no trusted proxy wrote is
    the caller's own invention.
    """
    address = peer_of(scope)
    hops = [hop.strip() for value in headers_of(scope, "x-forwarded-for") for hop in value.split(",")]
    while hops and door.trusts(address):
        address = hops.pop()
    try:
        number = ip_address(address)
    except ValueError:
        return peer_of(scope)
    if isinstance(number, IPv6Address):
        return str(int(number) >> (128 - _SITE_BITS))
    return str(number)
