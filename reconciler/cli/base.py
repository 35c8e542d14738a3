"""`--base`: the file as the branch's base has it, and as it was where the two parted."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

import click

from reconciler.branch import Branch
from reconciler.cli.git import Repository
from reconciler.cli.past import Fork, Past, three_way, wanted_of
from reconciler.cli.repository import placed_of
from reconciler.config import Config
from reconciler.errors import ReconcilerError
from reconciler.model import ServiceId
from reconciler.model.text import visible


@dataclass(frozen=True, slots=True)
class Base:
    """What a branch is compared with.

    Attributes:
        name: of the base, as it was given.
        tip: the file as the base has it now; None: it does not hold the file.
        fork: the file where branch and base parted.
        note: a sentence for people where the file goes by another name in the base, or is not there.
    """

    name: str
    tip: Config | None
    fork: Fork
    note: str | None = None

    @property
    def services(self) -> AbstractSet[ServiceId]:
        """Return what the base declares."""
        return self.tip.rows.keys() if self.tip else frozenset()

    def branch(self, here: Config, today: date) -> Branch:
        """Return what the file here adds to the base on the UTC day `today`."""
        return three_way(
            self.fork.wanted(today), wanted_of(self.tip, today), wanted_of(here, today), self.name
        )


def base_of(file: Path, ref: str, here: Config) -> Base:
    """Return the file at a ref and where HEAD parted from it.

    Args:
        file: where it lies in the work tree.
        ref: a branch, such as `origin/main`.
        here: the file as it lies there.

    Raises:
        click.UsageError: the ref is empty.
        ReconcilerError: git does not know the ref, or no common commit; the file was not valid there; the
            endpoint is another one there.
    """
    if not ref.strip():
        raise click.UsageError("--base is empty: it names what this branch is merged into, as origin/main")
    placed = placed_of(file)
    if placed is None:
        raise ReconcilerError(
            f"{visible(str(file))} is in no git repository: --base compares with another commit of it"
        )
    repository, place = placed
    tip = repository.commit(ref)
    if tip is None:
        raise ReconcilerError(f"git knows no {visible(ref)}", hint=_fetch(repository, ref))
    past = Past(repository, file, place, ref)
    fork = past.fork(tip)
    if fork is None:
        raise ReconcilerError(
            f"HEAD and {visible(ref)} share no commit that is here", hint=_fetch(repository, ref)
        )
    there, config = past.tip(tip)
    if config and config.endpoint != here.endpoint:
        raise ReconcilerError(
            f"the file means {here.endpoint.name} here and {config.endpoint.name} at {visible(ref)}",
            hint="plans of two endpoints cannot be compared: plan without --base",
        )
    return Base(ref, config, fork, _note(ref, place, there, config))


def _note(ref: str, here: PurePosixPath, there: PurePosixPath, config: Config | None) -> str | None:
    if config is None:
        return f"{visible(ref)} holds no {visible(str(here))}: what the branch declares counts as its own"
    if here != there:
        return f"{visible(str(here))} is {visible(str(there))} at {visible(ref)}, and compared with it"
    return None


def _fetch(repository: Repository, ref: str) -> str:
    if repository.is_shallow():
        return (
            "the clone is shallow: fetch the whole history, as with fetch-depth: 0 or git fetch --unshallow"
        )
    return f"git fetch, or another name for {visible(ref)}"
