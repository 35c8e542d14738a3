"""Who may come in and by which name, as the options of `serve` say it."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address

Network = IPv4Network | IPv6Network

SHORTEST_TOKEN = 32
"""Characters. Nobody guesses so many, as long as a machine made them."""


@dataclass(frozen=True, slots=True)
class Door:
    """The policy of one server.

    Attributes:
        names: further host names by which the page may be called, each with or without a port.
        token: what people and programs log in with; None: there is no such login.
        user_header: the header in which a reverse proxy tells who has logged in there; None: none is trusted.
        proxies: the addresses whose word is taken, about the user, https and the caller's address.
    """

    names: tuple[str, ...] = ()
    token: str | None = field(default=None, repr=False)
    user_header: str | None = None
    proxies: tuple[Network, ...] = ()

    @property
    def has_login(self) -> bool:
        """Return whether anybody must log in; then everybody must, on loopback too."""
        return self.token is not None or self.user_header is not None

    def trusts(self, peer: str) -> bool:
        """Return whether the connection's other end is one of the proxies."""
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self.proxies)


def is_loopback(address: str) -> bool:
    """Return whether only this machine can reach an address, given as a number.

    `::1%lo` and other spellings that `ipaddress` cannot judge count as reachable: they demand a login.
    """
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
