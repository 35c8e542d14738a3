"""What a loaded file says, in values that the pure rooms read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

from reconciler.model import AccountId, Contacts, Region, Role, ServiceId
from reconciler.model.contacts import ROLES, Desired, Marks
from reconciler.model.time_box import Place, TimeBox


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Which API is meant.

    Attributes:
        name: as the file writes it: `sandbox`, `ovh-eu`, `ovh-ca`, or a loopback URL ending in `/1.0`.
        region: the zone whose routes it offers; sandbox and loopback URLs count as EU.
    """

    name: str
    region: Region

    @property
    def is_sandbox(self) -> bool:
        """Whether the embedded sandbox is meant."""
        return self.name == "sandbox"

    @property
    def is_remote(self) -> bool:
        """Whether it is OVHcloud itself, and not something on this machine."""
        return self.name.startswith("ovh-")


@dataclass(frozen=True, slots=True)
class Account:
    """One entry of `accounts`: its short name in the file, its id, and a name for people."""

    short: str
    id: AccountId
    name: str | None = None


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """The limits of one run.

    Attributes:
        max_changes_percent: share of the managed contacts that may move at once; 0 means none.
        protected: patterns `route/name` or `route/name:role`, `*` and `?` allowed.
        allow_admin_handover_to: accounts that may become admin though we hold no credentials of theirs.
    """

    max_changes_percent: int = 30
    protected: tuple[str, ...] = ()
    allow_admin_handover_to: frozenset[AccountId] = frozenset()


class Manage(StrEnum):
    """What is done about a contact that is not as the file names it."""

    REQUEST = "request"  # its change is requested
    OBSERVE = "observe"  # it is shown, and never requested


class Occasion(StrEnum):
    """What people may be told of."""

    REQUESTED = "requested"
    WAITING = "waiting"
    EXPIRING = "expiring"
    REFUSED = "refused"
    EXPIRED = "expired"
    DONE = "done"
    CONTESTED = "contested"


@dataclass(frozen=True, slots=True)
class Notify:
    """One entry of `notify`: by which way somebody is told, and of what.

    Attributes:
        kind: `webhook`, a plain JSON POST, or `apprise`, the addresses of that package.
        url: the address as the file gives it; None where a variable holds it. Only a webhook has one.
        variable: the variable of the environment that holds the address; None where the file gives it.
        on: the occasions.
        waiting_days: `waiting` is told once a request has waited for so many days.
        expiring_days: `expiring` is told so many days before a request expires.
    """

    kind: Literal["webhook", "apprise"]
    url: str | None
    variable: str | None
    on: frozenset[Occasion] = frozenset(Occasion)
    waiting_days: int = 3
    expiring_days: int = 2


@dataclass(frozen=True, slots=True)
class Config:
    """A valid file with all that it includes.

    Attributes:
        files: every file read, the main one first.
        rows: for each service its contacts, time-boxed ones as they stand before their hand-back.
        time_boxes: the contacts that end, by service and role.
        places: for each service where its key stands.
        observed: the roles of each service that are `manage: observe`, also those that nobody is named for.
        notify: who is told of what, in the order of the file.
        warnings: lines for people about what is allowed and yet unusual.
    """

    files: tuple[str, ...]
    endpoint: Endpoint
    accounts: tuple[Account, ...]
    rows: Mapping[ServiceId, Contacts]
    guards: GuardSettings = GuardSettings()
    expired_retries: int = 1
    time_boxes: Mapping[tuple[ServiceId, Role], TimeBox] = field(default_factory=dict)
    places: Mapping[ServiceId, Place] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    notify: tuple[Notify, ...] = ()
    observed: Marks = field(default_factory=dict)

    def observed_contacts(self) -> int:
        """Return how many of the managed contacts are only observed."""
        return sum(
            self.rows[service].of(role) is not None
            for service, roles in self.observed.items()
            for role in roles
        )

    def desired(self, today: date) -> Desired:
        """Return who is to hold which role on the UTC day `today`, as far as it is to be asked for by then.

        `then` follows a time-boxed contact `lead_days` before `until` already: people must still confirm it,
        and by `until` it is to be done. A contact that `then` holds by that time is as desired.
        """
        due = {key: box for key, box in self.time_boxes.items() if box.is_due(today)}
        if not due:
            return self.rows
        rows = dict(self.rows)
        for (service, role), box in due.items():
            row = list(rows[service])
            row[ROLES.index(role)] = box.then
            rows[service] = Contacts(*row)
        return rows
