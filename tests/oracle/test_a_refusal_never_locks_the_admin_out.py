"""Plan, ask, let people answer as badly as they can, plan again: against a tiny OVHcloud of its own.

Whatever is refused, somebody of ours who could ask for what is still wanted can ask for it ever after.
"""

from __future__ import annotations

from copy import deepcopy
from itertools import product
from random import Random

import pytest

from reconciler.config.model import Config
from reconciler.model import ROLES, AccountId, Contacts, Role, ServiceId, Task
from reconciler.plan import Plan, Reason
from reconciler.propose import propose
from tests.builders import SERVICE, TODAY, contacts, world
from tests.oracle.small_ovhcloud import Cloud

LIVE = ("aaa", "aab", "aba", "abb", "abc")  # every other one is one of these with other letters
DESIRED = tuple("".join(picks) for picks in product("abc", repeat=3))
CREDENTIALS = ("a", "b", "c", "ab", "ac", "bc", "abc")
Leave = frozenset[tuple[ServiceId, Role, int]]


def planned(cloud: Cloud, config: Config, held: str, leave: Leave = frozenset()) -> Plan:
    return propose(config, cloud.observe(held), today=TODAY, retries=leave)


def ask(cloud: Cloud, config: Config, held: str, leave: Leave = frozenset()) -> list[Task]:
    """Send what the plan asks for; the server refuses nothing of it, and a second plan asks nothing."""
    plan = planned(cloud, config, held, leave)
    assert len(plan.requests) <= 1
    made: list[int] = []
    for request in plan.requests:
        assert request.asker in held
        made += cloud.ask(request.asker, {change.role: change.desired for change in request.changes})
        expected = {(task.from_account, task.to_account, task.roles) for task in request.tasks}
        assert {(one.from_account, one.to_account, one.roles) for one in cloud.open()} == expected
    assert not planned(cloud, config, held, leave).requests
    return [cloud.tasks[number] for number in made]


def wanted(cloud: Cloud, desired: Contacts) -> list[Role]:
    return [role for role in ROLES if cloud.contacts.of(role) != desired.of(role)]


def able(cloud: Cloud, role: Role, held: str) -> set[AccountId | None]:
    """Return our accounts that the server would let ask for `role`."""
    return {cloud.contacts.admin, cloud.contacts.of(role)} & set(map(AccountId, held))


def locked_out(cloud: Cloud, desired: Contacts, held: str, before: dict[Role, bool]) -> list[Role]:
    return [role for role in wanted(cloud, desired) if before[role] and not able(cloud, role, held)]


def everybody_accepts(cloud: Cloud) -> None:
    for task in cloud.open():
        for who in sorted(cloud.missing[task.id]):
            cloud.accept(task.id, who)


@pytest.mark.parametrize("held", CREDENTIALS)
def test_whatever_is_refused_in_any_order_what_could_be_asked_can_still_be_asked(held: str) -> None:
    def answer_every_way(cloud: Cloud, rounds: int) -> None:
        """Follow every combination of yes and no, in both orders, for a few rounds."""
        made = ask(cloud, config, held)
        assert len(cloud.asked) == len(set(cloud.asked)), "what was refused is asked twice"
        for answers in product((True, False), repeat=len(made)) if made else ():
            for order in {tuple(range(len(made))), tuple(reversed(range(len(made))))}:
                after = deepcopy(cloud)
                for number in order:
                    task = made[number]
                    if answers[number]:
                        for who in sorted(after.missing[task.id]):
                            after.accept(task.id, who)
                    else:
                        after.refuse(task.id)
                    lost = locked_out(after, want, held, before)
                    assert not lost, f"{live} -> {desired}, {held} held, {answers}: nobody may ask for {lost}"
                after.catch_up()
                if rounds:
                    answer_every_way(after, rounds - 1)

    for live, desired in product(LIVE, DESIRED):
        config, want, start = world(live, desired, held).config, contacts(desired), Cloud(live)
        before = {role: bool(able(start, role, held)) for role in ROLES}
        answer_every_way(start, rounds=2)


@pytest.mark.parametrize("held", CREDENTIALS)
def test_people_who_refuse_and_are_asked_again_by_hand_never_lock_anyone_out(held: str) -> None:
    chance = Random(held)
    for live, desired in product(LIVE, DESIRED):
        config, want, cloud = (
            world(live, desired, held, expired_retries=chance.randint(0, 2)).config,
            contacts(desired),
            Cloud(live),
        )
        before = {role: bool(able(cloud, role, held)) for role in ROLES}
        leave: Leave = frozenset()
        for _ in range(5):
            for task in ask(cloud, config, held, leave):
                end = chance.choice(("accept", "accept", "refuse", "expire", "nothing yet"))
                if end == "nothing yet":
                    cloud.accept(task.id, min(cloud.missing[task.id]))
                elif end == "accept":
                    for who in chance.sample(sorted(cloud.missing[task.id]), len(cloud.missing[task.id])):
                        cloud.accept(task.id, who)
                elif end == "refuse":
                    cloud.refuse(task.id)
                else:
                    cloud.expire(task.id)
                assert not locked_out(cloud, want, held, before), (live, desired, held)
            cloud.catch_up()
            if chance.random() < 0.5:
                leave |= {(SERVICE, role, task.id) for task in cloud.tasks.values() for role in task.roles}


@pytest.mark.parametrize("held", CREDENTIALS)
def test_when_everybody_accepts_two_rounds_reach_what_is_desired_and_then_nothing_is_asked(held: str) -> None:
    for live, desired in product(LIVE, DESIRED):
        config, want, cloud = world(live, desired, held).config, contacts(desired), Cloud(live)
        reachable = {role for role in ROLES if able(cloud, role, held)}
        for _ in range(2):
            ask(cloud, config, held)
            everybody_accepts(cloud)
            cloud.catch_up()
        assert not reachable & set(wanted(cloud, want)), (live, desired, held)
        plan = planned(cloud, config, held)
        assert (plan.requests, plan.deferred, plan.pending) == ((), (), ())
        assert {row.reason for row in plan.blocked} <= {Reason.NOT_PERMITTED}
        assert plan.in_sync == 3 - len(plan.blocked)
        assert len(cloud.asked) == len(set(cloud.asked)), "something was asked twice"


@pytest.mark.parametrize("held", CREDENTIALS)
def test_while_the_service_still_shows_the_old_contact_nothing_is_asked_twice(held: str) -> None:
    for live, desired in product(LIVE, DESIRED):
        config, cloud = world(live, desired, held).config, Cloud(live)
        ask(cloud, config, held)
        everybody_accepts(cloud)
        lagging = planned(cloud, config, held)
        done = {role for task in cloud.tasks.values() for role in task.roles}
        assert {row.change.role for row in lagging.pending} == done
        assert not done & {change.role for request in lagging.requests for change in request.changes}
        ask(cloud, config, held)
        everybody_accepts(cloud)
        assert len(cloud.asked) == len(set(cloud.asked)), "something was asked twice"


@pytest.mark.parametrize("retries", [0, 2])
def test_who_never_answers_is_asked_once_and_then_as_often_as_the_file_allows(retries: int) -> None:
    for live, desired in product(LIVE, DESIRED):
        config, cloud = world(live, desired, "abc", expired_retries=retries).config, Cloud(live)
        for _ in range(retries + 3):
            for task in ask(cloud, config, "abc"):
                cloud.expire(task.id)
            cloud.catch_up()
        times = {cloud.asked.count(one) for one in cloud.asked}
        assert times <= {retries + 1}
        assert {row.reason for row in planned(cloud, config, "abc").blocked} <= {Reason.TURNED_DOWN}
