"""A REST API in JSON: one token, one address, no redirects, small answers."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from refusal import Refusal, shown

LARGEST = 32 * 1024 * 1024
"""So many bytes are read of an answer: thirty of the longest comments, every character escaped."""

MOST_PAGES = 100
PATIENCE = 30.0
"""Seconds after which a call is given up."""

_NEXT = re.compile(r'<([^<>]*)>\s*;[^,]*\brel="next"')
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Api:
    """The API below one address. The token is sent there and nowhere else, whatever an answer says."""

    def __init__(self, address: str, **headers: str) -> None:
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise Refusal(f"the API's address {shown(address)} does not begin with https://")
        self._address = address.rstrip("/")
        self._headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self._opener = urllib.request.build_opener(_NoRedirect)

    def get(self, path: str) -> Any:
        """Return what a path holds.

        Raises:
            Refusal: the API did not answer with it.
        """
        return self._call("GET", self._address + path)[0]

    def pages(self, path: str) -> Iterator[Any]:
        """Yield what every page of a list holds, in the API's order.

        Raises:
            Refusal: a page could not be read, leads elsewhere, or is one too many.
        """
        address: str | None = self._address + path
        for _ in range(MOST_PAGES):
            if address is None:
                return
            page, links = self._call("GET", address)
            if not isinstance(page, list):
                raise Refusal(f"the API answered with no list to {shown(path)}")
            yield from page
            found = _NEXT.search(links)
            address = found[1] if found else None
            if address is not None and not address.startswith(f"{self._address}/"):
                raise Refusal(f"the API's next page is elsewhere: {shown(address)}")
        if address is not None:
            raise Refusal(f"the API has more than {MOST_PAGES} pages of {shown(path)}")

    def send(self, method: str, path: str, document: Any) -> Any:
        """Send a document and return the answer. Never repeated: an answer that got lost leaves two comments.

        Raises:
            Refusal: the API did not take it.
        """
        return self._call(method, self._address + path, json.dumps(document).encode())[0]

    def read(self, path: str, most: int) -> bytes | None:
        """Return a file of at most so many bytes; None: there is none.

        Raises:
            Refusal: it is larger, or was not sent.
        """
        try:
            return self._answer("GET", self._address + path, None, most)[0]
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 404:  # noqa: PLR2004  # as the protocol names it
                    return None
                raise _refused("GET", self._address + path, error) from None

    def _call(self, method: str, address: str, body: bytes | None = None) -> tuple[Any, str]:
        try:
            text, links = self._answer(method, address, body, LARGEST)
            return json.loads(text), links
        except urllib.error.HTTPError as error:
            with error:
                raise _refused(method, address, error) from None
        except ValueError:
            raise Refusal(f"the API's answer to {method} {shown(address)} is no JSON") from None

    def _answer(self, method: str, address: str, body: bytes | None, most: int) -> tuple[bytes, str]:
        headers = {"Accept": "application/json", "User-Agent": "contact-reconciler", **self._headers}
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(address, data=body, method=method, headers=headers)  # noqa: S310  # __init__
        try:
            with self._opener.open(request, timeout=PATIENCE) as answer:
                text = answer.read(most + 1)
                links = ", ".join(answer.headers.get_all("Link") or ())
        except urllib.error.HTTPError:
            raise
        except OSError as error:
            raise Refusal(f"{method} {shown(address)} failed: {shown(error)}") from None
        if len(text) > most:
            raise Refusal(f"the API's answer to {method} {shown(address)} is larger than {most:,} bytes")
        return text, links


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Urllib would send the token along to wherever an answer points."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Return that no other address is asked."""


def _refused(method: str, address: str, error: urllib.error.HTTPError) -> Refusal:
    words = ""
    try:
        document = json.loads(error.read(LARGEST))
        words = f": {shown(document['message'])}"
    except (OSError, ValueError, KeyError, TypeError):
        words = ""  # the code has to do
    return Refusal(f"{method} {shown(address)} was answered with {error.code}{words}")
