"""Who asks, found by trying every possibility: part of the reference, slow and plain on purpose.

Written from the role table and the text on the choice of the asker alone. An assignment says for each
wanted change which held account asks for it; the accounts that may are read off the live contacts
(*reading 1*: an account that will only become a contact during the rollout may not be assigned).
"""

from __future__ import annotations

from itertools import product

ROLES = ("admin", "technical", "billing")
Moves = dict[str, tuple[str, str]]
"""role -> (from, to)"""
Assignment = dict[str, str]
"""role -> asker"""
Cost = tuple[int, int, int, int]
"""(tasks that wait for accounts we do not hold, confirmations, POSTs, tasks)"""


def could_ask(live: dict[str, str], role: str) -> list[str]:
    """Return the accounts that the role table lets ask for a change of `role`, held or not."""
    able = [live["admin"]]
    if role != "admin" and live[role] not in able:
        able.append(live[role])
    return able


def assignments(live: dict[str, str], moves: Moves, held: frozenset[str]) -> list[Assignment]:
    """Return every way to give each move to a held account that may ask for it."""
    choices = [[who for who in could_ask(live, role) if who in held] for role in moves]
    return [dict(zip(moves, picks, strict=True)) for picks in product(*choices)]


def pairs(moves: Moves, roles: tuple[str, ...]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return the tasks of one POST: (from, to, roles), one for each from->to pair, in order of role."""
    made: dict[tuple[str, str], list[str]] = {}
    for role in ROLES:
        if role in roles:
            made.setdefault(moves[role], []).append(role)
    return [(source, target, tuple(carried)) for (source, target), carried in made.items()]


def confirmers(asker: str, target: str) -> list[str]:
    """Return who must confirm: the asker and the new contact, who may be the same."""
    return [asker] if asker == target else [asker, target]


def in_order(roles: set[str]) -> tuple[str, ...]:
    """Return roles in the order admin, technical, billing."""
    return tuple(role for role in ROLES if role in roles)


def reasons_to_keep_the_admin(
    assignment: Assignment, moves: Moves, held: frozenset[str], kept_for: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Return the roles for which the hand-over of the admin role must wait; none: it need not.

    `kept_for` are roles that are blocked for a cause that may pass and need the outgoing admin's right.
    """
    if "admin" not in moves or moves["admin"][1] in held:
        return ()
    admin = moves["admin"][0]
    asked = {role for role, asker in assignment.items() if asker == admin and moves[role] != moves["admin"]}
    return in_order(asked | set(kept_for))


def rollout(
    assignment: Assignment, moves: Moves, held: frozenset[str], kept_for: tuple[str, ...] = ()
) -> list[tuple[str, tuple[str, ...]]]:
    """Return every POST of the rollout as (asker, roles), whatever the order."""
    travellers: set[str] = set()
    if reasons_to_keep_the_admin(assignment, moves, held, kept_for):
        admin = moves["admin"][0]
        travellers = {
            role for role, asker in assignment.items() if asker == admin and moves[role] == moves["admin"]
        }
    posts: dict[tuple[str, bool], set[str]] = {}
    for role, asker in assignment.items():
        posts.setdefault((asker, role in travellers), set()).add(role)
    return [(asker, in_order(roles)) for (asker, _), roles in posts.items()]


def cost(assignment: Assignment, moves: Moves, held: frozenset[str], kept_for: tuple[str, ...] = ()) -> Cost:
    """Return what a whole rollout costs, the worst kind of cost first."""
    waiting = confirmations = tasks = 0
    posts = rollout(assignment, moves, held, kept_for)
    for asker, roles in posts:
        for _, target, _ in pairs(moves, roles):
            must = confirmers(asker, target)
            tasks += 1
            confirmations += len(must)
            waiting += any(who not in held for who in must)
    return (waiting, confirmations, len(posts), tasks)


def best(
    live: dict[str, str], moves: Moves, held: frozenset[str], kept_for: tuple[str, ...] = ()
) -> Assignment:
    """Return the cheapest assignment; of equally cheap ones that which gives most to the admin."""
    return min(
        assignments(live, moves, held),
        key=lambda one: (
            cost(one, moves, held, kept_for),
            -sum(asker == live["admin"] for asker in one.values()),
        ),
    )


def stated(live: dict[str, str], moves: Moves, held: frozenset[str]) -> Assignment:
    """Return the rule as people say it: the admin when held, otherwise each role's own holder."""
    return {role: live["admin"] if live["admin"] in held else live[role] for role in moves}
