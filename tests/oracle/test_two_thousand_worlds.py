"""An estate of two thousand random services in one plan, change by change and tray by tray."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.propose import propose
from tests.builders import TODAY
from tests.oracle.oracle import judge
from tests.oracle.random_estate import Estate, random_estate
from tests.oracle.reading import cases, disagreements


def differences(one: Estate) -> list[str]:
    return disagreements(
        one.world,
        claims=one.claims,
        confirmations=one.confirmations,
        retries=one.retries,
        unknown_accounts=one.unknown_accounts,
    )


def trays(one: Estate) -> Counter[str]:
    """Count the contacts in each tray, or under each reason, as the reference sees them."""
    every = cases(one.world, one.claims, one.confirmations, one.retries, one.unknown_accounts)
    return Counter(
        row.get("reason", row["tray"]) for case in every.values() for row in judge(case)["rows"].values()
    )


@pytest.mark.parametrize("seed", range(2))
def test_two_thousand_random_services_are_planned_as_the_brute_force_search_plans_them(seed: int) -> None:
    wrong = differences(random_estate(Random(seed), 2000))
    assert not wrong, "\n".join(wrong[:3])


def test_the_two_thousand_services_reach_every_tray_and_every_reason_that_one_endpoint_has() -> None:
    found = trays(random_estate(Random(0), 2000))
    assert {
        "in_sync",
        "requests",
        "deferred",
        "pending",
        "conflicting_request",
        "turned_down",
        "service_in_debt",
        "unpaid_invoices",
        "no_payment_method",
        "not_permitted",
        "unknown_account",
        "guard",
    } == set(found)
    assert min(found.values()) >= 10, found


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(chance=st.randoms(use_true_random=False), services=st.integers(1, 4))
def test_a_few_random_services_are_planned_as_the_brute_force_search_plans_them(
    chance: Random, services: int
) -> None:
    assert not differences(random_estate(chance, services))


@pytest.mark.parametrize("services", [8, 40])
def test_the_share_of_contacts_that_would_move_stops_the_run_only_when_it_is_greater(services: int) -> None:
    one = random_estate(Random(5), services)
    moving = trays(one)
    managed, moved = sum(moving.values()), moving["requests"] + moving["deferred"]
    declared = sum(
        any(want) for of, want in one.world.config.rows.items() if of in one.world.observation.live
    )
    assert moved
    for percent in range(101):
        again = random_estate(Random(5), services, percent=percent)
        plan = propose(
            again.world.config,
            again.world.observation,
            today=TODAY,
            claims=again.claims,
            confirmations=again.confirmations,
            retries=again.retries,
            unknown_accounts=again.unknown_accounts,
        )
        stops = declared >= 10 and moved * 100 > percent * managed
        assert [stop.guard for stop in plan.stopped_by] == (["max_changes_percent"] if stops else []), percent
        assert (len(plan.deferred) + sum(len(one.changes) for one in plan.requests)) == moved
