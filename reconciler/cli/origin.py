"""What a plan is made from: the commit, and the content of every file; and whether HEAD holds it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.cli.contents import digests_of
from reconciler.cli.git import repository_of
from reconciler.cli.repository import digests_at
from reconciler.config import Config
from reconciler.errors import ConfigError, StalePlanError
from reconciler.model.text import visible


@dataclass(frozen=True, slots=True)
class Origin:
    """What a plan is made from.

    Attributes:
        commit: HEAD; None where the file is in no repository, or in one without any commit.
        dirty: whether HEAD holds other files than those that count here.
        files: for each file, as seen from the folder of the main file, a sha256 of its content.
    """

    commit: str | None
    dirty: bool
    files: Mapping[str, str]


def origin_of(file: Path, config: Config) -> Origin:
    """Return what a plan of the file as it lies here is made from."""
    files = digests_of(file, config, file)
    repository = repository_of(file.parent)
    commit = repository.commit("HEAD") if repository else None
    if commit is None:
        return Origin(None, repository is not None, files)
    try:
        return Origin(commit, digests_at(file, commit) != files, files)
    except ConfigError:  # what is committed is no valid file, so it is not what was planned from
        return Origin(commit, True, files)


def check_contained(origin: Origin, file: Path, config: Config) -> None:
    """Refuse to carry out a plan that was made from something that HEAD does not contain.

    HEAD contains it where it holds the same files, or where the plan's commit is part of its history. A file
    in no repository counts as it lies here; in one, only what is committed.

    Raises:
        StalePlanError: HEAD does not contain it; it says which file differs.
    """
    repository = repository_of(file.parent)
    head = repository.commit("HEAD") if repository else None
    try:
        here = (digests_at(file, "HEAD") or {}) if repository else digests_of(file, config, file)
    except ConfigError as error:
        raise StalePlanError(
            f"the file is not valid at HEAD, so no plan was made from it:\n{error}"
        ) from None
    if here == origin.files:
        return
    differing = ", ".join(visible(name) for name in _differing(origin.files, here))
    if repository is None:
        raise StalePlanError(
            f"not the same as when the plan was made: {differing}", hint="make the plan again, from this file"
        )
    if origin.dirty or head is None:
        holds = f"HEAD ({head[:10]}) holds others" if head else "no commit is here yet"
        raise StalePlanError(
            f"the plan was made from changes that were not committed, and {holds}: {differing}",
            hint="commit what the plan was made from, or make the plan again",
        )
    if origin.commit is not None and repository.contains(head, origin.commit):
        return
    made_from = f"commit {visible(origin.commit[:10])}" if origin.commit else "outside of git"
    raise StalePlanError(
        f"HEAD ({head[:10]}) does not contain what the plan was made from ({made_from}): {differing} differs",
        hint="the clone is shallow: fetch the whole history, as with fetch-depth: 0"
        if repository.is_shallow()
        else "merge what was approved, or make the plan again here",
    )


def _differing(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
