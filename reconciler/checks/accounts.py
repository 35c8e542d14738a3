"""The checks of one account's keys, and of the clock that signs for all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from reconciler.checks.facts import fact_checks
from reconciler.checks.nouns import Check, Examined, KeyRights, Subject, Verdict
from reconciler.model import AccountId, Region

EXPIRES_SOON = timedelta(days=14)
CLOCK_TOLERANCE = 30
"""Seconds. Signatures are made by the endpoint's clock, so that more is odd and not yet harmful."""


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
        checks += fact_checks(seen.facts, region, payers)
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
            f"before that: {_renewal(seen)}",
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
                seen.remedy or "configure a key that may also GET /auth/currentCredential",
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
            f"{_renewal(seen)}: it makes a key that is granted these calls",
            missing=rights.missing,
            beyond=rights.beyond,
        )
    elif rights.beyond:
        yield Check(
            Subject.RIGHTS,
            Verdict.WARNING,
            "granted all that is needed" + _too_much(rights, ", and beyond need: "),
            f"{_renewal(seen)}: it makes a key that can do no more than is used",
            beyond=rights.beyond,
        )
    else:
        yield Check(Subject.RIGHTS, Verdict.OK, "granted exactly what is needed")


def _renewal(seen: Examined) -> str:
    return f"reconciler login {seen.facts.id if seen.facts else seen.label} --renew"


def _too_much(rights: KeyRights, words: str) -> str:
    return f"{words}{', '.join(rights.beyond)}" if rights.beyond else ""
