"""What a sandbox starts from, as values that a caller can build in memory.

Unverified behaviour of OVHcloud is a switch in `Settings`; its default is the stand-in that the project's
facts suggest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from reconciler.model import AccountId, Region, ServiceId, UnknownRouteError, account_id, route_of

ServiceStatus = Literal["ok", "expired", "inCreation", "pendingDebt", "unPaid", "autorenewInProgress"]
IN_DEBT: frozenset[str] = frozenset({"pendingDebt", "unPaid"})
LANGUAGES = {"en": "en_GB", "fr": "fr_FR", "pl": "pl_PL"}

# The validator of world files reads this: a mistyped key or type is an error.
_STRICT = {"extra": "forbid", "strict": True}


@dataclass(frozen=True, slots=True)
class Account:
    """A customer account; its id is case-folded.

    Attributes:
        email: None stands for an address made from the id.
        language: as `/me` shows it, such as `pl_PL`; of what it mails in, `en`, `fr` and `pl` will do.

    Raises:
        ValueError: a value cannot be.
    """

    __pydantic_config__: ClassVar = _STRICT

    id: AccountId
    email: str | None = None
    unpaid_invoices: int = 0
    payment_method: bool = True
    region: Region = Region.EU
    language: str = "en_GB"

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", _named(self.id))
        object.__setattr__(self, "email", self.email or f"{self.id}@sandbox.invalid")
        object.__setattr__(self, "language", LANGUAGES.get(self.language, self.language))
        if not re.fullmatch("[a-z]{2}_[A-Z]{2}", self.language):
            raise ValueError(f"'{self.language}' is no language; en, fr, pl, or a code such as de_DE are")
        _not_negative("unpaid_invoices", self.unpaid_invoices)


@dataclass(frozen=True, slots=True)
class Service:
    """A service and its three contacts; `status` is the API's `service.StateEnum`.

    Raises:
        ValueError: its route is unknown, or a contact is empty.
    """

    __pydantic_config__: ClassVar = _STRICT

    service: ServiceId
    admin: AccountId
    technical: AccountId
    billing: AccountId
    status: ServiceStatus = "ok"

    def __post_init__(self) -> None:
        try:
            route_of(self.service)
        except UnknownRouteError as error:
            raise ValueError(
                f"'{self.service}' starts with no known route, or names nothing below it"
            ) from error
        for role in ("admin", "technical", "billing"):
            object.__setattr__(self, role, _named(getattr(self, role)))


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `requests` signed calls per consumer key in any `per_seconds`."""

    __pydantic_config__: ClassVar = _STRICT

    requests: int = 60
    per_seconds: float = 60.0

    def __post_init__(self) -> None:
        if self.requests < 1 or not self.per_seconds > 0:
            raise ValueError("a rate limit lets at least one request pass in more than 0 seconds")


@dataclass(frozen=True, slots=True)
class Fault:
    """A misbehaviour of the wire, for the calls that match; what is None matches or changes nothing.

    Attributes:
        method: HTTP method.
        path: pattern over the path as sent, below `/1.0`; `*` and `?` allowed.
        account: the account whose keys the call carries.
        status: answer with this status instead.
        body: the body of that answer; a text is sent as it is, anything else as JSON.
        content_type: of that answer.
        delay_ms: wait before anything happens.
        effect: let the call have its effect before the answer is replaced.
        reset: drop the connection without an answer, `before` or `after` the effect.
        times: how many calls it hits; None: all.
    """

    __pydantic_config__: ClassVar = _STRICT

    method: str | None = None
    path: str = "*"
    account: AccountId | None = None
    status: int | None = None
    body: object = None
    content_type: str | None = None
    delay_ms: int = 0
    effect: bool = False
    reset: Literal["before", "after"] | None = None
    times: int | None = None

    def __post_init__(self) -> None:
        if self.status is not None and not 200 <= self.status <= 599:  # noqa: PLR2004 - HTTP's final answers
            raise ValueError(f"{self.status} is no HTTP status of an answer")
        _not_negative("delay_ms", self.delay_ms)
        _not_negative("times", self.times or 0)
        if self.account is not None:
            object.__setattr__(self, "account", _named(self.account))


@dataclass(frozen=True, slots=True)
class Settings:
    """How the sandbox behaves; 0 seconds means: within the same reply.

    Attributes:
        validity_seconds: from the request until the parties are mailed.
        processing_seconds: from the last confirmation until the service shows the new contact.
        expiry_days: after which an unconfirmed request dies.
        latency_ms: before each answer.
        parties: who must confirm: asker and new contact, or old and new contact.
        late_failures: what is wrong with the accounts shows later, as a task that fails, not at the request.
        noop: a request that changes nothing is refused (`error`) or makes no task (`empty`).
        wrong_state: status of an answer to a task that does not wait for one.
        token_tries: wrong tokens after which a party's own is dead.
        batch: whether `X-Ovh-Batch` is understood.
        paging: whether object paging is understood.

    Raises:
        ValueError: a number is negative.
    """

    __pydantic_config__: ClassVar = _STRICT

    validity_seconds: float = 0
    processing_seconds: float = 0
    expiry_days: float = 7
    latency_ms: int = 0
    parties: Literal["asker_and_new", "old_and_new"] = "asker_and_new"
    late_failures: bool = False
    noop: Literal["error", "empty"] = "error"
    wrong_state: Literal[400, 409] = 409
    token_tries: int = 5
    batch: bool = True
    paging: bool = True
    rate_limit: RateLimit | None = None
    faults: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        for name in ("validity_seconds", "processing_seconds", "expiry_days", "latency_ms", "token_tries"):
            _not_negative(name, getattr(self, name))


@dataclass(frozen=True, slots=True)
class World:
    """Accounts, services and settings. A contact that no account entry names exists too, with the defaults.

    Raises:
        ValueError: an account or a service is there twice.
    """

    __pydantic_config__: ClassVar = _STRICT

    accounts: tuple[Account, ...] = ()
    services: tuple[Service, ...] = ()
    settings: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        _each_once("account", (account.id for account in self.accounts))
        _each_once("service", (service.service for service in self.services))

    @property
    def everyone(self) -> tuple[AccountId, ...]:
        """Return the id of every account that exists: the listed ones, then contacts that are not listed."""
        listed = [account.id for account in self.accounts]
        contacts = {role for row in self.services for role in (row.admin, row.technical, row.billing)}
        return (*listed, *sorted(contacts.difference(listed)))


def application_key(account: str) -> str:
    """Return the application key of a sandbox account."""
    return f"ak-{account}"


def application_secret(account: str) -> str:
    """Return the application secret of a sandbox account."""
    return f"as-{account}"


def consumer_key(account: str) -> str:
    """Return the consumer key of a sandbox account."""
    return f"ck-{account}"


def _named(account: str) -> AccountId:
    folded = account_id(account)
    if not folded:
        raise ValueError("an account id cannot be empty")
    return folded


def _not_negative(name: str, value: float) -> None:
    if not value >= 0:
        raise ValueError(f"{name} cannot be {value}")


def _each_once(noun: str, names: Iterable[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"{noun} {twice[0]} is there twice")
