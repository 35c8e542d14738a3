"""How accounts, numbers and states are put into words, the same in every format for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from reconciler.diff import Change
from reconciler.model import AccountId, Role, TaskState
from reconciler.plan import Plan
from reconciler.render.safe import visible

STATES: dict[TaskState, str] = {
    TaskState.TODO: "queued at OVHcloud",
    TaskState.CHECK_VALIDITY: "being checked by OVHcloud",
    TaskState.VALIDATING: "waiting for confirmation",
    TaskState.DOING: "being carried out by OVHcloud",
    TaskState.DONE: "carried out by OVHcloud",
    TaskState.REFUSED: "refused",
    TaskState.ABORTED: "cancelled",
    TaskState.EXPIRED: "expired without an answer",
    TaskState.ERROR: "failed at OVHcloud",
}
"""OVHcloud's states in words; `done` is not called done, for the service itself must show the new contact."""


class Counts(NamedTuple):
    """The summary of a plan, in the order in which every format gives it.

    Trays and `contested` count contacts; `absent`, `unmanaged` and `unknown` count services; `posts`, `tasks`
    and `confirmations` count what an apply would cause now. `observed` counts contacts that are only observed
    and not, or not for long, as the file names them; None where the file observes none.
    """

    in_sync: int
    requests: int
    deferred: int
    pending: int
    blocked: int
    contested: int
    absent: int
    unmanaged: int
    unknown: int
    posts: int
    tasks: int
    confirmations: int
    observed: int | None = None

    @property
    def all_in_sync(self) -> bool:
        """Whether every managed contact was readable, is as desired, and nothing open moves it away."""
        return not any(self[1:7]) and not self.unknown and not self.observed

    def shown(self) -> dict[str, int]:
        """Return the counts by name, as programs get them: without `observed` where nothing is."""
        return {name: number for name, number in self._asdict().items() if number is not None}


def counts(plan: Plan) -> Counts:
    """Return the summary of `plan`."""
    tasks = [task for request in plan.requests for task in request.tasks]
    return Counts(
        in_sync=plan.in_sync,
        requests=sum(map(len, [request.changes for request in plan.requests])),
        deferred=len(plan.deferred),
        pending=len(plan.pending),
        blocked=len(plan.blocked),
        contested=len(plan.contested),
        absent=len(plan.absent),
        unmanaged=len(plan.unmanaged),
        unknown=len(plan.unknown),
        posts=len(plan.requests),
        tasks=len(tasks),
        confirmations=sum(map(len, [task.confirmers for task in tasks])),
        observed=len(plan.observed) if plan.watched or plan.observed else None,
    )


class Accounts(dict[AccountId | None, str]):
    """How each account is shown: `short name (id)`, or its id where the file has no short name for it.

    A dict that fills itself, because a plan names the same few accounts in every line.
    """

    def __init__(self, names: Mapping[AccountId, str]) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, account: AccountId | None) -> str:
        """Return an account's words, and remember them."""
        shown = self[account] = self.shown(account)
        return shown

    def shown(self, account: AccountId | None) -> str:
        """Return an account's words on one line."""
        if account is None:
            return "not shown"
        short = self._names.get(account)
        return visible(f"{short} ({account})" if short and short != account else account)


class Groups(dict[tuple[AccountId, ...], str]):
    """How each group of accounts is shown: `a, b and c`."""

    def __init__(self, accounts: Accounts) -> None:
        super().__init__()
        self._accounts = accounts

    def __missing__(self, group: tuple[AccountId, ...]) -> str:
        """Return a group's words, and remember them."""
        shown = self[group] = listed(self._accounts[account] for account in group)
        return shown


def moved(change: Change, accounts: Accounts) -> tuple[str, str]:
    """Return the role, and the move as `live -> desired`, or `live, as desired` where they are the same."""
    live, desired = accounts[change.live], accounts[change.desired]
    return str(
        change.role
    ), f"{live}, as desired" if change.live == change.desired else f"{live} -> {desired}"


def standing(state: TaskState, waiting_for: tuple[AccountId, ...], groups: Groups) -> str:
    """Return how far a request has come, and who is not known to have confirmed it."""
    if state is TaskState.DONE:
        return f"{state_words(state)}, but the service does not show it yet"
    if state is TaskState.DOING:
        return state_words(state)
    if not waiting_for:
        return f"{state_words(state)}, though every party that is known has confirmed"
    if state is TaskState.VALIDATING:
        return f"waiting for {groups[waiting_for]} to confirm ({state})"
    return f"{state_words(state)}, to be confirmed by {groups[waiting_for]}"


def listed(words: Iterable[str]) -> str:
    """Return `a`, `a and b`, or `a, b and c`; `nobody` where there is none."""
    *head, last = list(words) or ["nobody"]
    return f"{', '.join(head)} and {last}" if head else last


def counted(number: int, noun: str) -> str:
    """Return the number with its noun, such as `1 contact` or `12 contacts`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def waits_for(roles_and_tasks: Iterable[Role | int]) -> str:
    """Return what a deferred change waits for, such as `the technical change and task 12`."""
    return listed(
        f"the {item} change" if isinstance(item, Role) else f"task {item}" for item in roles_and_tasks
    )


def state_words(state: TaskState) -> str:
    """Return a state in words, with OVHcloud's own name for it in brackets where that is another."""
    words = STATES[state]
    return words if words == state else f"{words} ({state})"


def age(seconds: float) -> str:
    """Return a length of time in its two largest units, such as `3 d 4 h` or `20 s`."""
    minutes, rest = divmod(max(int(seconds), 0), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = ((days, "d"), (hours, "h"), (minutes, "min"), (rest, "s"))
    first = next((at for at, (number, _) in enumerate(units) if number), 3)
    return " ".join(f"{number} {unit}" for number, unit in units[first : first + 2] if number) or "0 s"
