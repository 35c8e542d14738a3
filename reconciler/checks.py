"""Whether everything is ready before anyone needs it: what was found, what that means, what helps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from reconciler.model import AccountFacts, AccountId, Region

EXPIRES_SOON = timedelta(days=14)
CLOCK_TOLERANCE = 30
"""Seconds. Signatures are made by the endpoint's clock, so that more is odd and not yet harmful."""


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


def account_checks(
    seen: Examined, region: Region, payers: Collection[AccountId], now: datetime
) -> Iterator[Check]:
    """Yield the checks of one account, in the order of every list.

    Args:
        seen: what it showed.
        region: the endpoint's.
        payers: the accounts that are wanted as a billing contact.
        now: by the endpoint's clock, aware.
    """
    account = seen.facts.id if seen.facts is not None else seen.label
    checks = [_keys(seen, now), *_rights(seen)]
    if seen.facts is not None and seen.failure is None:
        checks += _facts(seen.facts, region, payers)
    for check in checks:
        yield check._replace(account=account)


def clock_check(seconds: int) -> Check:
    """Return the check of our clock; `seconds` is by how much the endpoint's is ahead of it."""
    if abs(seconds) <= CLOCK_TOLERANCE:
        return Check(Subject.CLOCK, Verdict.OK, f"{abs(seconds)} s apart from the endpoint's")
    way = "behind" if seconds > 0 else "ahead of"
    return Check(
        Subject.CLOCK,
        Verdict.WARNING,
        f"this machine's clock is {abs(seconds)} s {way} the endpoint's",
        "set this machine's clock, or have it set by NTP",
    )


def worst(checks: Iterable[Check]) -> Verdict:
    """Return the worst verdict among checks."""
    order = list(Verdict)
    return max((check.verdict for check in checks), key=order.index, default=Verdict.OK)


def _keys(seen: Examined, now: datetime) -> Check:
    if seen.failure is not None:
        return Check(Subject.KEYS, Verdict.FAILURE, seen.failure, seen.remedy)
    rights = seen.rights
    if rights is None or not rights.told:
        return Check(Subject.KEYS, Verdict.OK, "they let us in")
    if rights.state != "validated":
        remedy = "have the key validated by its owner, or configure another one"
        return Check(Subject.KEYS, Verdict.FAILURE, f"the key is {rights.state}", remedy)
    if rights.expires is None:
        return Check(Subject.KEYS, Verdict.OK, "valid, without an end")
    end = f"{rights.expires:%Y-%m-%d %H:%M} UTC"
    if rights.expires - now < EXPIRES_SOON:
        return Check(
            Subject.KEYS,
            Verdict.WARNING,
            f"valid only until {end}",
            "before that, take its table out and run reconciler login",
        )
    return Check(Subject.KEYS, Verdict.OK, f"valid until {end}")


def _rights(seen: Examined) -> Iterator[Check]:
    rights = seen.rights
    if rights is None:
        if seen.rights_failure is not None:
            yield Check(
                Subject.RIGHTS,
                Verdict.FAILURE,
                f"what the key is granted could not be read: {seen.rights_failure}",
                "configure a key that may also GET /auth/currentCredential",
            )
    elif not rights.told:
        yield Check(
            Subject.RIGHTS,
            Verdict.WARNING,
            "the service account does not tell what its policies allow",
            "look at its IAM policies in OVHcloud's control panel",
        )
    elif rights.missing:
        yield Check(
            Subject.RIGHTS,
            Verdict.FAILURE,
            f"not granted: {', '.join(rights.missing)}" + _too_much(rights, "; granted beyond need: "),
            "take its table out and run reconciler login: it makes a key that is granted these calls",
            missing=rights.missing,
            beyond=rights.beyond,
        )
    elif rights.beyond:
        yield Check(
            Subject.RIGHTS,
            Verdict.WARNING,
            "granted all that is needed" + _too_much(rights, ", and beyond need: "),
            "take its table out and run reconciler login: it makes a key that can do no more than is used",
            beyond=rights.beyond,
        )
    else:
        yield Check(Subject.RIGHTS, Verdict.OK, "granted exactly what is needed")


def _too_much(rights: KeyRights, words: str) -> str:
    return f"{words}{', '.join(rights.beyond)}" if rights.beyond else ""


def _facts(facts: AccountFacts, region: Region, payers: Collection[AccountId]) -> Iterator[Check]:
    yield _region(facts, region)
    yield _debts(facts)
    yield _payment(facts, needed=facts.id in payers)
    yield _mail(facts)


def _region(facts: AccountFacts, region: Region) -> Check:
    if facts.region is None:
        found = "the account does not tell its region"
        return Check(
            Subject.REGION, Verdict.WARNING, found, "contacts move only within one region: look it up"
        )
    if facts.region is not region:
        found = f"the account is of {facts.region}, the endpoint of {region}"
        return Check(
            Subject.REGION,
            Verdict.FAILURE,
            found,
            "contacts move only within one region: use another account",
        )
    return Check(Subject.REGION, Verdict.OK, str(facts.region))


def _debts(facts: AccountFacts) -> Check:
    if facts.unpaid_invoices is None:
        return Check(Subject.DEBTS, Verdict.FAILURE, "could not be read", _GRANT.format("/me/debtAccount"))
    if facts.unpaid_invoices:
        remedy = "pay its invoices: until then it can neither give nor take a contact"
        return Check(Subject.DEBTS, Verdict.FAILURE, "an invoice is unpaid", remedy)
    return Check(Subject.DEBTS, Verdict.OK, "none")


def _payment(facts: AccountFacts, *, needed: bool) -> Check:
    subject = Subject.PAYMENT_METHOD
    if facts.payment_method is None:
        return Check(subject, Verdict.FAILURE, "could not be read", _GRANT.format("/me/payment/method"))
    if facts.payment_method:
        return Check(subject, Verdict.OK, "registered")
    if needed:
        remedy = "register one: the file wants this account as a billing contact, which needs it"
        return Check(subject, Verdict.FAILURE, "none is registered", remedy)
    remedy = "register one before this account is to become a billing contact"
    return Check(subject, Verdict.WARNING, "none is registered", remedy)


def _mail(facts: AccountFacts) -> Check:
    address = facts.email or ""
    name, _, host = address.rpartition("@")
    if not address:
        remedy = "enter one in OVHcloud's control panel: tokens are mailed to it"
        return Check(Subject.MAIL_ADDRESS, Verdict.FAILURE, "the account shows no address", remedy)
    if not name or not host:
        remedy = "correct it in OVHcloud's control panel: tokens are mailed to it"
        return Check(Subject.MAIL_ADDRESS, Verdict.FAILURE, f"{address} is no address", remedy)
    return Check(Subject.MAIL_ADDRESS, Verdict.OK, f"tokens are mailed to {address}: somebody must read that")


_GRANT = "see what went wrong with -v; the key must be granted GET {}"
