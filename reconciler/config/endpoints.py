"""Which endpoints a file may name: credentials must never be sent anywhere else."""

from __future__ import annotations

import re

from reconciler.config.model import Endpoint
from reconciler.config.problems import nearest
from reconciler.config.reading import quoted
from reconciler.model import Region

REGIONS = {"sandbox": Region.EU, "ovh-eu": Region.EU, "ovh-ca": Region.CA}
"""The endpoints known by name, with the region whose routes they offer."""

_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_PORT = "(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})"
PORT = f"(?::{_PORT})?"
"""A port after a colon, or nothing."""

HOST_OF_THIS_MACHINE = rf"(?:127(?:\.{_BYTE}){{3}}|localhost|\[::1\]){PORT}"
"""A loopback address as it stands in a URL, with or without a port."""

LOOPBACK = rf"https?://{HOST_OF_THIS_MACHINE}/1\.0"
"""A URL of this machine, without user, query or fragment, that ends in `/1.0`."""

_LOOPBACK = re.compile(LOOPBACK)
_KNOWN = "known are sandbox, ovh-eu, ovh-ca, and a loopback URL such as http://127.0.0.1:8080/1.0"


def endpoint_of(text: str) -> Endpoint | tuple[str, str]:
    """Return the endpoint that `text` names, or a message and a hint that say why it must not be used."""
    if text in REGIONS:
        return Endpoint(text, REGIONS[text])
    if _LOOPBACK.fullmatch(text):
        return Endpoint(text, Region.EU)
    if text == "ovh-us":
        return "the US endpoint has no contact change: OVHcloud's API offers none there", _KNOWN
    if text.startswith(("kimsufi-", "soyoustart-")):
        return f"{quoted(text)} offers no contact change for its services", "use ovh-eu or ovh-ca"
    if "://" in text:
        reason = "credentials are sent to OVHcloud or to this machine only"
        shown = "a URL with a user or password" if "@" in text else quoted(text)
        return f"{shown} is no endpoint that may be used: {reason}", _KNOWN
    near = nearest(text, REGIONS)
    return f"unknown endpoint {quoted(text)}", f"did you mean {quoted(near)}?" if near else _KNOWN
