"""Calls signed by hand, for what the official package would never send."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import requests

from tests.sandbox.town import ADMIN, Town

Headers = Mapping[str, str]
NO_HEADERS: Headers = {}


def signed(
    town: Town, method: str, target: str, body: bytes = b"", headers: Headers = NO_HEADERS
) -> requests.Response:
    """Send a call signed by hand, over whatever bytes."""
    return signed_as(town, ADMIN, method, town.url + target, town.url + target, body, headers)


def signed_as(
    town: Town,
    who: str,
    method: str,
    url: str,
    signed_url: str,
    body: bytes = b"",
    headers: Headers = NO_HEADERS,
) -> requests.Response:
    """Send a call to one address, signed for another."""
    now = headers.get("X-Ovh-Timestamp", str(int(town.clock())))
    text = f"as-{who}+ck-{who}+{method}+{signed_url}+".encode() + body + f"+{now}".encode()
    sent = {
        "X-Ovh-Application": f"ak-{who}",
        "X-Ovh-Consumer": f"ck-{who}",
        "X-Ovh-Timestamp": now,
        "X-Ovh-Signature": "$1$" + hashlib.sha1(text).hexdigest(),
    }
    with requests.Session() as session:
        request = requests.Request(method, url, data=body, headers={**sent, **headers}).prepare()
        request.url = url
        return session.send(request, timeout=10)
