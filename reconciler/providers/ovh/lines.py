"""The connections of one run: a bounded number of python-ovh clients, each used by one thread at a time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from reconciler.errors import CredentialsError
from reconciler.providers.ovh.endpoints import is_loopback, require_sendable
from reconciler.providers.ovh.keys import Credentials, Keys, looks_like_a_key
from reconciler.providers.ovh.package import client as package
from reconciler.providers.ovh.session import TIMEOUT, SignedSession, TokenSource

CONNECTIONS = 16
_MOST_IDLE = 64

_construction = threading.Lock()


class OvhClient(Protocol):
    """What we use of `ovh.Client`, which ships no types."""

    _time_delta: int | None
    _session: Any
    _oauth2: Any

    def raw_call(
        self,
        method: str,
        path: str,
        data: Any = None,
        need_auth: bool = True,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Sign and send one call and return the `requests.Response`, whatever its status."""


class Lines:
    """Hands out clients: at most `connections` at work at once, idle ones kept for their account.

    One client is never in two threads: `requests` does not promise that a session can be shared. Keeping
    the idle ones keeps their connections alive; their number is capped, because an agency has more accounts
    than a process has file descriptors.
    """

    def __init__(self, endpoint: str, *, connections: int = CONNECTIONS) -> None:
        require_sendable(endpoint)
        self.endpoint = endpoint
        self.connections = connections
        self._at_work = threading.BoundedSemaphore(connections)
        self._lock = threading.Lock()
        self._idle: deque[tuple[Credentials, OvhClient]] = deque()
        self._closed = False

    @contextmanager
    def client(self, credentials: Credentials) -> Iterator[OvhClient]:
        """Lend a client that calls with these credentials."""
        with self._at_work:
            client = self._take(credentials) or new_client(self.endpoint, credentials)
            try:
                yield client
            finally:
                self._give_back(credentials, client)

    def close(self) -> None:
        """Close all connections; clients still at work are closed when they come back."""
        with self._lock:
            self._closed = True
            idle = list(self._idle)
            self._idle.clear()
        for _, client in idle:
            _close(client)

    def _take(self, credentials: Credentials) -> OvhClient | None:
        with self._lock:
            for index in range(len(self._idle) - 1, -1, -1):
                if self._idle[index][0] is credentials:
                    client = self._idle[index][1]
                    del self._idle[index]
                    return client
        return None

    def _give_back(self, credentials: Credentials, client: OvhClient) -> None:
        surplus: OvhClient | None = None
        with self._lock:
            if self._closed:
                surplus = client
            else:
                self._idle.append((credentials, client))
                if len(self._idle) > _MOST_IDLE:
                    surplus = self._idle.popleft()[1]
        if surplus is not None:
            _close(surplus)


def new_client(endpoint: str, credentials: Credentials) -> OvhClient:
    """Return a python-ovh client that knows these credentials and nothing else.

    As it stands, python-ovh mixes `OVH_*` variables and three files into every client, refuses an endpoint
    that is not in its list, and waits three minutes. Its configuration is therefore silenced while the
    client is made; the rest is set.
    """
    if not all(map(looks_like_a_key, credentials.hidden)):
        raise CredentialsError("a key holds characters that no key has")  # the HTTP package would quote it
    with _construction:
        url = package.ENDPOINTS.get(endpoint, endpoint)
        listed = dict(package.ENDPOINTS)
        manager = package.config.ConfigurationManager
        package.config.ConfigurationManager = _Silent
        package.ENDPOINTS.setdefault(endpoint, url)
        try:
            client: OvhClient = package.Client(endpoint=endpoint, timeout=TIMEOUT, **_arguments(credentials))
        finally:
            package.config.ConfigurationManager = manager
            if endpoint not in listed:
                del package.ENDPOINTS[endpoint]
    client._session.close()  # noqa: SLF001 - python-ovh takes no session as an argument
    client._session = SignedSession(url, loopback=is_loopback(endpoint))  # noqa: SLF001
    if not isinstance(credentials, Keys):
        client._oauth2 = TokenSource(  # noqa: SLF001
            credentials.client_id, credentials.client_secret, package.OAUTH2_TOKEN_URLS[endpoint]
        )
    return client


class _Silent:
    """A configuration that knows nothing: stands in for python-ovh's own while a client is made."""

    def get(self, _section: str, _name: str) -> None:
        """Return nothing, whatever is asked for."""


def _arguments(credentials: Credentials) -> dict[str, str]:
    if isinstance(credentials, Keys):
        return {
            "application_key": credentials.application_key,
            "application_secret": credentials.application_secret,
            "consumer_key": credentials.consumer_key,
        }
    return {"client_id": credentials.client_id, "client_secret": credentials.client_secret}


def _close(client: OvhClient) -> None:
    client._session.close()  # noqa: SLF001
    if client._oauth2 is not None:  # noqa: SLF001
        client._oauth2.close()  # noqa: SLF001
