"""A plan cut down to a part: what is asked, what waits for what is not, and what is told of the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.branch import merge
from reconciler.model import Contacts, Observation, Role, ServiceId
from reconciler.plan import LeftOut, Plan, Selection
from reconciler.propose import propose
from tests.builders import SERVICE, TODAY, A, B, C, World, Written, estate, facts, open_guards, task, world

ADMIN, TECHNICAL, BILLING = Role.ADMIN, Role.TECHNICAL, Role.BILLING
BLOG = "domain/blog.example"


def planned(here: World, *roles: Role, only: tuple[str, ...] = (), limit: int | None = None) -> Plan:
    """Return the plan for a part."""
    return propose(here.config, here.observation, today=TODAY, selection=Selection(only, roles, limit))


def asked(plan: Plan) -> list[tuple[str, Role]]:
    """Return the contacts that are to be requested."""
    return [(change.service, change.role) for request in plan.requests for change in request.changes]


def waits(plan: Plan) -> dict[tuple[str, Role], tuple[Role | int, ...]]:
    """Return what each deferred contact waits for."""
    return {(row.change.service, row.change.role): row.waits_for for row in plan.deferred}


def left_out(plan: Plan) -> LeftOut:
    assert plan.narrowed
    return plan.narrowed.left_out


def left_for_later(plan: Plan) -> LeftOut:
    assert plan.narrowed
    return plan.narrowed.left_for_later


def many(number: int, live: str = "aaa", desired: str = "aba", held: str = "abc") -> World:
    """Return as many domains that are all alike."""
    rows: dict[str, tuple[Written, Written]] = {
        f"domain/s{index:02}.example": (live, desired) for index in range(number)
    }
    return estate(rows, held=facts(held), guards=open_guards())


def test_admin_does_not_go_without_what_was_to_go_with_it_and_says_what_it_waits_for() -> None:
    plan = planned(world("aaa", "bba"), ADMIN)
    assert asked(plan) == []
    assert waits(plan) == {(SERVICE, ADMIN): (TECHNICAL,)}
    assert left_out(plan) == LeftOut(requests=1)


def test_what_was_to_go_with_the_admin_may_go_before_it() -> None:
    plan = planned(world("aaa", "bba"), TECHNICAL)
    assert asked(plan) == [(SERVICE, TECHNICAL)]
    assert plan.deferred == ()
    assert left_out(plan) == LeftOut(requests=1)


def test_admin_with_all_that_goes_with_it_is_one_task_though_another_role_is_cut_off() -> None:
    plan = planned(world("aab", "bbc"), ADMIN, TECHNICAL)
    assert [one.roles for request in plan.requests for one in request.tasks] == [(ADMIN, TECHNICAL)]
    assert left_out(plan) == LeftOut(requests=1)


def test_admin_that_waits_for_a_role_waits_on_when_the_role_is_cut_off() -> None:
    here = world("aaa", "bca", held="a")
    assert waits(planned(here)) == {(SERVICE, ADMIN): (TECHNICAL,)}
    plan = planned(here, ADMIN)
    assert asked(plan) == []
    assert waits(plan) == {(SERVICE, ADMIN): (TECHNICAL,)}


def test_a_holder_takes_the_turn_of_another_holder_who_is_cut_off() -> None:
    here = world("abc", "aca", held="bc")
    assert asked(planned(here)) == [(SERVICE, TECHNICAL)]
    assert waits(planned(here)) == {(SERVICE, BILLING): (TECHNICAL,)}
    plan = planned(here, BILLING)
    assert asked(plan) == [(SERVICE, BILLING)]
    assert plan.requests[0].asker == "c"
    assert plan.requests[0].tasks[0].confirmers == ("c", "a")
    assert plan.deferred == ()


def test_nobody_takes_a_turn_while_a_request_is_open() -> None:
    here = world("abc", "aca", held="bc", tasks=[task(7, "b>a", "technical", asker="b")])
    assert asked(planned(here, BILLING)) == []
    assert waits(planned(here, BILLING)) == {(SERVICE, BILLING): (7,)}


def test_only_and_role_together_choose_what_both_name() -> None:
    here = estate({SERVICE: ("aaa", "aba"), BLOG: ("aaa", "abb"), "vps/x": ("aaa", "aba")}, held=facts("ab"))
    plan = planned(here, BILLING, only=("domain/*",))
    assert asked(plan) == [(BLOG, BILLING)]
    assert (plan.in_sync, plan.managed, plan.services) == (1, 2, 2)
    assert left_out(plan) == LeftOut(requests=3)


def test_every_kind_that_is_left_out_is_counted() -> None:
    rows: dict[str, tuple[Written, Written]] = {
        "domain/a.example": ("aaa", "aba"),
        "domain/b.example": ("aaa", "aba"),
        "domain/c.example": ("aaa", "aba"),
        "domain/d.example": ("aaa", "bca"),
        "domain/e.example": (None, "aba"),
        "domain/f.example": ("aaa", None),
        "domain/h.example": ("aaa", "aba"),
        "vps/x": ("aaa", "aaa"),
    }
    tasks = [
        task(1, "a>b", "technical", service="domain/a.example"),
        task(2, "a>c", "technical", service="domain/b.example"),
    ]
    here = estate(rows, held=facts("a"), tasks=tasks, guards=open_guards())
    here = replace(
        here, config=replace(here.config, observed={ServiceId("domain/h.example"): frozenset({TECHNICAL})})
    )
    dark = ServiceId("domain/g.example")
    observation: Observation = replace(here.observation, unknown={dark: "no answer"})
    plan = planned(replace(here, observation=observation), only=("vps/*",))
    assert left_out(plan) == LeftOut(
        requests=2,
        deferred=1,
        pending=1,
        blocked=1,
        observed=1,
        contested=1,
        absent=1,
        unmanaged=1,
        unknown=1,
    )
    assert left_for_later(plan) == LeftOut()
    assert [*plan.trays(), *plan.contested, *plan.absent, *plan.unmanaged, *plan.unknown] == []


def test_what_is_absent_or_unknown_stays_where_a_chosen_role_of_it_is_managed() -> None:
    here = estate({"domain/a.example": (None, "ab-"), "domain/b.example": (None, "--b")}, held=facts("a"))
    assert planned(here, TECHNICAL).absent == ("domain/a.example",)
    assert planned(here, BILLING).absent == ("domain/b.example",)


def test_a_limit_takes_the_first_contacts_of_the_plan_and_counts_the_rest() -> None:
    here = many(5, desired="abb")
    plan = planned(here, limit=3)
    assert asked(plan) == asked(planned(here))[:3]
    assert left_for_later(plan) == LeftOut(requests=7)
    assert left_out(plan) == LeftOut()


@pytest.mark.parametrize("limit", [1, 2])
def test_a_limit_within_a_service_lets_the_admin_go_last(limit: int) -> None:
    plan = planned(world("aaa", "bbb"), limit=limit)
    assert asked(plan) == [(SERVICE, role) for role in (TECHNICAL, BILLING)[:limit]]


def test_a_limit_is_used_up_by_contacts_that_are_chosen() -> None:
    here = many(4, desired="abb")
    plan = planned(here, BILLING, limit=2)
    assert asked(plan) == [("domain/s00.example", BILLING), ("domain/s01.example", BILLING)]
    assert left_out(plan) == LeftOut(requests=4)
    assert left_for_later(plan) == LeftOut(requests=2)


def test_what_waits_behind_a_request_that_is_left_for_later_is_left_for_later_too() -> None:
    here = many(3, desired="bca", held="a")
    plan = planned(here, limit=1)
    assert asked(plan) == [("domain/s00.example", TECHNICAL)]
    assert waits(plan) == {("domain/s00.example", ADMIN): (TECHNICAL,)}
    assert left_for_later(plan) == LeftOut(requests=2, deferred=2)


def test_a_limit_that_everything_fits_in_leaves_out_nothing_and_has_the_fingerprint_of_the_whole() -> None:
    here = many(3)
    whole = propose(here.config, here.observation, today=TODAY)
    plan = planned(here, limit=3)
    assert plan.requests == whole.requests
    assert plan.fingerprint == whole.fingerprint
    assert plan.fingerprint != planned(here, limit=2).fingerprint


def test_contacts_of_an_approved_plan_use_its_limit_up_once_they_are_under_way_or_done() -> None:
    here = estate(
        {"domain/a.example": ("aaa", "aba"), "domain/b.example": ("aba", "aba"), BLOG: ("aaa", "aba")},
        held=facts("ab"),
        tasks=[task(1, "a>b", "technical", service="domain/a.example")],
    )
    approved = frozenset(
        (ServiceId(one), TECHNICAL, B) for one in ("domain/a.example", "domain/b.example", BLOG)
    )
    for limit, left in ((3, [(BLOG, TECHNICAL)]), (2, [])):
        selection = Selection(limit=limit, approved=approved)
        plan = propose(here.config, here.observation, today=TODAY, selection=selection)
        assert asked(plan) == left


def test_a_limit_that_is_more_than_used_up_asks_for_nothing() -> None:
    here = estate(
        {"domain/a.example": ("aba", "aba"), "vps/x": ("aca", "aca"), BLOG: ("aaa", "aba")}, held=facts("a")
    )
    done = frozenset({(ServiceId("domain/a.example"), TECHNICAL, B), (ServiceId("vps/x"), TECHNICAL, C)})
    plan = propose(here.config, here.observation, today=TODAY, selection=Selection(limit=1, approved=done))
    assert plan.requests == ()
    assert left_for_later(plan) == LeftOut(requests=1)


def test_who_takes_a_turn_and_who_is_held_back_stand_in_the_order_of_the_plan() -> None:
    here = estate({"domain/a.example": ("abc", "aca"), "domain/b.example": ("abb", "abc")}, held=facts("bc"))
    assert asked(planned(here, BILLING)) == [("domain/a.example", BILLING), ("domain/b.example", BILLING)]
    assert asked(planned(here, BILLING, limit=1)) == [("domain/a.example", BILLING)]
    here = estate({"domain/a.example": ("aaa", "bba"), "domain/b.example": ("aaa", "cba")}, held=facts("ab"))
    assert [*waits(planned(here, ADMIN))] == [("domain/a.example", ADMIN), ("domain/b.example", ADMIN)]


def test_max_changes_percent_counts_what_is_left_over_all_that_is_managed() -> None:
    here = many(20)
    here = replace(here, config=replace(here.config, guards=replace(open_guards(), max_changes_percent=30)))
    assert propose(here.config, here.observation, today=TODAY).stopped_by, "20 of 60 is more than 30 %"
    assert not planned(here, limit=18).stopped_by, "18 of 60 is 30 %"
    assert planned(here, limit=19).stopped_by
    assert planned(here, TECHNICAL).stopped_by, "the part is all that would change"
    assert not planned(here, only=("domain/s0*",)).stopped_by, "10 of 60, though 10 of 10 that are chosen"


def test_a_branch_of_many_services_is_judged_over_all_that_is_managed_too() -> None:
    here = many(40)
    before = {service: here.observation.live[service] for service in here.config.rows}
    first = [*here.config.rows][:20]
    wanted = before | {service: here.config.rows[service] for service in first}
    branch = merge(before, before, wanted, name="main")
    plan = propose(here.config, here.observation, today=TODAY, branch=branch)
    assert len(plan.requests) == 20
    assert not plan.stopped_by, "20 of 120 would change"


def test_what_a_branch_releases_and_changes_otherwise_than_its_base_is_cut_down_too() -> None:
    rows: dict[str, tuple[Written, Written]] = dict.fromkeys(
        (SERVICE, BLOG, "vps/x", "vps/y"), ("aaa", "aba")
    )
    here = estate(rows, held=facts("ab"), guards=open_guards())
    live = dict(here.observation.live)
    base = dict.fromkeys(live, Contacts(A, C, A))
    wanted = {one: row for one, row in here.config.rows.items() if one in {SERVICE, "vps/x"}}
    branch = merge(live, base, wanted, name="main")
    assert {one for one, _ in branch.released} == {BLOG, "vps/y"}
    selection = Selection(("domain/*",), (TECHNICAL,))
    plan = propose(here.config, here.observation, today=TODAY, branch=branch, selection=selection)
    assert plan.beside
    assert plan.beside.released == ((ServiceId(BLOG), TECHNICAL),)
    assert plan.beside.contested == ((ServiceId(BLOG), TECHNICAL), (SERVICE, TECHNICAL))


def test_a_branch_is_cut_down_with_what_is_told_of_its_base() -> None:
    rows: dict[str, tuple[Written, Written]] = {
        SERVICE: ("aaa", "aba"),
        BLOG: ("aaa", "aba"),
        "vps/x": ("aaa", "aba"),
        "vps/y": ("aaa", "aba"),
    }
    here = estate(rows, held=facts("ab"), guards=open_guards())
    live = dict(here.observation.live)
    base = live | {ServiceId(one): here.config.rows[ServiceId(one)] for one in (BLOG, "vps/y")}
    branch = merge(live, base, dict(here.config.rows), name="main")
    selection = Selection(("domain/*",))
    plan = propose(here.config, here.observation, today=TODAY, branch=branch, selection=selection)
    assert asked(plan) == [(SERVICE, TECHNICAL)]
    assert plan.beside
    assert [change.service for change, _ in plan.beside.wanted] == [BLOG]
    assert left_out(plan) == LeftOut(requests=1)
