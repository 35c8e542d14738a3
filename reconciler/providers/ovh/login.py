"""A new consumer key: asked for with an application's keys, alive once its owner has validated it.

Source: `POST /auth/credential` needs the application key alone and answers with a key that waits for its
owner on a page of OVHcloud's; until then calls with it are refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from requests.exceptions import RequestException

from reconciler.errors import ApiError, UnauthorizedError
from reconciler.model import AccountId, Region, ServiceId, route_of
from reconciler.model.routes import ROUTES
from reconciler.providers.ovh.answers import is_about_the_clock, read_answer
from reconciler.providers.ovh.client import AccountClient
from reconciler.providers.ovh.clock import EndpointClock
from reconciler.providers.ovh.key_payloads import NewCredential
from reconciler.providers.ovh.keys import Keys
from reconciler.providers.ovh.lines import Lines
from reconciler.providers.ovh.package import client as package
from reconciler.providers.ovh.payloads import Profile, parsed
from reconciler.providers.ovh.rights import ALWAYS, Rule, needed_for
from reconciler.providers.ovh.silence import read_silence

_NOT_YET = "not-there-yet"


@dataclass(frozen=True, slots=True)
class PendingKey:
    """A key that its owner has yet to validate; `url` is the page for that."""

    keys: Keys
    url: str
    client: AccountClient = field(repr=False)

    def owner(self) -> AccountId | None:
        """Return whose key it is by now; None while nobody has validated it.

        Raises:
            ApiError: the endpoint cannot tell.
        """
        try:
            self.client.get("/auth/currentCredential")
        except UnauthorizedError:
            return None
        except ApiError as error:
            if is_about_the_clock(error):  # OVHcloud was seen to say that of a key that nobody has validated
                return None
            raise
        return parsed(Profile, self.client.get("/me").body, "GET /me").account


def least_rules(services: Iterable[ServiceId], region: Region) -> tuple[Rule, ...]:
    """Return the calls that are made for these services, by product; for none, those of every product."""
    routes = {route_of(service).key for service in services} or set(ROUTES)
    offered = [ROUTES[key] for key in sorted(routes) if ROUTES[key].offers_change_in(region)]
    return (*ALWAYS, *(rule for route in offered for rule in needed_for(route)))


def request_key(
    lines: Lines, application_key: str, application_secret: str, rules: Iterable[Rule]
) -> PendingKey:
    """Ask for a key that is granted these calls.

    Raises:
        CredentialsError: a key of the application holds characters that no key has.
        ApiError: the endpoint did not make one.
    """
    what = "POST /auth/credential"
    application = Keys(application_key, application_secret, _NOT_YET)
    body = {"accessRules": [rule._asdict() for rule in rules]}
    with lines.client(application) as client:
        try:
            response = client.raw_call("POST", "/auth/credential", body, need_auth=False)
        except RequestException as error:
            url = package.ENDPOINTS.get(lines.endpoint, lines.endpoint)
            raise read_silence(error, what, url) from None
    made = parsed(NewCredential, read_answer(response, what, application.hidden).body, what)
    keys = Keys(application_key, application_secret, made.consumerKey)
    return PendingKey(keys, made.validationUrl, AccountClient(lines, keys, clock=EndpointClock()))
