"""One way to tell people: a JSON webhook, or any of the services that the package apprise knows.

An address may hold a secret, so it is never shown: a channel is called after the variable that holds its
address, or after the host of a URL that stands in the file. No answer and no error of a library is repeated
either, for they name the address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from reconciler import __version__
from reconciler.config.model import Notify

SECONDS = 10.0
"""How long a webhook may take to answer."""


class DeliveryError(Exception):
    """A channel did not take a notice; the text says why, and names no address."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to somebody.

    Attributes:
        name: for people, such as `the webhook in CHAT_URL`.
        identity: the same for the same way in every run; a hash, so that it tells no address.
    """

    kind: Literal["webhook", "apprise"]
    name: str
    identity: str
    url: str | None = field(repr=False)
    variable: str | None

    def send(self, title: str, text: str, body: str, environ: Mapping[str, str]) -> None:
        """Deliver one message.

        Args:
            title: one line that sums it up.
            text: for people; its first line is the title.
            body: for programs, as JSON.
            environ: where a variable is looked up.

        Raises:
            DeliveryError: it was not taken.
        """
        address = self.url or environ.get(self.variable or "", "").strip()
        if not address:
            raise DeliveryError(f"the variable {self.variable} is not set")
        if self.kind == "webhook":
            _post(address, body)
        else:
            _hand_to_apprise(address, title, text.partition("\n")[2])


def channel_of(entry: Notify) -> Channel:
    """Return the channel of one entry of the file."""
    source = f"env:{entry.variable}" if entry.variable else f"url:{entry.url}"
    identity = hashlib.sha256(f"{entry.kind}\0{source}".encode()).hexdigest()[:16]
    place = f"in {entry.variable}" if entry.variable else f"at {urlsplit(entry.url or '').netloc}"
    return Channel(entry.kind, f"the {entry.kind} {place}", identity, entry.url, entry.variable)


def _post(address: str, body: str) -> None:
    """POST JSON; anything but a 2xx is a failure, and redirects are not followed: who knows whereto."""
    import requests  # noqa: PLC0415  # heavy

    url = _checked(address)
    with requests.Session() as session:
        session.trust_env = not _is_this_machine(url)  # no proxy stands between us and ourselves
        try:
            with session.post(
                address,
                data=body.encode(),
                headers={
                    "Content-Type": "application/json",
                    "User-Agent": f"contact-reconciler/{__version__}",
                },
                timeout=SECONDS,
                allow_redirects=False,
                stream=True,  # the answer's body tells nothing that we may repeat
            ) as answer:
                status = answer.status_code
        except requests.exceptions.Timeout:
            raise DeliveryError(f"no answer within {SECONDS:g} seconds") from None
        except requests.exceptions.SSLError:
            raise DeliveryError("its certificate is not trusted, or it does not speak TLS") from None
        except requests.exceptions.ConnectionError:
            raise DeliveryError("it cannot be reached, or it hung up") from None
        except (requests.exceptions.RequestException, ValueError):
            raise DeliveryError("its address is not one that can be called") from None
    if not 200 <= status < 300:  # noqa: PLR2004  # the answers of HTTP that mean: taken
        redirect = ", a redirect, which is not followed" if 300 <= status < 400 else ""  # noqa: PLR2004
        raise DeliveryError(f"it answered {status}{redirect}")


def _checked(address: str) -> SplitResult:
    try:
        url = urlsplit(address)
        allowed = url.scheme == "https" or (url.scheme == "http" and _is_this_machine(url))
    except ValueError:
        allowed = False
    if not allowed or not url.hostname:
        raise DeliveryError("its address is neither https://... nor http:// to this machine")
    return url


def _is_this_machine(url: SplitResult) -> bool:
    host = url.hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


_UNDELIVERED = "apprise could not deliver it"
_TO_ALL = "at least not to each of its addresses; next time all of them are told again"


def _hand_to_apprise(addresses: str, title: str, text: str) -> None:
    try:
        import apprise  # noqa: PLC0415  # an extra, and heavy
    except ImportError:
        raise DeliveryError("apprise is not installed: install contact-reconciler[notify]") from None
    post = apprise.Apprise()
    if not post.add(addresses) or not len(post):
        raise DeliveryError("apprise cannot read its address")
    if not post.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT):
        raise DeliveryError(_UNDELIVERED if len(post) == 1 else f"{_UNDELIVERED}, {_TO_ALL}")
