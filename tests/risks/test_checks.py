"""What a check comes to where no endpoint of ours shows the case: unread facts, ends of keys and the like."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reconciler.checks import (
    CLOCK_TOLERANCE,
    EXPIRES_SOON,
    Check,
    Examined,
    KeyRights,
    Subject,
    Verdict,
    account_checks,
    clock_check,
)
from reconciler.model import AccountFacts, AccountId, Region

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ME = AccountId("me11111-ovh")
EXACT = KeyRights("validated", None, (), ())
GOOD = AccountFacts(ME, Region.EU, unpaid_invoices=False, payment_method=True, email="me@example.com")


def found(facts: AccountFacts = GOOD, rights: KeyRights | None = EXACT) -> dict[Subject, Check]:
    """Return the checks of an account by subject."""
    seen = Examined(ME, facts, None, rights, None if rights else "no answer")
    return {check.subject: check for check in account_checks(seen, Region.EU, (), NOW)}


def test_all_is_ok_for_an_account_without_fault() -> None:
    assert {check.verdict for check in found().values()} == {Verdict.OK}
    assert {check.account for check in found().values()} == {ME}


@pytest.mark.parametrize(
    ("facts", "subject", "verdict"),
    [
        ({"unpaid_invoices": None}, Subject.DEBTS, Verdict.FAILURE),
        ({"payment_method": None}, Subject.PAYMENT_METHOD, Verdict.FAILURE),
        ({"region": None}, Subject.REGION, Verdict.WARNING),
        ({"email": None}, Subject.MAIL_ADDRESS, Verdict.FAILURE),
        ({"email": "nobody"}, Subject.MAIL_ADDRESS, Verdict.FAILURE),
        ({"email": "@example.com"}, Subject.MAIL_ADDRESS, Verdict.FAILURE),
    ],
)
def test_what_could_not_be_read_is_never_ok(
    facts: dict[str, object], subject: Subject, verdict: Verdict
) -> None:
    told = {"region": Region.EU, "unpaid_invoices": False, "payment_method": True, "email": "me@example.com"}
    check = found(AccountFacts(ME, **{**told, **facts}))[subject]  # type: ignore[arg-type] # as the cases above say
    assert check.verdict is verdict
    assert check.remedy


@pytest.mark.parametrize(
    ("left", "verdict"), [(timedelta(seconds=-1), Verdict.WARNING), (timedelta(0), Verdict.OK)]
)
def test_a_key_that_ends_soon_is_a_warning(left: timedelta, verdict: Verdict) -> None:
    rights = KeyRights("validated", NOW + EXPIRES_SOON + left, (), ())
    assert found(rights=rights)[Subject.KEYS].verdict is verdict


def test_a_key_that_is_not_validated_fails() -> None:
    assert found(rights=KeyRights("expired", None, (), ()))[Subject.KEYS].verdict is Verdict.FAILURE


def test_rights_that_could_not_be_read_fail() -> None:
    check = found(rights=None)[Subject.RIGHTS]
    assert check.verdict is Verdict.FAILURE
    assert "no answer" in check.found


def test_a_service_account_that_does_not_tell_its_rights_is_a_warning() -> None:
    rights = KeyRights("validated", None, (), (), told=False)
    assert found(rights=rights)[Subject.RIGHTS].verdict is Verdict.WARNING
    assert found(rights=rights)[Subject.KEYS].verdict is Verdict.OK


@pytest.mark.parametrize("way", [1, -1])
def test_the_clock_may_be_off_by_half_a_minute(way: int) -> None:
    assert clock_check(way * CLOCK_TOLERANCE).verdict is Verdict.OK
    off = clock_check(way * (CLOCK_TOLERANCE + 1))
    assert off.verdict is Verdict.WARNING
    assert ("behind" if way > 0 else "ahead of") in off.found
