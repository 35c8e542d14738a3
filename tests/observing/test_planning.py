"""An observed contact is shown with what is open about it, and nothing is decided because of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from random import Random

import pytest

from reconciler.branch import Branch, merge
from reconciler.cli.past import Fork
from reconciler.config.model import GuardSettings
from reconciler.model import ROLES, Contacts, Role, ServiceId, Task
from reconciler.plan import Observed, Plan
from reconciler.propose import propose
from tests.builders import SERVICE, TODAY, World, claim, estate, facts, task, world
from tests.oracle.random_estate import Estate, random_estate

Marks = Mapping[ServiceId, frozenset[Role]]
LETTERS = {role.value[0]: role for role in ROLES}


def observing(where: World, roles: str, service: ServiceId = SERVICE) -> World:
    """Return the world whose file only observes these roles of a service, by their initials."""
    marks = {**where.config.observed, service: frozenset(LETTERS[letter] for letter in roles)}
    return replace(where, config=replace(where.config, observed=marks))


def planned(where: World, *, ours: Iterable[Task] = (), branch: Branch | None = None) -> Plan:
    """Return the plan for a world in which our journal made these tasks."""
    claims = {one.id: claim(one) for one in ours}
    return propose(where.config, where.observation, today=TODAY, claims=claims, branch=branch)


def asked(plan: Plan) -> set[tuple[str, Role]]:
    """Return the contacts that are asked for now."""
    return {(change.service, change.role) for request in plan.requests for change in request.changes}


def test_an_observed_contact_is_shown_with_its_move_and_not_asked_for() -> None:
    plan = planned(observing(world(live="aaa", desired="abb"), "t"))

    assert asked(plan) == {(SERVICE, Role.BILLING)}
    (row,) = plan.observed
    assert (row.change.live, row.change.desired, row.task) == ("a", "b", None)
    assert (plan.in_sync, plan.managed, plan.watched, plan.watched_services) == (1, 3, 1, 0)


def test_an_observed_contact_as_desired_counts_as_in_sync() -> None:
    plan = planned(observing(world(live="aba", desired="aba"), "atb"))

    assert not plan.observed
    assert (plan.in_sync, plan.managed, plan.services) == (3, 3, 1)
    assert (plan.watched, plan.watched_services) == (3, 1)


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ("", {Role.TECHNICAL}),  # the admin goes last
        ("t", {Role.ADMIN}),  # nothing is left that the outgoing admin would be needed for
    ],
)
def test_no_hand_over_of_admin_waits_for_an_observed_contact(roles: str, expected: set[Role]) -> None:
    plan = planned(observing(world(live="aaa", desired="bca", held="a"), roles))

    assert {role for _, role in asked(plan)} == expected


def test_an_observed_contact_does_not_travel_with_the_admin_whose_move_it_shares() -> None:
    plan = planned(observing(world(live="aaa", desired="bba", held="a"), "t"))

    assert asked(plan) == {(SERVICE, Role.ADMIN)}
    assert [one.roles for one in plan.requests[0].tasks] == [(Role.ADMIN,)]


def test_an_open_request_of_ours_for_an_observed_contact_is_shown_as_what_it_is() -> None:
    ours = task(7, "a>b", "technical")
    where = observing(world(live="aaa", desired="aba", tasks=[ours]), "t")

    plan = planned(where, ours=[ours])

    (row,) = plan.observed
    assert row == Observed(row.change, 7, ours.state, ours.to_account, ours=True)
    assert not any((plan.pending, plan.contested, plan.requests))


def test_an_open_request_on_an_observed_contact_still_holds_up_the_others_of_its_service() -> None:
    where = observing(world(live="aaa", desired="abb", tasks=[task(7, "a>b", "technical")]), "t")

    plan = planned(where)

    (waiting,) = plan.deferred
    assert waiting.change.role is Role.BILLING
    assert waiting.waits_for == (7,)


def test_an_observed_contact_that_is_right_and_being_moved_away_is_shown_and_not_contested() -> None:
    plan = planned(observing(world(live="aaa", desired="aaa", tasks=[task(7, "a>c", "technical")]), "t"))

    (row,) = plan.observed
    assert (row.change.live, row.change.desired, row.towards, row.ours) == ("a", "a", "c", False)
    assert not plan.contested


def test_an_observed_contact_that_differs_and_is_moved_elsewhere_is_shown_once() -> None:
    tasks = [task(7, "a>c", "technical"), task(8, "a>d", "technical")]
    plan = planned(observing(world(live="aaa", desired="aba", tasks=tasks), "t"))

    (row,) = plan.observed
    assert (row.change.desired, row.task, row.towards) == ("b", 8, "d")


def test_a_contact_that_is_observed_is_never_blocked() -> None:
    where = world(live="aaa", desired="bbb", held="", guards=GuardSettings(protected=("domain/*",)))

    assert len(planned(where).blocked) == 3
    plan = planned(observing(where, "atb"))
    assert not plan.blocked
    assert len(plan.observed) == 3


def test_observed_contacts_neither_count_for_the_share_that_a_guard_allows_nor_water_it_down() -> None:
    guards = GuardSettings(max_changes_percent=30)
    rows = {f"domain/s{number:02}.example": ("aaa", "aba" if number < 4 else "aaa") for number in range(12)}
    where = estate(rows, held=facts("ab"), guards=guards)
    assert not planned(where).stopped_by  # 4 of 36

    narrow = where
    for service in rows:
        narrow = observing(narrow, "ab", ServiceId(service))
    (stop,) = planned(narrow).stopped_by  # 4 of the 12 that may be asked for
    assert stop.detail.startswith("4 of 12 managed contacts would change (33.3 %)")

    few = where
    for service in list(rows)[4:]:
        few = observing(few, "atb", ServiceId(service))
    assert not planned(few).stopped_by  # of four services a share says nothing


def marked(one: Estate, chance: Random) -> Marks:
    """Return marks on a third of all contacts, and on everything of some services."""
    return {
        service: frozenset(role for role in ROLES if chance.random() < share)
        for service in one.world.config.rows
        for share in [chance.choice((0.0, 0.3, 0.6, 1.0))]
    }


def without(one: Estate, marks: Marks) -> World:
    """Return the world whose file does not name the observed contacts at all."""
    rows = {
        service: Contacts(
            *(None if role in marks[service] else who for role, who in zip(ROLES, row, strict=True))
        )
        for service, row in one.world.config.rows.items()
    }
    return replace(one.world, config=replace(one.world.config, rows=rows))


@pytest.mark.parametrize("seed", range(3))
def test_all_that_is_not_observed_is_planned_as_if_the_observed_were_not_in_the_file(seed: int) -> None:
    chance = Random(seed)
    one = random_estate(chance, 300, percent=chance.choice((5, 30, 100)))
    marks = marked(one, chance)

    def plan(where: World) -> Plan:
        return propose(
            where.config,
            where.observation,
            today=TODAY,
            claims=one.claims,
            confirmations=one.confirmations,
            retries=one.retries,
            unknown_accounts=one.unknown_accounts,
        )

    seen = plan(replace(one.world, config=replace(one.world.config, observed=marks)))
    left, whole = plan(without(one, marks)), plan(one.world)

    for tray in ("requests", "deferred", "pending", "blocked", "contested", "absent", "unknown"):
        assert getattr(seen, tray) == getattr(left, tray), tray
    assert (seen.fingerprint, seen.stopped_by) == (left.fingerprint, left.stopped_by)
    assert (seen.managed - seen.watched, seen.services - seen.watched_services) == (
        left.managed,
        left.services,
    )
    differing = {change for change, _ in whole.trays() if change.role in marks[change.service]}
    moved = {row.change for row in whole.contested if row.change.role in marks[row.change.service]}
    assert {row.change for row in seen.observed} == differing | moved
    assert seen.in_sync == whole.in_sync
    assert seen.managed == whole.managed
    assert len(seen.observed) > 20
    assert asked(seen) != asked(whole)


def test_a_branch_that_lifts_a_mark_shows_what_will_be_asked_for() -> None:
    where = observing(world(live="aaa", desired="aba"), "t")
    wanted, seen = where.config.rows, where.config.observed
    branch = merge(wanted, wanted, wanted, name="main", observed=(seen, seen, {}))

    plan = planned(where, branch=branch)

    assert branch.own == {(SERVICE, Role.TECHNICAL)}
    assert asked(plan) == {(SERVICE, Role.TECHNICAL)}


def test_a_branch_that_sets_a_mark_shows_what_is_only_observed_from_then_on() -> None:
    where = world(live="aaa", desired="aba")
    wanted = where.config.rows
    marks = observing(where, "t").config.observed
    branch = merge(wanted, wanted, wanted, name="main", observed=({}, {}, marks))

    plan = planned(where, branch=branch)

    assert not plan.requests
    assert [row.change.role for row in plan.observed] == [Role.TECHNICAL]
    assert plan.beside is not None
    assert not plan.beside.wanted


def test_a_branch_behind_shows_no_mark_that_its_base_has_set_or_lifted_since() -> None:
    where = world(live="aaa", desired="abb")
    wanted = where.config.rows
    set_since, lifted_since = (observing(where, letter).config.observed for letter in "tb")
    branch = merge(wanted, wanted, wanted, name="main", observed=(lifted_since, set_since, lifted_since))

    assert not branch.own
    assert branch.observed == set_since


def test_what_the_base_only_observes_is_not_told_as_wanted_by_it() -> None:
    where = world(live="aaa", desired="abb")
    wanted = where.config.rows
    marks = observing(where, "t").config.observed
    here = world(live="aaa", desired="abc").config.rows

    beside = planned(where, branch=merge(wanted, wanted, here, name="main", observed=(marks,) * 3)).beside

    assert beside is not None
    assert not beside.wanted


def test_account_and_mark_are_merged_each_by_itself() -> None:
    base, here = (world(live="aaa", desired=f"a{letter}a").config.rows for letter in "cb")
    marks = observing(world(), "t").config.observed

    branch = merge(here, base, here, name="main", observed=(marks, marks, {}))

    assert branch.own == {(SERVICE, Role.TECHNICAL)}
    assert branch.desired[SERVICE].technical == "c"
    assert not branch.observed
    assert not branch.contested


def test_what_two_lines_had_in_common_holds_the_marks_of_both_where_each_was_merged_into_the_other() -> None:
    before = world(live="aaa", desired="abb")
    one, other = (observing(before, letter).config for letter in "tb")

    common = Fork(one, ((Fork(before.config), other),)).wanted(TODAY)

    assert common.observed == {SERVICE: {Role.TECHNICAL, Role.BILLING}}
    assert common.desired == before.config.rows
