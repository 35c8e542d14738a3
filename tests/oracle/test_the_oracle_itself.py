"""The reference against the rules as text: cases worked out by hand, and the optimum proved by trying all.

Broken on purpose and seen: taking the role's own holder first, or not letting the hand-over wait.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from tests.oracle.askers import ROLES, Moves, assignments, best, cost, reasons_to_keep_the_admin, stated
from tests.oracle.oracle import Asked, Case, judge


def named(text: str) -> dict[str, str]:
    return {role: who for role, who in zip(ROLES, text, strict=True) if who != "-"}


def case(live: str, desired: str, held: str, *tasks: Asked, **more: Any) -> Case:
    plain = Case(named(live), named(desired), frozenset(held), tasks)
    return plain._replace(**more)


def trays(one: Case) -> dict[str, str]:
    return {role: row.get("reason", row["tray"]) for role, row in judge(one)["rows"].items()}


def asked(number: int, move: str, roles: str, state: str, ended: float | None = None) -> Asked:
    source, target = move.split(">")
    return Asked(number, source, source, target, tuple(roles.split()), state, ended)


EVERY_DIFFERENCE = [
    (
        named("".join(live)),
        {role: (old, new) for role, old, new in zip(ROLES, live, want, strict=True) if old != new},
    )
    for live, want in product(product("abc", repeat=3), repeat=2)
]


@pytest.mark.parametrize("held", ["a", "b", "c", "ab", "ac", "bc", "abc"])
def test_no_assignment_of_askers_is_cheaper_than_the_stated_choice(held: str) -> None:
    credentials = frozenset(held)
    for live, wanted in EVERY_DIFFERENCE:
        moves: Moves = {
            role: move for role, move in wanted.items() if credentials & {live["admin"], live[role]}
        }
        moves = {
            role: move for role, move in moves.items() if role != "admin" or live["admin"] in credentials
        }
        blocked = [role for role in ROLES[1:] if role in wanted]
        for kept_for in [(), *((role,) for role in blocked)]:
            asking = {role: move for role, move in moves.items() if role not in kept_for}
            if not asking:
                continue
            choice = stated(live, asking, credentials)
            cheapest = min(
                cost(one, asking, credentials, kept_for) for one in assignments(live, asking, credentials)
            )
            assert cost(choice, asking, credentials, kept_for) == cheapest, (live, asking, held)
            assert best(live, asking, credentials, kept_for) == choice, (live, asking, held)


def test_the_admin_confirms_alone_when_he_names_himself() -> None:
    post = judge(case("abb", "aab", "a"))["post"]
    assert post == {
        "asker": "a",
        "roles": ["technical"],
        "tasks": [{"from": "b", "to": "a", "roles": ["technical"], "confirmers": ["a"]}],
    }


def test_one_post_makes_one_task_for_each_pair_of_accounts() -> None:
    post = judge(case("aaa", "bbc", "ab"))["post"]
    assert [task["roles"] for task in post["tasks"]] == [["admin", "technical"], ["billing"]]


def test_the_admin_role_waits_for_what_only_the_outgoing_admin_may_ask() -> None:
    rows = judge(case("aab", "bcb", "a"))["rows"]
    assert rows["technical"] == {"tray": "requests", "asker": "a"}
    assert rows["admin"] == {"tray": "deferred", "asker": "a", "waits_for": ["technical"]}


def test_roles_of_the_same_pair_travel_with_the_admin_role() -> None:
    rows = judge(case("aaa", "bbc", "a"))["rows"]
    assert rows["technical"] == rows["admin"] == {"tray": "deferred", "asker": "a", "waits_for": ["billing"]}
    assert rows["billing"]["tray"] == "requests"


def test_the_admin_role_goes_along_when_the_incoming_admin_is_ours() -> None:
    assert set(trays(case("aaa", "bcc", "ab")).values()) == {"requests"}


def test_the_admin_role_waits_for_a_block_that_may_pass_and_not_for_one_that_stays() -> None:
    debt = case("aac", "bab", "a", in_debt=True)
    assert judge(debt)["rows"]["admin"]["waits_for"] == ["billing"]
    assert trays(debt) == {"admin": "deferred", "technical": "in_sync", "billing": "service_in_debt"}
    vetoed = case("aac", "bab", "a", vetoed=frozenset({"billing"}))
    assert trays(vetoed) == {"admin": "requests", "technical": "in_sync", "billing": "guard"}


def test_without_the_admin_each_holder_asks_for_his_own_role_in_turn() -> None:
    rows = judge(case("abc", "caa", "bc"))["rows"]
    assert rows["admin"] == {"tray": "blocked", "reason": "not_permitted", "could_ask": ["a"]}
    assert rows["technical"] == {"tray": "requests", "asker": "b"}
    assert rows["billing"] == {"tray": "deferred", "asker": "c", "waits_for": ["technical"]}


def test_each_role_of_an_open_task_is_judged_apart() -> None:
    found = judge(case("aaa", "abc", "a", asked(7, "a>b", "technical billing", "validatingByCustomers")))
    assert found["rows"]["technical"]["tray"] == "pending"
    assert found["rows"]["billing"]["reason"] == "conflicting_request"
    assert [(row["role"], row["towards"]) for row in found["contested"]] == [("billing", "b")]


def test_what_no_open_task_covers_waits_for_all_of_them() -> None:
    found = judge(case("aaa", "abc", "a", asked(7, "a>b", "technical", "todo"), strays=(5,)))
    assert found["rows"]["billing"] == {"tray": "deferred", "asker": "a", "waits_for": [5, 7]}
    assert found["post"] is None


@pytest.mark.parametrize(("minutes", "tray"), [(14.9, "pending"), (15, "requests")])
def test_a_task_done_less_than_fifteen_minutes_ago_counts_as_pending(minutes: float, tray: str) -> None:
    assert trays(case("aaa", "aba", "a", asked(7, "a>b", "technical", "done", minutes)))["technical"] == tray


@pytest.mark.parametrize("state", ["refused", "aborted"])
def test_what_was_turned_down_is_held_until_a_person_allows_it(state: str) -> None:
    held = case("aaa", "aba", "a", asked(7, "a>b", "technical", state, 999))
    assert trays(held)["technical"] == "turned_down"
    assert trays(held._replace(leave=frozenset({("technical", 7)})))["technical"] == "requests"
    assert trays(held._replace(leave=frozenset({("technical", 6)})))["technical"] == "turned_down"
    assert trays(held._replace(desired=named("aca")))["technical"] == "requests"


@pytest.mark.parametrize("retries", [0, 1, 2])
def test_what_expired_is_asked_again_so_many_times_in_a_row(retries: int) -> None:
    row = [asked(number, "a>b", "technical", "expired", 999) for number in range(1, 5)]
    for times in range(1, 5):
        found = trays(case("aaa", "aba", "a", *row[:times], expired_retries=retries))["technical"]
        assert found == ("turned_down" if times > retries else "requests")


def test_the_first_reason_of_the_list_is_given() -> None:
    everything = case(
        "abc",
        "abb",
        "b",
        asked(3, "c>b", "billing", "refused", 99),
        region={"b": "EU"},
        in_debt=True,
        unpaid=frozenset("b"),
        without_payment_method=frozenset("b"),
        supported=False,
        unknown_accounts=frozenset("b"),
        vetoed=frozenset({"billing"}),
    )
    seen = []
    layers: tuple[dict[str, Any], ...] = (
        {"tasks": ()},
        {"supported": True},
        {"in_debt": False},
        {"unpaid": frozenset()},
        {"without_payment_method": frozenset()},
        {"held": frozenset("ab")},
        {"unknown_accounts": frozenset()},
        {"vetoed": frozenset()},
    )
    for peel in layers:
        seen.append(trays(everything)["billing"])
        everything = everything._replace(**peel)
    assert seen == [
        "turned_down",
        "unsupported_service",
        "service_in_debt",
        "unpaid_invoices",
        "no_payment_method",
        "not_permitted",
        "unknown_account",
        "guard",
    ]
    assert trays(everything)["billing"] == "requests"


def test_the_hand_over_need_not_wait_for_the_holders_own_request() -> None:
    moves = {"admin": ("a", "b"), "technical": ("c", "b")}
    assert reasons_to_keep_the_admin({"admin": "a", "technical": "c"}, moves, frozenset("ac")) == ()
    assert reasons_to_keep_the_admin({"admin": "a", "technical": "a"}, moves, frozenset("ac")) == (
        "technical",
    )
