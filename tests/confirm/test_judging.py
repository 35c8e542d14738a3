"""Which tokens may be used: only those of requests that are ours, wanted as they stand, and waiting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.confirm.carry_out import preview
from reconciler.confirm.judge import Offer, judge
from reconciler.confirm.known import Known
from reconciler.confirm.verdicts import Kind, Verdict
from reconciler.confirm.wanted import still_to_confirm
from reconciler.model import (
    AccountId,
    Answer,
    Asked,
    Claim,
    Confirmation,
    Contacts,
    Move,
    Role,
    ServiceId,
    Task,
    TaskState,
)
from reconciler.ports.letters import Find, Letter
from reconciler.progress import by_task
from tests.builders import NOW, SERVICE, contacts, task

TOKEN = "T" * 32
SENT = NOW - timedelta(minutes=59)


def known(
    *tasks: Task,
    moves: str = "technical:a>b",
    asker: str = "a",
    live: str | None = "aaa",
    desired: str | None = "aba",
    held: str = "ab",
    confirmed: str = "",
    service: str = SERVICE,
    foreign: Iterable[int] = (),
    only: str | None = None,
) -> Known:
    """Return what is known of task 1 that we asked for an hour ago; accounts are letters."""
    told = tuple(
        Move(Role(role), AccountId(pair[0]), AccountId(pair[2]))
        for role, pair in (move.split(":") for move in moves.split())
    )
    at = NOW - timedelta(minutes=60)
    name = ServiceId(service)
    rows = tasks or (task(1, service=service),)
    answers = [Confirmation(1, AccountId(one), Answer.ACCEPTED, NOW) for one in confirmed]
    return Known(
        asked={1: Asked(1, name, AccountId(asker), told, at)},
        claims={1: Claim(1, name, AccountId(asker), at, at)},
        answers=by_task(answers),
        tasks={row.id: row for row in rows if row.id == 1},
        live={} if live is None else {name: contacts(live)},
        desired={} if desired is None else {name: contacts(desired)},
        addresses={AccountId(one): f"{one.upper()}@example.com" for one in held},
        foreign=frozenset(foreign),
        only=None if only is None else AccountId(only),
    )


def letter(number: int | None = 1, *, token: str = TOKEN, place: str = "1.eml", **facts: object) -> Letter:
    """Return a mail that holds a token in a link to a request."""
    return Letter(place, finds=(Find(number, token),), **{"sent": SENT, **facts})  # type: ignore[arg-type]  # typed by Letter


def kind(facts: Known, *letters: Letter) -> Kind:
    """Return the verdict on one mail, as `confirm` without `--yes` tells it."""
    (verdict,) = preview(judge(letters or (letter(owner=AccountId("b")),), facts), facts.called)
    return verdict.kind


def test_what_we_asked_for_and_the_file_wants_and_waits_would_be_confirmed() -> None:
    (verdict,) = preview(judge([letter(owner=AccountId("b"))], known()), known().called)
    assert (verdict.kind, verdict.task, verdict.account) == (Kind.WOULD_CONFIRM, 1, AccountId("b"))
    assert verdict.detail == "a -> b as technical contact of shop.example"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(known(task(1, requested=61)), Kind.NOT_OURS, id="of that number, but older than ours"),
        pytest.param(known(task(1, requested=59)), Kind.NOT_OURS, id="of that number, but younger"),
        pytest.param(known(task(1, name="shop.example.evil")), Kind.OTHER_SERVICE, id="name begins alike"),
        pytest.param(known(task(1, name="hop.example")), Kind.OTHER_SERVICE, id="name ends alike"),
        pytest.param(known(task(1, name="")), Kind.OTHER_SERVICE, id="no name"),
        pytest.param(known(task(1, asker="c")), Kind.OTHER_ASKER, id="other asker"),
        pytest.param(known(task(1, asker=None)), Kind.OTHER_ASKER, id="no asker"),
        pytest.param(known(task(1, "a>c")), Kind.OTHER_MOVE, id="other to"),
        pytest.param(known(task(1, "c>b")), Kind.OTHER_MOVE, id="other from"),
        pytest.param(known(task(1, roles="billing")), Kind.OTHER_MOVE, id="other role"),
        pytest.param(known(task(1, roles="technical admin")), Kind.OTHER_MOVE, id="one role more"),
        pytest.param(
            known(moves="technical:a>b billing:a>b"), Kind.OTHER_MOVE, id="one role less than we asked for"
        ),
        pytest.param(known(task(1, roles="")), Kind.OTHER_MOVE, id="no role"),
        pytest.param(known(task(1, state="todo")), Kind.NOT_WAITING, id="not mailed yet"),
        pytest.param(known(task(1, state="doing")), Kind.NOT_WAITING, id="being carried out"),
        pytest.param(known(task(1, state="done", settled=1)), Kind.NOT_WAITING, id="done"),
        pytest.param(known(desired=None), Kind.UNDECLARED, id="not declared"),
        pytest.param(known(desired="a-a"), Kind.UNMANAGED, id="not managed"),
        pytest.param(known(desired="aaa"), Kind.UNWANTED, id="the file wants the old contact"),
        pytest.param(known(desired="aca"), Kind.UNWANTED, id="the file wants a third"),
        pytest.param(known(live="aba"), Kind.MOVED_ON, id="moved already"),
        pytest.param(known(live="aca"), Kind.MOVED_ON, id="moved to a third"),
        pytest.param(known(live=None), Kind.NOT_SEEN, id="the service is not seen"),
        pytest.param(known(live="a-a"), Kind.NOT_SEEN, id="the role is not shown"),
        pytest.param(known(confirmed="b"), Kind.ALREADY_CONFIRMED, id="confirmed by us"),
        pytest.param(known(only="a"), Kind.OTHER_ACCOUNT, id="the run is for another"),
    ],
)
def test_whatever_is_not_exactly_so_is_left_alone(facts: Known, expected: Kind) -> None:
    assert kind(facts) is expected


def test_a_task_without_a_name_is_left_alone_though_number_and_time_fit() -> None:
    assert kind(known(replace(task(1), name=None))) is Kind.OTHER_SERVICE


def test_every_role_of_a_task_must_be_wanted() -> None:
    both = task(1, roles="technical billing")
    moves = "technical:a>b billing:a>b"
    assert kind(known(both, moves=moves, desired="abb")) is Kind.WOULD_CONFIRM
    assert kind(known(both, moves=moves, desired="aba")) is Kind.UNWANTED
    assert kind(known(both, moves=moves, desired="ab-")) is Kind.UNMANAGED
    for observed in ({Role.BILLING}, {Role.TECHNICAL, Role.BILLING}):
        marks = {ServiceId(SERVICE): frozenset(observed)}
        assert kind(replace(known(both, moves=moves, desired="abb"), observed=marks)) is Kind.OBSERVED
    assert kind(known(both, moves=moves, desired="abb", live="aab")) is Kind.MOVED_ON


def test_of_a_request_with_two_new_contacts_each_task_is_judged_by_its_own_move() -> None:
    moves = "technical:a>b billing:c>b"
    assert kind(known(moves=moves, desired="abb", live="aac")) is Kind.WOULD_CONFIRM


def test_only_the_case_of_ascii_letters_may_differ_in_a_name() -> None:
    assert kind(known(task(1, name="SHOP.example"))) is Kind.WOULD_CONFIRM
    service = "domain/straße.example"
    assert kind(known(task(1, name="strasse.example"), service=service)) is not Kind.WOULD_CONFIRM
    assert kind(known(task(1, name="straße.example"), service=service)) is Kind.WOULD_CONFIRM


def test_a_lost_journal_confirms_nothing() -> None:
    lost = replace(known(), asked={}, claims={}, tasks={}, foreign=frozenset({1}))
    assert kind(lost) is Kind.NOT_OURS
    assert kind(replace(lost, foreign=frozenset())) is Kind.UNKNOWN_REQUEST


def test_a_task_that_cannot_be_read_is_not_called_unknown() -> None:
    blind = replace(known(), tasks={}, unseen={1: "a: HTTP 500"})
    assert kind(blind) is Kind.NOT_SEEN
    assert kind(replace(blind, unseen={})) is Kind.UNKNOWN_REQUEST


def test_a_mail_with_nothing_to_use_says_so() -> None:
    assert kind(known(), Letter("1.eml")) is Kind.NO_TOKEN
    assert kind(known(), Letter("1.eml", trouble="no mail")) is Kind.UNREADABLE


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [((1, 2026, 7), Kind.WOULD_CONFIRM), ((2, 2026), Kind.UNCLEAR_REQUEST), ((), Kind.UNCLEAR_REQUEST)],
)
def test_a_bare_token_needs_exactly_one_number_that_waits(numbers: tuple[int, ...], expected: Kind) -> None:
    mail = Letter("1.eml", finds=(Find(None, TOKEN, frozenset(numbers)),), owner=AccountId("b"))
    assert kind(known(foreign=[2]), mail) is expected


def test_a_bare_token_with_the_numbers_of_two_waiting_requests_is_left_alone() -> None:
    facts = known()
    second = replace(facts.asked[1], task=2)
    two = replace(
        facts,
        asked={**facts.asked, 2: second},
        claims={**facts.claims, 2: replace(facts.claims[1], task=2)},
        tasks={1: task(1), 2: task(2)},
    )
    mail = Letter("1.eml", finds=(Find(None, TOKEN, frozenset({1, 2})),), owner=AccountId("b"))
    assert kind(two, mail) is Kind.UNCLEAR_REQUEST
    settled = replace(two, tasks={1: task(1), 2: task(2, state="refused")})
    assert kind(settled, mail) is Kind.WOULD_CONFIRM


def accounts_of(facts: Known, mail: Letter) -> tuple[str, ...] | Kind:
    """Return whose token a mail may hold, or why it is nobody's."""
    (row,) = judge([mail], facts)
    return row.accounts if isinstance(row, Offer) else row.kind


def test_the_history_of_an_account_says_whose_token_it_is() -> None:
    facts = known(held="abc")
    assert accounts_of(facts, letter(owner=AccountId("a"))) == ("a",)
    misled = letter(owner=AccountId("b"), recipients=frozenset({"a@example.com"}))
    assert accounts_of(facts, misled) == ("b",)
    assert accounts_of(facts, letter(owner=AccountId("c"))) is Kind.ADDRESSED_TO_OTHER


def test_the_address_in_a_profile_says_whose_token_it_is() -> None:
    facts = known(held="abc")
    assert accounts_of(facts, letter(recipients=frozenset({"x@y.example", "b@example.com"}))) == ("b",)
    assert accounts_of(facts, letter(recipients=frozenset({"c@example.com"}))) is Kind.ADDRESSED_TO_OTHER
    assert accounts_of(facts, letter(recipients=frozenset({"b@example.com.evil"}))) == ("a", "b")
    done = known(held="abc", confirmed="b")
    assert accounts_of(done, letter(recipients=frozenset({"b@example.com"}))) is Kind.ALREADY_CONFIRMED


def test_an_address_that_both_parties_share_says_nothing() -> None:
    shared = dict.fromkeys(map(AccountId, "ab"), "ops@example.com")
    mail = letter(recipients=frozenset({"ops@example.com"}))
    assert accounts_of(replace(known(), addresses=shared), mail) == ("a", "b")
    assert accounts_of(replace(known(confirmed="a"), addresses=shared), mail) == ("b",)


def test_without_an_address_the_only_missing_party_is_meant() -> None:
    assert accounts_of(known(confirmed="a"), letter()) == ("b",)
    assert accounts_of(known(held="a"), letter()) == ("a",)
    assert accounts_of(known(held="a", confirmed="a"), letter()) is Kind.NO_CREDENTIALS
    assert accounts_of(known(), letter()) == ("a", "b")


def test_of_two_mails_for_one_account_the_newer_goes_first() -> None:
    old = letter(token="A" * 32, place="old", owner=AccountId("b"), sent=SENT - timedelta(hours=1))
    new = letter(token="B" * 32, place="new", owner=AccountId("b"))
    undated = letter(token="C" * 32, place="undated", owner=AccountId("b"), sent=None)
    verdicts = preview(judge([undated, old, new], known()), known().called)
    assert [row.kind for row in verdicts] == [Kind.SUPERSEDED, Kind.SUPERSEDED, Kind.WOULD_CONFIRM]


def test_a_mail_of_the_history_goes_before_one_that_claims_to_be_newer() -> None:
    forged = letter(
        token="F" * 32, place="forged", recipients=frozenset({"b@example.com"}), sent=NOW + timedelta(days=9)
    )
    real = letter(place="real", owner=AccountId("b"))
    verdicts = preview(judge([forged, real], known()), known().called)
    assert [row.kind for row in verdicts] == [Kind.SUPERSEDED, Kind.WOULD_CONFIRM]


def test_one_token_in_two_places_is_told_once() -> None:
    copy = letter(place="copy.eml")
    verdicts = preview(judge([copy, letter(owner=AccountId("b"), place="history")], known()), known().called)
    assert [row.kind for row in verdicts] == [Kind.SUPERSEDED, Kind.WOULD_CONFIRM]
    assert verdicts[0].detail == "the same token is in history"


def test_nothing_that_is_shown_of_an_offer_or_a_verdict_holds_a_token() -> None:
    offers = judge([letter(), letter(99), letter(owner=AccountId("b"))], known())
    verdicts = preview(offers, known().called)
    assert any(isinstance(row, Offer) for row in offers)
    assert all(isinstance(row, Verdict) for row in verdicts)
    assert TOKEN not in repr((offers, verdicts))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (known(), "ab"),
        (known(task(1, state="checkValidity")), "ab"),
        (known(confirmed="a"), "b"),
        (known(held="b"), "b"),
        (known(only="a"), "a"),
        (known(live=None), "ab"),
        (known(task(1, state="doing")), ""),
        (known(desired="aaa"), ""),
        (known(live="aba"), ""),
        (known(task(1, "a>c")), ""),
        (known(task(1, requested=9)), ""),
    ],
)
def test_what_is_still_to_be_confirmed_is_what_would_be_with_its_mail_at_hand(
    facts: Known, expected: str
) -> None:
    assert still_to_confirm(facts) == {(1, AccountId(one)) for one in expected}


def test_states_that_no_one_waits_in_are_all_others() -> None:
    for state in TaskState:
        waits = kind(known(task(1, state=state))) is Kind.WOULD_CONFIRM
        assert waits is (state is TaskState.VALIDATING)


def test_contacts_are_those_of_the_service_itself() -> None:
    facts = known()
    namesake = replace(facts, live={ServiceId("hosting/web/shop.example"): Contacts(*map(AccountId, "aaa"))})
    assert kind(namesake) is Kind.NOT_SEEN
