"""Single worlds whose plan follows from one sentence of the rules; no reference in between."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.config.model import GuardSettings
from reconciler.model import Claim, Region, Role, Task
from reconciler.propose import propose
from tests.builders import CANADA, SERVICE, TODAY, A, World, claim, estate, facts, task, world
from tests.oracle.reading import told


def rows(one: World, service: str = SERVICE, **known: Any) -> dict[str, Any]:
    """Return role -> reason or tray."""
    found = told(propose(one.config, one.observation, today=TODAY, **known)).get(service, {"rows": {}})
    return {role: row.get("reason", row["tray"]) for role, row in found["rows"].items()}


def ours(*tasks: Task) -> dict[int, Claim]:
    return {one.id: claim(one) for one in tasks}


@pytest.mark.parametrize("newer", ["pulls away", "moves there"])
def test_pending_wins_over_a_second_open_task_that_pulls_the_contact_elsewhere(newer: str) -> None:
    there, away = task(2 - (newer == "pulls away"), "a>b"), task(1 + (newer == "pulls away"), "a>c")
    one = world("aaa", "aba", "a", tasks=[there, away])
    plan = propose(one.config, one.observation, today=TODAY)
    assert [row.task for row in plan.pending] == [there.id]
    assert [row.task for row in plan.contested] == [away.id]
    assert not plan.blocked


def test_done_a_moment_ago_is_pending_whatever_settled_after_it() -> None:
    lately, later = task(1, "a>b", state="done", settled=5), task(2, "a>c", state="refused", settled=1)
    assert rows(world("aaa", "aba", "a", tasks=[lately, later])) == {"technical": "pending"}


@pytest.mark.parametrize("service", ["xdsl/xdsl-1", "email/domain/shop.example", "telephony/lines/0033"])
def test_a_service_that_is_seen_where_its_product_offers_no_change_is_unsupported(service: str) -> None:
    one = world("aaa", "aba", "a", service=service, endpoint=CANADA)
    assert rows(one, service) == {"technical": "unsupported_service"}


def test_contacts_do_not_move_between_two_accounts_of_different_zones() -> None:
    assert rows(world("aaa", "aba", "ab", regions={"b": Region.CA})) == {"technical": "other_region"}
    assert rows(world("aaa", "aba", "ab", regions={"a": Region.CA})) == {"technical": "other_region"}
    assert rows(world("aaa", "aba", "ab", regions={"a": Region.CA, "b": Region.CA})) == {
        "technical": "requests"
    }


def test_the_zone_of_an_account_that_we_do_not_hold_is_left_to_the_server() -> None:
    assert rows(world("aaa", "aba", "a", regions={"b": Region.CA})) == {"technical": "requests"}
    blind = world("aaa", "aba", "ab")
    facts_ = {who: replace(one, region=None) for who, one in blind.observation.held.items()}
    assert rows(World(blind.config, replace(blind.observation, held=facts_))) == {"technical": "requests"}


def test_a_task_that_fits_two_services_defers_both_and_one_that_fits_one_is_joined() -> None:
    open_ = task(7, "a>b", name="s.example")
    two = {"domain/s.example": ("aaa", "aba"), "domain/zone/s.example": ("aac", "abc")}
    plan = told(propose(*_of(estate(two, held=facts("a"), tasks=[open_])), today=TODAY))
    assert {service: found["rows"]["technical"] for service, found in plan.items()} == {
        "domain/s.example": {"tray": "deferred", "asker": "a", "waits_for": [7]},
        "domain/zone/s.example": {"tray": "deferred", "asker": "a", "waits_for": [7]},
    }
    one = {"domain/s.example": ("aaa", "aba"), "domain/zone/s.example": ("abc", "acc")}
    plan = told(propose(*_of(estate(one, held=facts("a"), tasks=[open_])), today=TODAY))
    assert plan["domain/s.example"]["rows"]["technical"]["tray"] == "pending"
    assert plan["domain/zone/s.example"]["rows"]["technical"]["tray"] == "requests"


def test_the_journal_tells_apart_what_the_name_does_not() -> None:
    open_ = task(7, "a>b", name="shop.example")
    both = {SERVICE: ("aaa", "aba"), "domain/zone/shop.example": ("aaa", "aba")}
    plan = told(propose(*_of(estate(both, held=facts("a"), tasks=[open_])), today=TODAY, claims=ours(open_)))
    assert plan[SERVICE]["rows"]["technical"]["tray"] == "pending"
    assert plan["domain/zone/shop.example"]["rows"]["technical"]["tray"] == "requests"


def test_a_settled_task_that_fits_two_services_changes_nothing() -> None:
    past = task(7, "a>b", state="refused", name="shop.example")
    both = {SERVICE: ("aaa", "aba"), "domain/zone/shop.example": ("aaa", "aba")}
    assert rows(estate(both, held=facts("a"), tasks=[past])) == {"technical": "requests"}


def test_leave_to_ask_again_holds_for_the_newest_task_only() -> None:
    first, second = (task(number, "a>b", state="refused", settled=99 - number) for number in (1, 2))
    leave = frozenset({(SERVICE, Role.TECHNICAL, 1)})
    assert rows(world("aaa", "aba", "a", tasks=[first]), retries=leave) == {"technical": "requests"}
    assert rows(world("aaa", "aba", "a", tasks=[first, second]), retries=leave) == {
        "technical": "turned_down"
    }


def test_guards_hold_back_single_contacts_and_the_others_go_ahead() -> None:
    to_strangers = world("aac", "bbb", "a", guards=GuardSettings(100))
    assert rows(to_strangers) == {"admin": "guard", "technical": "requests", "billing": "requests"}
    protected = GuardSettings(100, (f"{SERVICE}:technical",), frozenset("b"))  # type: ignore[arg-type] # letters
    assert rows(world("aac", "bcc", "a", guards=protected)) == {"admin": "requests", "technical": "guard"}


def test_pending_wins_over_a_guard_and_an_unknown_account() -> None:
    shut = GuardSettings(100, ("*",))
    one = world("aaa", "aba", "a", tasks=[task(7, "a>b")], guards=shut)
    strangers = {one.config.rows[next(iter(one.config.rows))].technical: "no such account"}
    assert rows(one, unknown_accounts=strangers) == {"technical": "pending"}


def test_an_account_that_holds_a_role_today_may_be_unknown_without_any_harm() -> None:
    assert rows(world("aaa", "aba", "ab"), unknown_accounts={A: "no such account"}) == {
        "technical": "requests"
    }


def _of(one: World) -> tuple[Any, Any]:
    return one.config, one.observation
