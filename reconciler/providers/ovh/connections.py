"""From keys to readers and writers: whose each key is, `/me` tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import NamedTuple, Self

from reconciler.errors import ReconcilerError
from reconciler.model import AccountId
from reconciler.ports.endpoint import Reader, Writer
from reconciler.providers.ovh.account import OvhAccount, OvhWriter
from reconciler.providers.ovh.client import USUAL_PATIENCE, AccountClient, Patience
from reconciler.providers.ovh.clock import EndpointClock
from reconciler.providers.ovh.keys import Credentials, Keyring
from reconciler.providers.ovh.lines import CONNECTIONS, Lines
from reconciler.providers.ovh.payloads import Profile, parsed


@dataclass(frozen=True)
class Connections:
    """All accounts of one endpoint that we hold keys for.

    Attributes:
        readers: what `plan` is handed.
        writers: what only `apply`, `accept`, `refuse` and `resend` are handed.
        failures: keys that could not be used, by the account that their table names, with the reason.
    """

    readers: Mapping[AccountId, Reader]
    writers: Mapping[AccountId, Writer]
    failures: Mapping[AccountId, str]
    _lines: Lines = field(repr=False)

    def close(self) -> None:
        """Give back the connections."""
        self._lines.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Tried(NamedTuple):
    label: AccountId
    client: AccountClient
    profile: Profile | None
    failure: str


def connect(
    endpoint: str, keyring: Keyring, *, connections: int = CONNECTIONS, patience: Patience = USUAL_PATIENCE
) -> Connections:
    """Try every key with `/me` and return those that work as readers and writers, the others as failures.

    Args:
        endpoint: `ovh-eu`, `ovh-ca`, or a loopback URL (for the embedded sandbox: where it listens).
        keyring: keys loaded for this endpoint.
        connections: how many calls may be under way at once, over all accounts.
        patience: how often a read is tried again.

    Raises:
        CredentialsError: the endpoint is one that keys must not be sent to.
    """
    lines = Lines(endpoint, connections=connections)
    clock = EndpointClock()
    clients = [
        (label, AccountClient(lines, credentials, clock=clock, patience=patience))
        for label, credentials in labelled(keyring)
    ]
    with ThreadPoolExecutor(connections) as pool:
        tried = list(pool.map(lambda pair: _try(*pair), clients))
    readers: dict[AccountId, Reader] = {}
    writers: dict[AccountId, Writer] = {}
    failures: dict[AccountId, str] = {}
    for label, client, profile, failure in tried:
        if profile is None:
            failures[label] = failure
        elif label in keyring.accounts and profile.account != label:
            failures[label] = f"the keys of [accounts.{label}] belong to {profile.account}"
        elif profile.account not in readers:  # a table comes before the default keys
            readers[profile.account] = OvhAccount(client, profile, workers=connections)
            writers[profile.account] = OvhWriter(client, profile.account)
    return Connections(readers, writers, failures, lines)


def labelled(keyring: Keyring) -> Iterator[tuple[AccountId, Credentials]]:
    """Yield all keys, each with the account that its table names, or with where it is from."""
    yield from sorted(keyring.accounts.items())
    if keyring.default is not None:
        yield AccountId(f"the default account ({keyring.default_source})"), keyring.default


def _try(label: AccountId, client: AccountClient) -> _Tried:
    try:
        return _Tried(label, client, parsed(Profile, client.get("/me").body, "GET /me"), "")
    except ReconcilerError as error:
        hint = f"; {error.hint}" if error.hint else ""
        return _Tried(label, client, None, f"{error}{hint}")
