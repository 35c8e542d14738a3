"""`--base`: the file as the branch's base has it, and as it was where the two parted."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from reconciler.branch import Branch, merge
from reconciler.cli.git import Repository, repository_of
from reconciler.cli.repository import config_at
from reconciler.config import Config
from reconciler.errors import ConfigError, ReconcilerError
from reconciler.model import ServiceId
from reconciler.model.text import visible


@dataclass(frozen=True, slots=True)
class Base:
    """What a branch is compared with; None stands for a commit that does not hold the file.

    Attributes:
        name: of the base, as it was given.
        tip: the file as the base has it now.
        fork: the file where branch and base parted.
    """

    name: str
    tip: Config | None
    fork: Config | None

    @property
    def services(self) -> AbstractSet[ServiceId]:
        """Return what the base declares."""
        return self.tip.rows.keys() if self.tip else frozenset()

    def branch(self, here: Config, today: date) -> Branch:
        """Return what the file here adds to the base on the UTC day `today`."""
        fork, tip = (config.desired(today) if config else {} for config in (self.fork, self.tip))
        return merge(fork, tip, here.desired(today), name=self.name)


def base_of(file: Path, ref: str, here: Config) -> Base:
    """Return the file at a ref and where HEAD parted from it.

    Args:
        file: where it lies in the work tree.
        ref: a branch, such as `origin/main`.
        here: the file as it lies there.

    Raises:
        ReconcilerError: git does not know the ref, or no common commit; the endpoint is another one there.
        ConfigError: the file was not valid there.
    """
    repository = repository_of(file.parent)
    if repository is None:
        raise ReconcilerError(
            f"{visible(str(file))} is in no git repository: --base compares with another commit of it"
        )
    tip = repository.commit(ref)
    if tip is None:
        raise ReconcilerError(f"git knows no {visible(ref)}", hint=_fetch(repository, ref))
    fork = repository.fork("HEAD", tip)
    if fork is None:
        raise ReconcilerError(
            f"HEAD and {visible(ref)} share no commit that is here", hint=_fetch(repository, ref)
        )
    configs = [_at(file, commit, name) for commit, name in ((tip, ref), (fork, f"the fork from {ref}"))]
    if configs[0] and configs[0].endpoint != here.endpoint:
        raise ReconcilerError(
            f"the file means {here.endpoint.name} here and {configs[0].endpoint.name} at {visible(ref)}",
            hint="plans of two endpoints cannot be compared: plan without --base",
        )
    return Base(ref, *configs)


def _at(file: Path, commit: str, name: str) -> Config | None:
    try:
        return config_at(file, commit)
    except ConfigError as error:
        raise ReconcilerError(
            f"the file is not valid at {visible(name)} ({commit[:10]}), whatever it is here:\n{error}",
            hint="mend it there first, or plan without --base",
        ) from None


def _fetch(repository: Repository, ref: str) -> str:
    if repository.is_shallow():
        return (
            "the clone is shallow: fetch the whole history, as with fetch-depth: 0 or git fetch --unshallow"
        )
    return f"git fetch, or another name for {visible(ref)}"
