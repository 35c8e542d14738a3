"""Which mailbox: `imaps://user@host/FOLDER`, without a password and without a doubt about encryption.

`imaps` encrypts from the first byte (port 993). `imap` (port 143) must turn encryption on before anything is
said (STARTTLS), but for a server on this very machine, where nobody listens in between. No message repeats
the address as it was written: a password may be in it.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import SplitResult, unquote, urlsplit

from reconciler.errors import ReconcilerError
from reconciler.render import visible

FORM = "write it as imaps://USER@HOST/FOLDER"
_PORTS = {"imaps": 993, "imap": 143}


class Encryption(Enum):
    """How the line to the server is kept private."""

    TLS = auto()
    STARTTLS = auto()
    NONE = auto()


@dataclass(frozen=True, slots=True)
class MailboxAddress:
    """A folder of a user on a server."""

    encryption: Encryption
    host: str
    port: int
    user: str
    folder: str

    @property
    def login(self) -> str:
        """Return `user@host`, the name under which a password may be kept."""
        return f"{self.user}@{self.host}"

    def __str__(self) -> str:
        """Return the address for people, safe to show."""
        return visible(f"{self.folder} of {self.login}")


def parse_address(text: str) -> MailboxAddress:
    """Return the mailbox that an address names; without a folder it is INBOX.

    Raises:
        ReconcilerError: it names none, or holds a password.
    """
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").lower(), parts.port
        host.encode("idna")  # as whoever looks it up will
    except ValueError:
        raise _wrong("has a host or a port that cannot be read") from None
    if parts.scheme not in _PORTS:
        raise _wrong("begins with neither imaps:// nor imap://")
    user, folder = _user(parts), unquote(parts.path.removeprefix("/")) or "INBOX"
    if not host:
        raise _wrong("names no host")
    if parts.query or parts.fragment or ";" in parts.path:
        raise _wrong("has something behind the folder", hint="in a folder's name write ? # ; as %3F %23 %3B")
    for what, value in (("host", host), ("user", user), ("folder", folder)):
        if not all(map(_may_be_sent, value)):
            raise _wrong(f"has a character in the {what} that no server takes")
    return MailboxAddress(
        _encryption(parts.scheme, host),
        host,
        port if port is not None else _PORTS[parts.scheme],
        user,
        folder,
    )


def _may_be_sent(character: str) -> bool:
    """Tell whether a character can be in a name: no line break that would start a command of its own."""
    return character >= " " and character not in "\x7f\ufffd" and not "\ud800" <= character <= "\udfff"


def _user(parts: SplitResult) -> str:
    user = unquote(parts.username or "")
    if parts.password is not None or ":" in user:
        raise ReconcilerError(
            "a password does not belong into the address of a mailbox: the list of processes shows it",
            hint="change that password, it may have been seen; then set RECONCILER_IMAP_PASSWORD, or keep it"
            " in credentials.toml",
        )
    if not user:
        raise _wrong("names no user")
    return user


def _encryption(scheme: str, host: str) -> Encryption:
    if scheme == "imaps":
        return Encryption.TLS
    return Encryption.NONE if _is_loopback(host) else Encryption.STARTTLS


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _wrong(what: str, hint: str = FORM) -> ReconcilerError:
    return ReconcilerError(f"the address of the mailbox {what}", hint=hint)
