"""OVHcloud's payloads about keys. Source: the API v1 models of `/auth`."""

from __future__ import annotations

from pydantic import Field

from reconciler.providers.ovh.payloads import Moment, Payload


class GrantedRoute(Payload):
    """`auth.AccessRule`: calls that a key is granted."""

    method: str
    path: str


class CurrentCredential(Payload):
    """`api.Credential`: what `/auth/currentCredential` answers."""

    status: str
    expiration: Moment | None = None
    rules: list[GrantedRoute]


class NewCredential(Payload):
    """`auth.Credential`: what `POST /auth/credential` answers."""

    consumerKey: str = Field(repr=False)  # noqa: N815
    validationUrl: str  # noqa: N815


class OAuthDetails(Payload):
    """`auth.Details`: what `/auth/details` answers."""

    allowedRoutes: list[GrantedRoute] | None = None  # noqa: N815
