"""The checks of what an account tells about itself; what could not be read has failed."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from reconciler.checks.nouns import Check, Subject, Verdict
from reconciler.model import AccountFacts, AccountId, Region


def fact_checks(facts: AccountFacts, region: Region, payers: Collection[AccountId]) -> Iterator[Check]:
    """Yield the checks of region, debts, payment method and address; `payers` are to be billing contacts."""
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
