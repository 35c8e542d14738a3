"""Every world of one service, planned by the program and by the reference: change by change, tray by tray.

First every live x desired x credentials of three accounts side by side in one plan, and those whose live
contacts differ in more than their letters in a plan of their own each; then thousands of the same worlds with
tasks, debts, payment methods, regions, guards and answers laid over them at random.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from random import Random

import pytest

from reconciler.config.model import GuardSettings
from reconciler.model import ROLES, AccountId, Answer, Claim, Confirmation, Region, Role, ServiceId, Task
from tests.builders import CANADA, NOW, SANDBOX, claim, estate, facts, task, world
from tests.oracle.reading import Retries, disagreements

LIVE = tuple("".join(picks) for picks in product("abc", repeat=3))
UP_TO_LETTERS = ("aaa", "aab", "aba", "abb", "abc")  # every other one is one of these with other letters
DESIRED = tuple("".join(picks) for picks in product("abc-", repeat=3))
CREDENTIALS = ("", "a", "b", "c", "ab", "ac", "bc", "abc")
MOVES = ("a>b", "a>c", "b>a", "b>c", "c>a", "c>b")
ROLE_SETS = ("admin", "technical", "billing", "admin technical", "admin billing", "technical billing",
             "admin technical billing")  # fmt: skip
OPEN = ("todo", "checkValidity", "validatingByCustomers", "doing")
SETTLED = ("done", "refused", "aborted", "expired", "error")
AGES = (0.5, 5.0, 14.0, 14.99, 15.0, 15.01, 60.0, 9000.0)


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield a fresh service with its live and desired contacts for every pair."""
    for number, (live, desired) in enumerate(product(LIVE, DESIRED)):
        yield f"domain/n{number}.example", live, desired


def some_rows(chance: Random) -> list[tuple[str, str, str]]:
    """Return a third of them: what is laid over them makes each another world every time."""
    every = list(rows())
    return chance.sample(every, len(every) // 3)


def random_task(
    chance: Random, number: int, service: str, live: str, *, settled: float | None
) -> tuple[Task, Claim | None]:
    """Return a task of the service, with the journal's word where its name alone would not tell."""
    states = OPEN if settled is None else SETTLED
    move, roles = chance.choice(MOVES), chance.choice(ROLE_SETS)
    if chance.random() < 0.5:  # mostly what could really have been asked
        role = chance.choice(ROLES)
        source = live[ROLES.index(role)]
        move = chance.choice([one for one in MOVES if one.startswith(source)])
        roles = " ".join(one for one, who in zip(ROLES, live, strict=True) if who == source)
    made = task(
        number,
        move,
        roles,
        asker=chance.choice(("a", "b", "c", None)),
        state=chance.choice(states),
        settled=settled,
        service=service,
    )
    from_live = all(live[ROLES.index(role)] == made.from_account for role in made.roles)
    return made, None if from_live and chance.random() < 0.5 else claim(made, service)


@pytest.mark.parametrize("held", CREDENTIALS)
def test_live_times_desired_times_credentials_one_plan_each_up_to_the_letters(held: str) -> None:
    wrong = [
        line
        for live, desired in product(UP_TO_LETTERS, DESIRED)
        for line in disagreements(world(live, desired, held))
    ]
    assert not wrong, "\n".join(wrong[:3])


@pytest.mark.parametrize("held", CREDENTIALS)
def test_live_times_desired_times_credentials_side_by_side_in_one_plan(held: str) -> None:
    wrong = disagreements(estate({one: (live, want) for one, live, want in rows()}, held=facts(held)))
    assert not wrong, "\n".join(wrong[:3])


@pytest.mark.parametrize("held", CREDENTIALS)
def test_with_open_tasks_laid_over(held: str) -> None:
    chance = Random(f"open {held}")
    tasks: list[Task] = []
    claims: dict[int, Claim] = {}
    answers: list[Confirmation] = []
    services: dict[str, tuple[str, str]] = {}
    for service, live, desired in some_rows(chance):
        services[service] = (live, desired)
        for _ in range(chance.choice((1, 1, 1, 2))):
            made, ours = random_task(chance, len(tasks) + 1, service, live, settled=None)
            tasks.append(made)
            if ours:
                claims[made.id] = ours
            if chance.random() < 0.2:
                said = chance.choice((Answer.ACCEPTED, Answer.ACCEPTED, Answer.RESENT))
                answers.append(Confirmation(made.id, AccountId(chance.choice("abc")), said, NOW))
    busy = estate(services, held=facts(held), tasks=tasks)
    wrong = disagreements(busy, claims=claims, confirmations=answers)
    assert not wrong, "\n".join(wrong[:3])


@pytest.mark.parametrize("held", CREDENTIALS)
def test_with_settled_tasks_laid_over(held: str) -> None:
    chance = Random(f"settled {held}")
    tasks: list[Task] = []
    claims: dict[int, Claim] = {}
    services: dict[str, tuple[str, str]] = {}
    retries: set[tuple[ServiceId, Role, int]] = set()
    for service, live, desired in some_rows(chance):
        services[service] = (live, desired)
        ages = sorted(chance.sample(AGES, chance.randint(1, 4)), reverse=True)
        for age in ages:
            made, ours = random_task(chance, len(tasks) + 1, service, live, settled=age)
            tasks.append(made)
            if ours:
                claims[made.id] = ours
            if chance.random() < 0.1:
                retries |= {(ServiceId(service), role, made.id) for role in made.roles}
    past = estate(services, held=facts(held), tasks=tasks, expired_retries=len(held))
    leave: Retries = frozenset(retries)
    wrong = disagreements(past, claims=claims, retries=leave)
    assert not wrong, "\n".join(wrong[:3])


@pytest.mark.parametrize("seed", range(6))
def test_with_debts_payment_methods_regions_guards_and_answers_laid_over(seed: int) -> None:
    chance = Random(f"facts {seed}")

    def some(share: float, of: str = "abc") -> list[str]:
        return [one for one in of if chance.random() < share]

    route = chance.choice(("domain", "email/domain", "xdsl"))
    services = {one.replace("domain", route): (live, want) for one, live, want in some_rows(chance)}
    told = facts(
        some(0.7),
        unpaid=some(0.2),
        without_payment_method=some(0.3),
        regions=dict.fromkeys(some(0.2), Region.CA),
    )
    told = {
        one: replace(fact, unpaid_invoices=None, payment_method=None) if chance.random() < 0.25 else fact
        for one, fact in told.items()
    }
    guards = GuardSettings(
        max_changes_percent=100,
        protected=tuple(
            one + chance.choice(("", ":admin", ":technical", ":billing"))
            for one in services
            if chance.random() < 0.1
        ),
        allow_admin_handover_to=frozenset(AccountId(one) for one in some(0.6)),
    )
    laden = estate(
        services,
        held=told,
        in_debt=[one for one in services if chance.random() < 0.2],
        guards=guards,
        endpoint=chance.choice((SANDBOX, SANDBOX, CANADA)),
    )
    strangers = {AccountId(one): "This account does not exist" for one in some(0.2)}
    wrong = disagreements(laden, unknown_accounts=strangers)
    assert not wrong, "\n".join(wrong[:3])
