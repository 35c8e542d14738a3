"""The contacts file in the commits from which a branch and its base came, by whatever name it went there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from reconciler.branch import Branch, merge
from reconciler.cli.git import Repository
from reconciler.cli.repository import config_in
from reconciler.config import Config
from reconciler.errors import ConfigError, ReconcilerError
from reconciler.model.contacts import Desired, Marks
from reconciler.model.text import visible

_DEEPEST = 20
"""How many crossings lie behind one another at most; each costs reading two commits more."""


class Wanted(NamedTuple):
    """Who is to hold which role, and what of that is only observed."""

    desired: Desired
    observed: Marks


@dataclass(frozen=True, slots=True)
class Fork:
    """Where two lines of commits parted.

    Mostly that is one commit. Where each line was merged into the other at a time, it is several. What both
    had in common is those merged, as git does it: each with the ones before, by where these parted in turn.

    Attributes:
        config: the file in the first of them; None: it does not hold the file.
        others: the file in each other, and where that one parted from the ones before.
    """

    config: Config | None
    others: tuple[tuple[Fork, Config | None], ...] = ()

    def wanted(self, today: date) -> Wanted:
        """Return what both had in common, as of the UTC day `today`."""
        held = wanted_of(self.config, today)
        for fork, config in self.others:
            merged = three_way(fork.wanted(today), held, wanted_of(config, today), "")
            held = Wanted(merged.desired, merged.observed)
        return held


def wanted_of(config: Config | None, today: date) -> Wanted:
    """Return what a file wants on the UTC day `today`; nothing where there is no file."""
    return Wanted(config.desired(today), config.observed) if config else Wanted({}, {})


def three_way(fork: Wanted, base: Wanted, here: Wanted, name: str) -> Branch:
    """Return what `here` adds to the base called `name`."""
    observed = fork.observed, base.observed, here.observed
    return merge(fork.desired, base.desired, here.desired, name=name, observed=observed)


class Past:
    """The file in earlier commits and in its base.

    Args:
        repository: of the file.
        file: as messages call it.
        place: its path at HEAD.
        ref: the base, as it was given.
    """

    def __init__(self, repository: Repository, file: Path, place: PurePosixPath, ref: str) -> None:
        self._repository = repository
        self._file = file
        self._place = place
        self._ref = ref
        self._then: dict[str, tuple[PurePosixPath, Config | None]] = {}

    def fork(self, tip: str) -> Fork | None:
        """Return where HEAD and the tip of the base parted; None: they share no commit that is here.

        Raises:
            ReconcilerError: the file was not valid then; or they crossed too often.
        """
        return self._fork("HEAD", (tip,), 0)

    def tip(self, tip: str) -> tuple[PurePosixPath, Config | None]:
        """Return the file's name in the base, and what it declares there; None: the base does not hold it.

        It goes there by the name that it has here, else by the one that it had at the fork, else by the one
        that the base has given it since. Ask for the fork first.

        Raises:
            ReconcilerError: it is not valid there.
        """
        found = self._read(tip, self._place, self._ref)
        for commit, (place, config) in self._then.items():
            if found is None and config is not None:
                now = self._repository.renamed(commit, tip).get(place, place)
                found = self._read(tip, now, self._ref)
                if found is not None:
                    return now, found
        return self._place, found

    def _fork(self, one: str, others: tuple[str, ...], depth: int) -> Fork | None:
        commits = self._repository.forks(one, *others)
        if not commits:
            return None
        if depth > _DEEPEST:
            raise ReconcilerError(
                f"this branch and {visible(self._ref)} crossed too often to be told apart",
                hint=f"merge {visible(self._ref)} into this branch once more, and plan again",
            )
        further = []
        first = self._earlier(commits[0])
        for at, commit in enumerate(commits[1:], 1):
            fork = self._fork(commit, commits[:at], depth + 1)
            further.append((fork or Fork(None), self._earlier(commit)))
        return Fork(first, tuple(further))

    def _earlier(self, commit: str) -> Config | None:
        """Return the file in a commit of HEAD's history, be it by another name."""
        if commit not in self._then:
            place, of_whom = self._place, f"the fork from {self._ref}"
            found = self._read(commit, place, of_whom)
            if found is None:
                names = {new: old for old, new in self._repository.renamed(commit, "HEAD").items()}
                place = names.get(place, place)
                found = self._read(commit, place, of_whom) if place != self._place else None
            self._then[commit] = place, found
        return self._then[commit][1]

    def _read(self, commit: str, place: PurePosixPath, name: str) -> Config | None:
        try:
            return config_in(self._repository, commit, place, self._file)
        except ConfigError as error:
            remedy = "mend it there" if name == self._ref else f"merge {visible(self._ref)} into this branch"
            raise ReconcilerError(
                f"the file is not valid at {visible(name)} ({commit[:10]}), whatever it is here:\n{error}",
                hint=f"{remedy} first, or plan without --base",
            ) from None
