"""The tasks of every account, each read once, whoever lists it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Executor
from typing import NamedTuple

from reconciler.errors import ApiError
from reconciler.model import AccountId, Task
from reconciler.observe.sharing import share_out
from reconciler.ports.endpoint import Reader


class SeenTasks(NamedTuple):
    """What the task lists showed.

    Attributes:
        tasks: ascending by id.
        unreadable: accounts that have tasks which could not be read, each with the reason.
    """

    tasks: tuple[Task, ...]
    unreadable: Mapping[AccountId, str]

    @property
    def open_names(self) -> frozenset[str]:
        """Return the bare service names that open tasks speak of."""
        return frozenset(task.name for task in self.tasks if task.is_open and task.name)


def read_tasks(readers: Sequence[Reader], known: Mapping[int, Task], pool: Executor) -> SeenTasks:
    """Return the tasks of all readers; those in `known` that are settled are not read again."""
    listed: dict[AccountId, frozenset[int]] = {}
    unreadable: dict[AccountId, str] = {}
    for reader, ids in zip(readers, pool.map(_listed, readers), strict=True):
        if isinstance(ids, ApiError):
            unreadable[reader.account] = f"its requests could not be listed: {ids}"
        else:
            listed[reader.account] = ids
    every = frozenset().union(*listed.values())
    found = {number: known[number] for number in every if number in known and not known[number].is_open}
    missing = {account: ids - found.keys() for account, ids in listed.items()}
    shared = share_out(readers, missing, _read, pool)
    found |= shared.found
    for account, ids in missing.items():
        if shared.failed.keys() & ids:
            number = min(shared.failed.keys() & ids)
            unreadable[account] = f"its request {number} could not be read: {shared.failed[number]}"
    return SeenTasks(tuple(found[number] for number in sorted(found)), unreadable)


def _listed(reader: Reader) -> frozenset[int] | ApiError:
    try:
        return frozenset(reader.task_ids())
    except ApiError as error:
        return error


def _read(reader: Reader, ids: Collection[int]) -> tuple[Mapping[int, Task | None], ApiError | None]:
    try:
        tasks = {task.id: task for task in reader.tasks(sorted(ids))}
    except ApiError as error:
        return {}, error
    return {number: tasks.get(number) for number in ids}, None
