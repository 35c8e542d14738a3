"""Each token is given once, the newest first, and what the endpoint says decides which one comes next."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.confirm.carry_out import carry_out, preview
from reconciler.confirm.judge import Offer
from reconciler.confirm.tries import MOST_TRIES, Tries
from reconciler.confirm.verdicts import Kind, Verdict
from reconciler.errors import (
    ApiError,
    OutcomeUnknownError,
    RateLimitedError,
    RefusedError,
    UnauthorizedError,
    UnreachableError,
)
from reconciler.model import AccountId, Task, TaskState
from reconciler.render.wording import Accounts
from tests.builders import NOW, A, B, task

REFUSED = RefusedError("This token is not valid", status=403)
NAMES = Accounts({})


class Endpoint:
    """A hand that keeps what it was given, and answers with the error that a token is listed with."""

    def __init__(self, **answers: ApiError) -> None:
        self.given: list[tuple[AccountId, str]] = []
        self.answers = answers
        self.rightful: dict[str, AccountId] = {}
        self.state: TaskState | None = TaskState.VALIDATING
        self.journalled: set[AccountId] = set()

    def give(self, task: Task, account: AccountId, token: str) -> str:  # noqa: ARG002  # as the protocol has it
        """Take a token, or refuse it."""
        self.given.append((account, token))
        error = self.answers.get(token)
        if error is None and self.rightful.get(token, account) != account:
            error = REFUSED
        if error is not None:
            raise error
        return "it waits for others"

    def now(self, task: Task, account: AccountId) -> Task | None:  # noqa: ARG002
        """Return the task in its present state."""
        return None if self.state is None else replace(task, state=self.state)

    def has_confirmed(self, task: Task, account: AccountId) -> bool:  # noqa: ARG002
        """Tell what another run has journalled."""
        return account in self.journalled


def offer(token: str, *accounts: AccountId, minutes: int | None = 0, number: int = 1, **facts: bool) -> Offer:
    """Return a token of a mail that was sent so many minutes ago."""
    sent = None if minutes is None else NOW - timedelta(minutes=minutes)
    return Offer(f"{token}.eml", task(number), accounts or (B,), token, sent, **facts)


def kinds(endpoint: Endpoint, *offers: Offer) -> list[Kind]:
    """Return the verdicts of one round."""
    return [row.kind for row in carry_out(offers, Tries(endpoint, NAMES))]


def test_the_newest_is_given_and_the_older_ones_are_not() -> None:
    endpoint = Endpoint()
    assert kinds(endpoint, offer("old", minutes=9), offer("new"), offer("undated", minutes=None)) == [
        Kind.SUPERSEDED,
        Kind.CONFIRMED,
        Kind.SUPERSEDED,
    ]
    assert endpoint.given == [(B, "new")]


def test_an_older_one_is_given_only_when_the_newer_is_refused() -> None:
    endpoint = Endpoint(new=REFUSED)
    assert kinds(endpoint, offer("old", minutes=9), offer("new")) == [
        Kind.CONFIRMED,
        Kind.REFUSED_BY_ENDPOINT,
    ]


def test_three_are_tried_and_no_more() -> None:
    names = [f"t{number}" for number in range(6)]
    endpoint = Endpoint(**dict.fromkeys(names, REFUSED))
    offers = [offer(name, minutes=number) for number, name in enumerate(names)]
    assert kinds(endpoint, *offers) == [Kind.REFUSED_BY_ENDPOINT] * MOST_TRIES + [Kind.SUPERSEDED] * 3
    assert len(endpoint.given) == MOST_TRIES == 3


def test_each_account_and_each_request_has_tries_of_its_own() -> None:
    endpoint = Endpoint(b=REFUSED)
    offers = [offer("b", B), offer("a", A), offer("other", B, number=2)]
    assert kinds(endpoint, *offers) == [Kind.REFUSED_BY_ENDPOINT, Kind.CONFIRMED, Kind.CONFIRMED]


@pytest.mark.parametrize("first", ["for_a", "for_b"])
def test_a_token_of_one_of_two_accounts_is_tried_for_both(first: str) -> None:
    endpoint = Endpoint()
    endpoint.rightful = {"for_a": A, "for_b": B}
    rows = [offer(name, A, B, minutes=int(name != first)) for name in ("for_a", "for_b")]
    verdicts = carry_out(rows, Tries(endpoint, NAMES))
    assert [(row.kind, row.account) for row in verdicts] == [(Kind.CONFIRMED, A), (Kind.CONFIRMED, B)]


def test_a_token_that_is_nobodys_is_refused_once_for_each() -> None:
    endpoint = Endpoint(x=REFUSED)
    (verdict,) = carry_out([offer("x", A, B)], Tries(endpoint, NAMES))
    assert (verdict.kind, verdict.account) == (Kind.REFUSED_BY_ENDPOINT, None)
    assert (
        verdict.detail
        == "for a: This token is not valid (HTTP 403); for b: This token is not valid (HTTP 403)"
    )
    assert endpoint.given == [(A, "x"), (B, "x")]


def test_a_token_is_tried_first_for_the_account_that_no_other_mail_is_for() -> None:
    endpoint = Endpoint()
    endpoint.rightful = {"sure": A, "unsure": B}
    assert kinds(endpoint, offer("unsure", A, B), offer("sure", A, minutes=9)) == [Kind.CONFIRMED] * 2
    assert endpoint.given == [(B, "unsure"), (A, "sure")]


def test_an_unknown_outcome_ends_the_tries_for_its_account() -> None:
    endpoint = Endpoint(new=OutcomeUnknownError("no answer"))
    tries = Tries(endpoint, NAMES)
    rows = [offer("old", minutes=9), offer("new")]
    for _ in range(2):
        assert [row.kind for row in carry_out(rows, tries)] == [Kind.SUPERSEDED, Kind.OUTCOME_UNKNOWN]
    assert endpoint.given == [(B, "new")]


def test_of_an_unknown_outcome_it_is_told_how_the_request_stands_now() -> None:
    endpoint = Endpoint(new=OutcomeUnknownError("no answer"))
    details = []
    for state in (TaskState.DONE, None):
        endpoint.state = state
        (verdict,) = carry_out([offer("new")], Tries(endpoint, NAMES))
        details.append(verdict.detail.rpartition("; ")[2])
    assert details == ["it is carried out by OVHcloud (done) now", "the request cannot be read now"]


@pytest.mark.parametrize("error", [UnreachableError("no line"), RateLimitedError("too many", status=429)])
def test_what_was_not_sent_is_given_in_the_next_round_before_any_older_one(error: ApiError) -> None:
    endpoint = Endpoint(new=error)
    tries = Tries(endpoint, NAMES)
    rows = [offer("old", minutes=9), offer("new")]
    assert [row.kind for row in carry_out(rows, tries)] == [Kind.SUPERSEDED, Kind.NOT_SENT]
    endpoint.answers.clear()
    assert [row.kind for row in carry_out(rows, tries)] == [Kind.SUPERSEDED, Kind.CONFIRMED]
    assert endpoint.given == [(B, "new"), (B, "new")]


def test_keys_that_may_not_confirm_are_not_tried_with_another_token() -> None:
    endpoint = Endpoint(new=UnauthorizedError("no", status=403, hint="not granted: account:apiovh:accept"))
    verdicts = carry_out([offer("old", minutes=9), offer("new")], Tries(endpoint, NAMES))
    assert [row.kind for row in verdicts] == [Kind.SUPERSEDED, Kind.REFUSED_BY_ENDPOINT]
    assert verdicts[1].detail == "no (HTTP 403); not granted: account:apiovh:accept"
    assert len(endpoint.given) == 1


def test_once_a_request_waits_no_more_no_further_token_is_given_for_it() -> None:
    endpoint = Endpoint(new=REFUSED)
    endpoint.state = TaskState.REFUSED
    rows = [offer("old", minutes=9), offer("new"), offer("a", A, minutes=3)]
    assert kinds(endpoint, *rows) == [Kind.NOT_WAITING, Kind.REFUSED_BY_ENDPOINT, Kind.NOT_WAITING]
    assert len(endpoint.given) == 1


def test_a_refusal_after_another_run_confirmed_is_no_refusal() -> None:
    endpoint = Endpoint(new=REFUSED)
    endpoint.journalled = {B}
    assert kinds(endpoint, offer("old", minutes=9), offer("new")) == [Kind.SUPERSEDED, Kind.ALREADY_CONFIRMED]


def test_a_refused_token_is_not_given_again_in_a_later_round() -> None:
    endpoint = Endpoint(x=REFUSED)
    tries = Tries(endpoint, NAMES)
    first = carry_out([offer("x")], tries)
    assert carry_out([offer("x")], tries) == first
    assert len(endpoint.given) == 1


def test_a_token_that_was_taken_is_not_tried_for_the_party_that_is_left_in_a_later_round() -> None:
    endpoint = Endpoint()
    tries = Tries(endpoint, NAMES)
    first = carry_out([offer("x", A, B)], tries)
    assert carry_out([offer("x", B)], tries) == first
    assert endpoint.given == [(A, "x")]


def test_the_same_token_in_two_mails_is_given_once_and_the_surer_mail_is_named() -> None:
    endpoint = Endpoint()
    copy = replace(offer("x", A, B), mail="copy.eml")
    vouched = replace(offer("x", B, vouched=True), mail="history")
    verdicts = carry_out([copy, vouched], Tries(endpoint, NAMES))
    assert [row.kind for row in verdicts] == [Kind.SUPERSEDED, Kind.CONFIRMED]
    assert verdicts[0].detail == "the same token is in history"


def test_a_preview_tells_the_same_order_and_gives_nothing() -> None:
    rows = [offer("old", minutes=9), offer("new"), offer("a", A)]
    assert [row.kind for row in preview(rows, NAMES)] == [
        Kind.SUPERSEDED,
        Kind.WOULD_CONFIRM,
        Kind.WOULD_CONFIRM,
    ]


def test_what_was_judged_already_keeps_its_place() -> None:
    left = Verdict("other.eml", Kind.NO_TOKEN, "none")
    rows: list[Verdict | Offer] = [left, offer("x"), left]
    assert [row.kind for row in carry_out(rows, Tries(Endpoint(), NAMES))] == [
        Kind.NO_TOKEN,
        Kind.CONFIRMED,
        Kind.NO_TOKEN,
    ]


@pytest.mark.parametrize("spelt", [str, str.lower, str.upper])
def test_a_token_in_the_endpoints_words_is_blotted_out(spelt: type[str]) -> None:
    token = "CanaryToken" * 3
    endpoint = Endpoint(**{token: RefusedError(f"<{spelt(token)}> is wrong", hint=f"not {spelt(token)}")})
    (verdict,) = carry_out([offer(token)], Tries(endpoint, NAMES))
    assert verdict.detail == "<***> is wrong; not ***"


def test_tries_show_no_token() -> None:
    tries = Tries(Endpoint(), NAMES)
    carry_out([offer("SECRET")], tries)
    assert "SECRET" not in repr(tries)
