"""Whole estates asked for part by part: never more than the whole, never twice, and in sync at the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from reconciler.model import ROLES, AccountId, Contacts, Role, ServiceId, Task, TaskState, service_name
from reconciler.plan import Plan, Request, Selection
from reconciler.propose import propose
from reconciler.rules import needs_admin
from tests.builders import TODAY, World, Written, estate, facts, open_guards
from tests.oracle.random_estate import Estate, random_estate

Contact = tuple[ServiceId, Role]


def whole_and_part(here: Estate, selection: Selection) -> tuple[Plan, Plan]:
    """Return the plan of everything, and that of a part."""
    plans = [
        propose(
            here.world.config,
            here.world.observation,
            today=TODAY,
            claims=here.claims,
            confirmations=here.confirmations,
            retries=here.retries,
            unknown_accounts=here.unknown_accounts,
            selection=one,
        )
        for one in (None, selection)
    ]
    return plans[0], plans[1]


def some_part(chance: Random) -> Selection:
    """Return a part at random."""
    patterns = ("domain/*", "domain/zone/*", "hosting/*", "*1.example", "*/shared*", "vps/*", "tele*")
    return Selection(
        tuple(chance.sample(patterns, chance.randint(0, 2))),
        tuple(role for role in ROLES if chance.random() < 0.5),
        chance.choice((None, 1, 2, 5, 20)),
    )


def contacts_of(request: Request) -> set[Contact]:
    return {(change.service, change.role) for change in request.changes}


@pytest.mark.parametrize("seed", range(30))
def test_a_part_asks_nothing_that_the_whole_does_not_and_puts_the_admin_last_as_the_whole_does(
    seed: int,
) -> None:
    chance = Random(seed)
    here = random_estate(chance, 40)
    selection = some_part(chance)
    whole, part = whole_and_part(here, selection)
    requests = {request.service: request for request in whole.requests}
    chooses = selection.chooses()
    for request in part.requests:
        assert all(chooses(*contact) for contact in contacts_of(request))
        asked_by_all = requests[request.service]
        if request.asker != asked_by_all.asker:
            live = here.world.observation.live[request.service]
            assert not any(chooses(*contact) for contact in contacts_of(asked_by_all)), "its turn is free"
            assert live.admin not in {request.asker, asked_by_all.asker}, "no right of an admin is at stake"
            continue
        assert {*request.changes} <= {*asked_by_all.changes}
        for change in request.changes:
            together = {one for one in asked_by_all.changes if one[2:] == change[2:]}
            assert change.role is not Role.ADMIN or together <= {*request.changes}
    asked = sum(len(request.changes) for request in part.requests)
    if selection.limit is not None:
        assert asked <= selection.limit
        unlimited = whole_and_part(here, replace(selection, limit=None))[1]
        assert asked == min(selection.limit, sum(len(request.changes) for request in unlimited.requests))
    assert part.narrowed
    told = sum(part.narrowed.left_out[:5]) + sum(part.narrowed.left_for_later)
    assert sum(1 for _ in part.changes()) + told == sum(1 for _ in whole.changes()), "all that is cut is told"
    assert min(*part.narrowed.left_out, *part.narrowed.left_for_later) >= 0


class Rollout:
    """Services whose parties all say yes; every request is answered before the next run."""

    def __init__(self, chance: Random) -> None:
        letters = "abcd"
        rows: dict[str, tuple[Written, Written]] = {
            f"{chance.choice(('domain', 'vps', 'domain/zone'))}/s{number}.example": (
                [chance.choice(letters) for _ in ROLES],
                [chance.choice([*letters, "-"]) for _ in ROLES],
            )
            for number in range(8)
        }
        self.here: World = estate(
            rows, held=facts(chance.sample(letters, chance.randint(1, 4))), guards=open_guards(letters)
        )
        self.asked: list[tuple[ServiceId, Role, AccountId]] = []

    def plan(self, selection: Selection | None = None) -> Plan:
        return propose(self.here.config, self.here.observation, today=TODAY, selection=selection)

    def run(self, selection: Selection) -> int:
        """Ask for a part, have everyone confirm, and return how many contacts were asked for."""
        plan = self.plan(selection)
        self._check_that_nobody_is_locked_out(plan)
        observation = self.here.observation
        live, tasks, at = dict(observation.live), list(observation.tasks), observation.at
        for request in plan.requests:
            row = live[request.service]
            for planned in request.tasks:
                moved = dict.fromkeys(planned.roles, planned.to_account)
                self.asked += [(request.service, role, planned.to_account) for role in planned.roles]
                row = Contacts(*(moved.get(role, holder) for role, holder in zip(ROLES, row, strict=True)))
                tasks.append(
                    Task(
                        len(tasks) + 1,
                        request.asker,
                        planned.from_account,
                        planned.to_account,
                        planned.roles,
                        service_name(request.service),
                        TaskState.DONE,
                        at,
                        at + timedelta(minutes=1),
                    )
                )
            live[request.service] = row
        later = replace(observation, live=live, tasks=tuple(tasks), at=at + timedelta(hours=1))
        self.here = replace(self.here, observation=later)
        return sum(len(request.changes) for request in plan.requests)

    def _check_that_nobody_is_locked_out(self, plan: Plan) -> None:
        """Admin leaves us only where nothing else that is wanted needs its right."""
        held = self.here.observation.held
        wanted = [*self.plan().changes()]
        for request in plan.requests:
            live = self.here.observation.live[request.service]
            for handover in request.changes:
                if handover.role is not Role.ADMIN or handover.desired in held:
                    continue
                others = [
                    one for one in wanted if one.service == request.service and one not in request.changes
                ]
                assert not any(needs_admin(live, one.role, held) for one in others)


@pytest.mark.parametrize("limit", [1, 2, 5])
@pytest.mark.parametrize("seed", range(12))
def test_runs_with_a_limit_reach_what_one_rollout_reaches_and_never_ask_twice(seed: int, limit: int) -> None:
    rollout, at_once = Rollout(Random(seed)), Rollout(Random(seed))
    while asked := rollout.run(Selection(limit=limit)):
        assert asked <= limit
    while at_once.run(Selection()):
        pass
    assert not rollout.plan().requests
    assert not rollout.plan().deferred
    assert rollout.here.observation.live == at_once.here.observation.live
    assert len(rollout.asked) == len({*rollout.asked})


@pytest.mark.parametrize("seed", range(12))
def test_parts_in_any_order_reach_it_too_once_every_role_has_had_its_turns(seed: int) -> None:
    chance = Random(seed)
    rollout, at_once = Rollout(Random(seed)), Rollout(Random(seed))
    parts = [Selection((only,), (role,)) for only in ("domain/*", "domain/zone/*", "vps/*") for role in ROLES]
    while sum(rollout.run(part) for part in chance.sample(parts, len(parts))):
        pass
    while at_once.run(Selection()):
        pass
    asked_alone = {(row.change.service, row.change.role) for row in rollout.plan().deferred}
    assert all(role is Role.ADMIN for _, role in asked_alone)
    rollout.run(Selection())
    assert rollout.here.observation.live == at_once.here.observation.live
    assert len(rollout.asked) == len({*rollout.asked})
