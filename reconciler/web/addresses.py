"""Where things are found on the page: an address for each service, request, account and file."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import quote, urlencode

from reconciler.model import AccountId, ServiceId

LONGEST_NAME = 120
"""A service with a longer key is addressed by a hash: a list of them would be more address than list."""

_HASHED = "~"  # no key begins with it: each begins with a known route


def service_segment(service: ServiceId) -> str:
    """Return what stands for a service in an address, percent-encoded.

    A key that a browser would not leave as it is (`.` and `..` between slashes, what cannot be seen) or that
    is very long is stood for by its hash.
    """
    segments = service.split("/")
    if service.isprintable() and len(service) <= LONGEST_NAME and not {"", ".", ".."} & set(segments):
        return quote(service)
    return _HASHED + sha256(service.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def service_path(service: ServiceId) -> str:
    """Return the address of a service's own page."""
    return f"/services/{service_segment(service)}"


def request_path(task: int, **query: str | None) -> str:
    """Return the address of a request's own page."""
    return f"/requests/{task}{query_of(query)}"


def account_path(room: str, account: AccountId) -> str:
    """Return the address of what one account is shown in a room of the page, such as `mailboxes`."""
    return f"/{room}/{quote(account, safe='', errors='surrogatepass')}"


def file_path(name: str, line: int) -> str:
    """Return the address of a line of a declaring file, named as `Declarations` names it."""
    return f"/files/{quote(name, errors='surrogatepass')}?line={line}#L{line}"


def query_of(parameters: Mapping[str, str | int | None]) -> str:
    """Return the parameters that say something as the query of an address, `?` included; else nothing."""
    said = {name: value for name, value in parameters.items() if value not in {None, ""}}
    return f"?{urlencode(said, errors='surrogatepass')}" if said else ""
