"""One task's whole life as the journal knows it: what was asked, what was seen, what we answered.

An endpoint that began anew, such as a fresh sandbox on the same address, gives out numbers again. A task is
told from its namesake of another world by when it was requested.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from reconciler.model import Asked, Claim, Confirmation, Move, Sighting, Task
from reconciler.model.memory import CLOCK_TOLERANCE
from reconciler.progress.joining import is_claimed


@dataclass(slots=True)
class Episode:
    """One task.

    Attributes:
        number: its id; None where one request made several tasks and none of them was looked at yet.
        maybe_numbers: the ids that it may have, where it is not sure.
        requested: by the endpoint's clock.
        moves: what it moves.
        task: as it was last seen; None where it never was.
        asked: how it came to be; None where our journal did not make it.
        seen: when its last state was first seen.
        ended: when it reached a final state, or else was first seen in one; None while open.
        answers: what we answered, oldest first.
    """

    number: int | None
    maybe_numbers: tuple[int, ...]
    requested: datetime
    moves: tuple[Move, ...]
    task: Task | None = None
    asked: Asked | None = None
    seen: datetime | None = None
    ended: datetime | None = None
    answers: tuple[Confirmation, ...] = ()


def episodes_of(
    asked: Sequence[Asked], sightings: Iterable[Sighting], confirmations: Iterable[Confirmation]
) -> list[Episode]:
    """Return every task that was asked for or seen, in no order."""
    by_number: defaultdict[int, list[Asked]] = defaultdict(list)
    for row in asked:
        by_number[row.task].append(row)
    seen = [_seen(rows, by_number) for rows in _lives(sightings)]
    found = [*seen, *_unseen(asked, seen)]
    _hand_out(confirmations, found)
    return found


class _Life(NamedTuple):
    last: Sighting
    first_final: Sighting | None


def _lives(sightings: Iterable[Sighting]) -> Iterable[_Life]:
    """Return for each task its newest sighting, and the one since which it is known to be settled."""
    lives: dict[tuple[int, datetime], _Life] = {}
    for row in sightings:
        key = (row.task.id, row.task.requested)
        if row.task.is_open:
            lives[key] = _Life(row, None)
        else:
            known = lives.get(key)
            first = known.first_final if known and known.last.task.state == row.task.state else None
            lives[key] = _Life(row, first or row)
    return lives.values()


def _seen(life: _Life, asked: dict[int, list[Asked]]) -> Episode:
    task = life.last.task
    ended = None if life.first_final is None else task.settled or life.first_final.at
    made = next((row for row in reversed(asked.get(task.id, ())) if _made(row, task)), None)
    moves = tuple(Move(role, task.from_account, task.to_account) for role in task.roles)
    return Episode(task.id, (), task.requested, moves, task, made, life.last.at, ended)


def _made(asked: Asked, task: Task) -> bool:
    answered = asked.answered or max(asked.at, task.requested)
    return is_claimed(task, Claim(asked.task, asked.service, asked.asker, asked.at, answered))


def _unseen(asked: Iterable[Asked], seen: Iterable[Episode]) -> Iterator[Episode]:
    """Yield the tasks that were made and not looked at yet, each with what is left of its request.

    Where that is more than one move from an account to another, nobody can tell yet which task does which.
    """
    known = {(row.asked.task, row.asked.at): row for row in seen if row.asked}
    requests: defaultdict[tuple[object, ...], list[Asked]] = defaultdict(list)
    for row in asked:
        requests[row.service, row.asker, row.at, row.run].append(row)
    for tasks in requests.values():
        looked_at = [known[row.task, row.at] for row in tasks if (row.task, row.at) in known]
        missing = {row.task: row for row in tasks if (row.task, row.at) not in known}
        if not missing:
            continue
        covered = {move for episode in looked_at for move in episode.moves}
        left = tuple(move for move in tasks[0].moves if move not in covered)
        numbers = tuple(sorted(missing))
        first = missing[numbers[0]]
        if len(numbers) == 1:
            yield Episode(numbers[0], (), first.at, left, asked=first)
            continue
        for pair in dict.fromkeys((move.from_account, move.to_account) for move in left):
            moves = tuple(move for move in left if (move.from_account, move.to_account) == pair)
            yield Episode(None, numbers, first.at, moves, asked=first)


def _hand_out(confirmations: Iterable[Confirmation], episodes: Iterable[Episode]) -> None:
    """Give each answer to the newest task of its number that was requested before it."""
    by_number: defaultdict[int, list[Episode]] = defaultdict(list)
    for episode in sorted(episodes, key=lambda row: row.requested, reverse=True):
        if episode.number is not None:
            by_number[episode.number].append(episode)
    for row in confirmations:
        for episode in by_number.get(row.task, ()):
            if episode.requested - CLOCK_TOLERANCE <= row.at:
                episode.answers = (*episode.answers, row)
                break
