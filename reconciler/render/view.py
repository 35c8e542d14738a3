"""The one value that every format of a plan is made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.model import AccountId, Role, ServiceId
from reconciler.model.time_box import Place
from reconciler.plan import Plan

Where = Callable[[ServiceId, Role | None], Place | None]
"""Tells which line decides a contact, or, without a role, where a service is declared; None: nowhere."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a plan was made from.

    Attributes:
        version: of this program.
        at: when the endpoint was looked at, by its clock.
        endpoint: as the file names it.
        file: the main file, as seen from the root of its repository.
        commit: of the repository; None where the file is in none.
    """

    version: str
    at: datetime
    endpoint: str
    file: str
    commit: str | None = None


def nowhere(service: ServiceId, role: Role | None) -> Place | None:  # noqa: ARG001 - a `Where`
    """Return no place: it is not known where the file says what."""
    return None


@dataclass(frozen=True, slots=True)
class View:
    """A plan, and what formats tell beside it.

    Attributes:
        names: the short name of each account that has one.
        where: which line of the file decides what.
        made: what the plan was made from; None where nobody asked.
        code: the exit code that `--detailed-exitcode` gives.
        key: tells the comments of several files in one pull request apart; empty where there is one.
        elsewhere: where else this run writes the plan in full, in words that are not safe to show.
    """

    plan: Plan
    names: Mapping[AccountId, str] = field(default_factory=dict)
    where: Where = nowhere
    made: Made | None = None
    code: int = 0
    key: str = ""
    elsewhere: tuple[str, ...] = ()
