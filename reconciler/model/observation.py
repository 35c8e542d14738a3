"""What one look at the endpoint showed, as values that the pure rooms read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from reconciler.model.contacts import AccountId, Live, ServiceId
from reconciler.model.tasks import Task


class Region(StrEnum):
    """A geographical zone; contacts change only between two accounts of the same one."""

    EU = "EU"
    CA = "CA"
    US = "US"


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What an account whose credentials we hold tells about itself; None means: could not be read.

    Attributes:
        unpaid_invoices: whether a debt is due; such an account can neither give nor take a contact.
        payment_method: whether a valid one is registered; a new billing contact needs one.
        email: where its confirmation tokens are sent.
    """

    id: AccountId
    region: Region | None = None
    unpaid_invoices: bool | None = None
    payment_method: bool | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the endpoint showed, before it is known which services are declared.

    Attributes:
        at: when it was made, aware, UTC, by the endpoint's clock.
        held: the accounts that let us in.
        live: the contacts of every service seen.
        in_debt: services whose own state says that they are unpaid.
        looked_for: services that every held account was asked for by key, if no list showed them.
        unknown: those of them that nobody saw and somebody could not read, each with the reason.
        tasks: every task that a held account is a party of, each once, ascending by id.
        unreadable: accounts that we have keys for and that did not let us in, each with the reason.
        without_tasks: held accounts that have tasks which could not be read, each with the reason.
        unlisted: held accounts whose services could not be listed, each with the reason.
        incomplete: held accounts whose services were listed and could not all be read, each with the reason.
        without_change: how many services were seen whose product has no contact change, or that were gone.
    """

    at: datetime
    held: Mapping[AccountId, AccountFacts]
    live: Live
    in_debt: frozenset[ServiceId] = frozenset()
    looked_for: frozenset[ServiceId] = frozenset()
    unknown: Mapping[ServiceId, str] = field(default_factory=dict)
    tasks: tuple[Task, ...] = ()
    unreadable: Mapping[AccountId, str] = field(default_factory=dict)
    without_tasks: Mapping[AccountId, str] = field(default_factory=dict)
    unlisted: Mapping[AccountId, str] = field(default_factory=dict)
    incomplete: Mapping[AccountId, str] = field(default_factory=dict)
    without_change: int = 0


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at the endpoint through every configured account.

    Attributes:
        at: when it was made, aware, UTC, by the endpoint's clock.
        held: the accounts whose credentials we hold and that could be read.
        live: the contacts of every service seen, declared or not.
        in_debt: services whose own state says that they are unpaid.
        absent: declared services that every held account answered with 404.
        unknown: declared services that could not be read, each with the reason.
        tasks: every task that a held account is a party of, open or settled, each once, by id.
        unreadable: accounts that we have keys for and could not read, each with the reason.
        unlisted: accounts whose services could not be listed, so that only declared ones were seen.
        without_change: how many services were seen whose product has no contact change, or that were gone.
    """

    at: datetime
    held: Mapping[AccountId, AccountFacts]
    live: Live
    in_debt: frozenset[ServiceId] = frozenset()
    absent: tuple[ServiceId, ...] = ()
    unknown: Mapping[ServiceId, str] = field(default_factory=dict)
    tasks: tuple[Task, ...] = ()
    unreadable: Mapping[AccountId, str] = field(default_factory=dict)
    unlisted: Mapping[AccountId, str] = field(default_factory=dict)
    without_change: int = 0
