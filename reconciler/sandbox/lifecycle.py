"""A request becomes tasks, the parties answer them, time moves them on.

No timer runs: each task knows when it is due to move by itself, and is moved when somebody next looks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from reconciler.model import AccountId, Role, TaskState
from reconciler.sandbox import mails
from reconciler.sandbox.asking import Move, Obstacle
from reconciler.sandbox.refusals import Refusal, conflict, forbidden, not_found
from reconciler.sandbox.store import Store
from reconciler.sandbox.tokens import hashed, matches, new_token
from reconciler.sandbox.world import Settings

SECONDS_PER_DAY = 86_400
HAND_OVER = {
    Role.ADMIN: "UPDATE services SET admin = ? WHERE id = ?",
    Role.TECHNICAL: "UPDATE services SET technical = ? WHERE id = ?",
    Role.BILLING: "UPDATE services SET billing = ? WHERE id = ?",
}


def open_task_on(store: Store, service: int) -> int | None:
    """Return the id of a task that is open on a service."""
    found = store.row("SELECT id FROM tasks WHERE service = ? AND settled IS NULL", service)
    return found["id"] if found else None


def create(
    store: Store,
    settings: Settings,
    now: float,
    service: int,
    asker: AccountId,
    moves: Sequence[tuple[Move, Obstacle | None]],
) -> list[int]:
    """Make one task for each move and return their ids; one with an obstacle fails when it is checked."""
    made = []
    for move, obstacle in moves:
        task = store.write(
            "INSERT INTO tasks"
            " (service, asker, from_account, to_account, roles, state, requested, due, fails)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(service, asker, move.from_account, move.to_account, " ".join(move.roles), TaskState.TODO),
            *(now, now + settings.validity_seconds / 2, obstacle.late_state if obstacle else None),
        )
        for account in _parties(settings, asker, move):
            store.write("INSERT INTO parties (task, account, wrong_tries) VALUES (?, ?, 0)", task, account)
        made.append(task)
    advance(store, settings, now)
    return made


def advance(store: Store, settings: Settings, now: float) -> None:
    """Move every task on that is due by `now`, in the order in which they are due."""
    due = "SELECT * FROM tasks WHERE due <= ? ORDER BY due, id LIMIT 1"
    if store.row(due, now) is None:
        return
    with store.change():
        while (task := store.row(due, now)) is not None:
            _step(store, settings, task)


def answer(
    store: Store, settings: Settings, now: float, task_id: int, account: str, token: str, *, accepts: bool
) -> Refusal | None:
    """Take a party's answer to a task; return the refusal of a wrong token, whose try is counted.

    Raises:
        Refusal: the task is not the account's, or does not wait for an answer; nothing is counted.
    """
    task = visible_task(store, task_id, account)
    _must_wait_for_answers(settings, task)
    party = _party(store, task_id, account)
    wrong = _check(store, settings, party, token)
    if wrong is not None:
        return wrong
    store.write(
        "UPDATE parties SET answer = ? WHERE task = ? AND account = ?",
        *("accepted" if accepts else "refused", task_id, account),
    )
    if not accepts:
        _settle(store, task_id, TaskState.REFUSED, now)
    elif store.row("SELECT 1 FROM parties WHERE task = ? AND answer IS NULL", task_id) is None:
        _enter(store, task_id, TaskState.DOING, now + settings.processing_seconds)
        advance(store, settings, now)
    return None


def resend(store: Store, settings: Settings, now: float, task_id: int, account: str) -> None:
    """Mail a new token to one party; its old one is dead, those of the others live on."""
    task = visible_task(store, task_id, account)
    _must_wait_for_answers(settings, task)
    party = _party(store, task_id, account)
    if party["answer"] is not None:
        raise conflict("You have answered this request already", settings.wrong_state)
    _send_token(store, settings, task, account, now)


def visible_task(store: Store, task_id: int, account: str) -> sqlite3.Row:
    """Return a task that the account asked for, gives or takes.

    Raises:
        Refusal: 404, for any other account as for a task that is not there.
    """
    task = store.row("SELECT * FROM tasks WHERE id = ?", task_id)
    if task is None or account not in {task["asker"], task["from_account"], task["to_account"]}:
        raise not_found("This contact change request does not exist")
    return task


def _parties(settings: Settings, asker: AccountId, move: Move) -> tuple[AccountId, ...]:
    """Return who is mailed a token, from the guide and not from the planner, whose mistakes must show."""
    if settings.parties == "old_and_new":
        return (move.from_account, move.to_account)
    return (asker,) if asker == move.to_account else (asker, move.to_account)


def _party(store: Store, task_id: int, account: str) -> sqlite3.Row:
    party = store.row("SELECT * FROM parties WHERE task = ? AND account = ?", task_id, account)
    if party is None:
        raise forbidden("You are not asked to confirm this request")
    return party


def _must_wait_for_answers(settings: Settings, task: sqlite3.Row) -> None:
    if task["state"] != TaskState.VALIDATING:
        raise conflict(
            f"This request is not waiting for a confirmation, its state is {task['state']}",
            settings.wrong_state,
        )


def _check(store: Store, settings: Settings, party: sqlite3.Row, token: str) -> Refusal | None:
    right = party["token"] is not None and matches(token, party["token"])
    if party["wrong_tries"] >= settings.token_tries:
        return forbidden("This token is blocked after too many wrong tries; resendEmail brings a new one")
    if right:
        return forbidden("This token was used already") if party["answer"] is not None else None
    if party["answer"] is None:
        store.write(
            "UPDATE parties SET wrong_tries = wrong_tries + 1 WHERE task = ? AND account = ?",
            *(party["task"], party["account"]),
        )
    return forbidden("This token is not valid")


def _step(store: Store, settings: Settings, task: sqlite3.Row) -> None:
    state, at = task["state"], task["due"]
    if state == TaskState.TODO:
        _enter(store, task["id"], TaskState.CHECK_VALIDITY, task["requested"] + settings.validity_seconds)
    elif state == TaskState.CHECK_VALIDITY and task["fails"]:
        _settle(store, task["id"], TaskState(task["fails"]), at)
    elif state == TaskState.CHECK_VALIDITY:
        expires = task["requested"] + settings.expiry_days * SECONDS_PER_DAY
        _enter(store, task["id"], TaskState.VALIDATING, expires)
        for account in store.ids("SELECT account FROM parties WHERE task = ?", task["id"]):
            _send_token(store, settings, task, account, at)
    elif state == TaskState.VALIDATING:
        _settle(store, task["id"], TaskState.EXPIRED, at)
    else:
        _carry_out(store, task, at)


def _carry_out(store: Store, task: sqlite3.Row, at: float) -> None:
    for role in task["roles"].split():
        store.write(HAND_OVER[Role(role)], task["to_account"], task["service"])
    _settle(store, task["id"], TaskState.DONE, at)
    told = {task["from_account"], *store.ids("SELECT account FROM parties WHERE task = ?", task["id"])}
    for account in sorted(told):
        mails.send_done(store, task, account, at)


def _send_token(store: Store, settings: Settings, task: sqlite3.Row, account: str, at: float) -> None:
    token = new_token()
    store.write(
        "UPDATE parties SET token = ?, wrong_tries = 0 WHERE task = ? AND account = ?",
        *(hashed(token), task["id"], account),
    )
    mails.send_request(store, task, account, token, settings.expiry_days, at)


def _enter(store: Store, task: int, state: TaskState, due: float) -> None:
    store.write("UPDATE tasks SET state = ?, due = ? WHERE id = ?", state, due, task)


def _settle(store: Store, task: int, state: TaskState, at: float) -> None:
    store.write("UPDATE tasks SET state = ?, due = NULL, settled = ? WHERE id = ?", state, at, task)
