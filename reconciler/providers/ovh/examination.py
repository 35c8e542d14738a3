"""What each configured account shows before anyone needs it. Only reads, and never stops at a failure."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import NamedTuple

from reconciler.checks import Examined, KeyRights
from reconciler.errors import ApiError, ReconcilerError, RefusedError
from reconciler.model import AccountFacts, AccountId, Region, ServiceId
from reconciler.providers.ovh.account import OvhAccount
from reconciler.providers.ovh.client import USUAL_PATIENCE, AccountClient, Patience
from reconciler.providers.ovh.clock import EndpointClock
from reconciler.providers.ovh.connections import labelled
from reconciler.providers.ovh.key_payloads import CurrentCredential, OAuthDetails
from reconciler.providers.ovh.keys import Credentials, Keyring, OAuth
from reconciler.providers.ovh.lines import Lines
from reconciler.providers.ovh.payloads import Profile, parsed
from reconciler.providers.ovh.rights import Rule, beyond, missing

_AT_ONCE = 8


class Examination(NamedTuple):
    """What all accounts of an endpoint showed.

    Attributes:
        at: by the endpoint's clock, aware, UTC; by ours where that could not be asked.
        clock: by how many seconds the endpoint's clock is ahead of ours; None where it could not be asked.
        clock_failure: why not.
        accounts: in the order of their tables.
    """

    at: datetime
    clock: int | None
    clock_failure: str | None
    accounts: tuple[Examined, ...]


class _Needs(NamedTuple):
    services: Collection[ServiceId]
    region: Region


def examine(
    endpoint: str,
    keyring: Keyring,
    services: Collection[ServiceId],
    region: Region,
    *,
    patience: Patience = USUAL_PATIENCE,
) -> Examination:
    """Ask every account about itself and its key: several accounts at a time, each one call after the other.

    Args:
        endpoint: `ovh-eu`, `ovh-ca`, or a loopback URL.
        keyring: at least one key for it.
        services: those of the file, whose calls a key must be granted.
        region: whose products the endpoint offers.
        patience: how often a read is tried again.
    """
    clock = EndpointClock()
    lines = Lines(endpoint, connections=_AT_ONCE)
    needs = _Needs(services, region)
    try:
        asked = [
            (label, credentials, AccountClient(lines, credentials, clock=clock, patience=patience))
            for label, credentials in labelled(keyring)
        ]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = tuple(pool.map(lambda one: _examined(one[0], one[1], one[2], keyring, needs), asked))
        try:
            difference, failure = asked[0][2].clock_difference(), None
        except ApiError as error:
            difference, failure = None, _words(error)
        return Examination(clock.now(), difference, failure, found)
    finally:
        lines.close()


def _examined(
    label: AccountId, credentials: Credentials, client: AccountClient, keyring: Keyring, needs: _Needs
) -> Examined:
    facts: AccountFacts | None = None
    failure = remedy = None
    try:
        profile = parsed(Profile, client.get("/me").body, "GET /me")
    except ReconcilerError as error:
        failure, remedy = _words(error), "configure a key of this account that is alive and may GET /me"
        if label in keyring.accounts and not isinstance(credentials, OAuth):
            remedy = f"reconciler login {label} --renew: it makes a key that is alive and may GET /me"
        if not isinstance(error, RefusedError):  # whoever did not answer this is not asked again
            return Examined(label, None, failure, None, None, "see whether the endpoint can be reached")
    else:
        if label in keyring.accounts and profile.account != label:
            failure = f"the keys of [accounts.{label}] belong to {profile.account}"
            return Examined(label, None, failure, None, None, "put the keys into the table of their account")
        facts = OvhAccount(client, profile, workers=1).facts()
    try:
        rights = _rights(client, needs, oauth=isinstance(credentials, OAuth))
    except ReconcilerError as error:
        return Examined(label, facts, failure, None, _words(error), remedy)
    return Examined(label, facts, failure, rights, None, remedy)


def _rights(client: AccountClient, needs: _Needs, *, oauth: bool) -> KeyRights:
    if oauth:
        path = "/auth/details"
        routes = parsed(OAuthDetails, client.get(path).body, f"GET {path}").allowedRoutes
        if not routes:
            return KeyRights("validated", None, (), (), told=False)
        rules, state, expires = routes, "validated", None
    else:
        path = "/auth/currentCredential"
        key = parsed(CurrentCredential, client.get(path).body, f"GET {path}")
        rules, state, expires = key.rules, key.status, key.expiration
    granted = tuple(Rule(rule.method, rule.path) for rule in rules)
    lacking = missing(granted, needs.services, needs.region)
    return KeyRights(
        state,
        expires,
        tuple(map(str, lacking)),
        tuple(map(str, beyond(granted, needs.region))),
    )


def _words(error: ReconcilerError) -> str:
    return f"{error}; {error.hint}" if error.hint else str(error)
