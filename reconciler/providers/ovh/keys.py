"""What proves to OVHcloud who is calling. No representation of these values shows a key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model import AccountId


@dataclass(frozen=True, slots=True)
class Keys:
    """An application and a consumer key: the triple that signs each call."""

    application_key: str = field(repr=False)
    application_secret: str = field(repr=False)
    consumer_key: str = field(repr=False)

    @property
    def hidden(self) -> tuple[str, ...]:
        """Return the values that must never be shown."""
        return (self.application_secret, self.consumer_key, self.application_key)


@dataclass(frozen=True, slots=True)
class OAuth:
    """A service account of OVHcloud's IAM (OAuth2 client credentials); only ovh-eu and ovh-ca have them."""

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)

    @property
    def hidden(self) -> tuple[str, ...]:
        """Return the values that must never be shown."""
        return (self.client_secret, self.client_id)


Credentials = Keys | OAuth


@dataclass(frozen=True, slots=True)
class Keyring:
    """All the keys that a run may use, each for the one endpoint that it was loaded for.

    Attributes:
        accounts: by the account that their table names; `/me` has the last word on whose they are.
        default: keys from python-ovh's own places; whose they are, only `/me` tells.
        default_source: where the default keys stand, in words.
        warnings: lines for people about keys that were left aside, and why.
    """

    accounts: Mapping[AccountId, Credentials] = field(default_factory=dict)
    default: Credentials | None = None
    default_source: str = ""
    warnings: tuple[str, ...] = ()


KEY_NAMES = ("application_key", "application_secret", "consumer_key")
OAUTH_NAMES = ("client_id", "client_secret")


def credentials_from(values: Mapping[str, str]) -> Credentials:
    """Return the credentials that these values make up.

    Raises:
        ValueError: none, half of one kind, or both kinds; the text says so without any value.
    """
    keys = [name for name in KEY_NAMES if name in values]
    oauth = [name for name in OAUTH_NAMES if name in values]
    if keys and oauth:
        raise ValueError(f"both kinds of credentials at once ({keys[0]} and {oauth[0]}): keep one")
    wanted = OAUTH_NAMES if oauth else KEY_NAMES
    missing = [name for name in wanted if name not in values]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise ValueError(f"{' and '.join(missing)} {verb} missing")
    if oauth:
        return OAuth(values["client_id"], values["client_secret"])
    return Keys(values["application_key"], values["application_secret"], values["consumer_key"])


def looks_like_a_key(value: str) -> bool:
    """Tell whether a value can stand in a header: visible ASCII, no blanks.

    Anything else would come back inside an exception of the HTTP package, and so in plain sight.
    """
    return value.isascii() and value.isprintable() and bool(value) and " " not in value
