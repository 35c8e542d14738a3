"""What is checked, and what a check comes to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from reconciler.model import AccountFacts, AccountId


class Verdict(StrEnum):
    """What a check came to, the best first."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


class Subject(StrEnum):
    """What is checked. Their order is that of every list."""

    FILE = "file"
    GIT = "git"
    JOURNAL = "journal"
    LOCK = "lock"
    CREDENTIALS = "credentials"
    CLOCK = "clock"
    KEYS = "keys"
    RIGHTS = "rights"
    REGION = "region"
    DEBTS = "debts"
    PAYMENT_METHOD = "payment_method"
    MAIL_ADDRESS = "mail_address"


class Check(NamedTuple):
    """One check.

    Attributes:
        subject: what was checked.
        verdict: what it came to.
        found: what there was, in words.
        remedy: what to do about it; None where nothing is to be done.
        account: whose check it is; None where it is nobody's.
        missing: calls that we make and the key is not granted, each as `METHOD /path`.
        beyond: what the key is granted and we never call, in the same form.
    """

    subject: Subject
    verdict: Verdict
    found: str
    remedy: str | None = None
    account: AccountId | None = None
    missing: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyRights:
    """What a key says about itself.

    Attributes:
        state: OVHcloud's word, `validated` for one that may be used.
        expires: when it ends; None: never.
        missing: see `Check`.
        beyond: see `Check`.
        told: whether it told what it is granted; a service account's policies decide elsewhere.
    """

    state: str
    expires: datetime | None
    missing: tuple[str, ...]
    beyond: tuple[str, ...]
    told: bool = True


@dataclass(frozen=True, slots=True)
class Examined:
    """What one configured account showed.

    Attributes:
        label: how its keys are called: the account that their table names, or where they are from.
        facts: what it tells about itself; None where it could not be asked.
        failure: why it could not be asked, or why it may not be used.
        remedy: what to do about that failure.
        rights: of its key; None where they could not be read.
        rights_failure: why not.
    """

    label: AccountId
    facts: AccountFacts | None
    failure: str | None
    rights: KeyRights | None
    rights_failure: str | None
    remedy: str | None = None


def worst(checks: Iterable[Check]) -> Verdict:
    """Return the worst verdict among checks."""
    order = list(Verdict)
    return max((check.verdict for check in checks), key=order.index, default=Verdict.OK)
