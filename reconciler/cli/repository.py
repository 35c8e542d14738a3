"""The contacts file as a commit holds it, with all that it includes; the work tree may hold another."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reconciler.cli.contents import differs, digests_of
from reconciler.cli.copying import Copy, real
from reconciler.cli.git import Repository, looks_tracked, repository_of
from reconciler.config import Config, include_patterns, load
from reconciler.errors import ReconcilerError
from reconciler.model.text import visible


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts, and a sentence for people where that is not what they see in the file; else None."""

    config: Config
    note: str | None = None


def config_that_counts(file: Path) -> Counted:
    """Return what a file declares at HEAD; as it lies there, where it is in no repository.

    Raises:
        ConfigError: with every problem found.
        ReconcilerError: HEAD does not hold the file, or git does not tell: nobody has agreed to what it says.
    """
    with _extracted(file, "HEAD") as found:
        if found is None:
            if looks_tracked(file.parent):
                raise ReconcilerError(
                    f"{visible(str(file))} lies in a repository, and git is not here to tell what HEAD holds",
                    hint="install git: only what is committed counts",
                )
            return Counted(load(file))
        if found.main is None:
            raise ReconcilerError(
                f"{visible(str(file))} is not committed: HEAD wants nothing yet",
                hint="commit it: only what is committed counts",
            )
        config = load(found.main, shown_as=file)
        if not differs(found.main, config, file):
            return Counted(config)
        shown = f"what is committed counts (HEAD is {found.commit[:10]})"
        return Counted(config, f"{visible(str(file))} has changes that are not committed: {shown}")


def config_at(file: Path, ref: str) -> Config | None:
    """Return what a file declared in a commit; messages and places name the file itself.

    Args:
        file: where it lies in the work tree, even if it does not any more.
        ref: a branch, a tag, or the id of a commit.

    Returns:
        None where that commit does not hold the file, the file is in no repository, or there is no git.

    Raises:
        ConfigError: it was not valid then.
        ReconcilerError: there is no such commit, or git does not tell.
    """
    with _extracted(file, ref) as found:
        if found is None or found.main is None:
            return None
        return load(found.main, shown_as=file)


def digests_at(file: Path, ref: str) -> Mapping[str, str] | None:
    """Return the same as `digests_of` of the files in a commit; None where it does not hold the main file.

    Raises:
        ConfigError: the file was not valid then.
        ReconcilerError: there is no such commit, or git does not tell.
    """
    with _extracted(file, ref) as found:
        if found is None or found.main is None:
            return None
        return digests_of(found.main, load(found.main, shown_as=file), file)


def placed_of(file: Path) -> tuple[Repository, PurePosixPath] | None:
    """Return the repository of a file, and the file's path in it; a link from outside leads to its target.

    Returns:
        None where the file is in no repository, or there is no git.

    Raises:
        ReconcilerError: git does not open the repository; or a link leads into it, but its includes do not.
    """
    real_folder = real(file.parent)
    if not real_folder.is_dir():
        return None
    repository, place = repository_of(real_folder), real_folder / file.name
    if repository is None and file.is_symlink():
        place = real(file)
        repository = repository_of(place.parent) if place.parent.is_dir() else None
        if repository is not None and include_patterns(file):
            raise ReconcilerError(
                f"{visible(str(file))} leads into a repository, and what it includes lies elsewhere",
                hint="name the file in the repository with --file",
            )
    if repository is None:
        return None
    return repository, PurePosixPath(place.relative_to(real(repository.root)))


def config_in(repository: Repository, commit: str, place: PurePosixPath, shown_as: Path) -> Config | None:
    """Return what a path of a commit declares, with all that it includes; None: the commit does not hold it.

    Args:
        repository: whose commit it is.
        commit: its id.
        place: the path below the root of the repository.
        shown_as: what messages and places call the file.

    Raises:
        ConfigError: it was not valid then.
        ReconcilerError: git does not tell.
    """
    with _copied(repository, commit, place) as main:
        return None if main is None else load(main, shown_as=shown_as)


@dataclass(frozen=True, slots=True)
class _Found:
    """A commit, and its main file in a folder of our own; None where the commit does not hold it."""

    commit: str
    main: Path | None


@contextmanager
def _extracted(file: Path, ref: str) -> Iterator[_Found | None]:
    """Copy a file and what it includes out of a commit; None: it is in no repository, or there is no git."""
    placed = placed_of(file)
    if placed is None:
        yield None
        return
    repository, place = placed
    commit = repository.commit(ref)
    if commit is None and ref != "HEAD":
        raise ReconcilerError(f"{visible(ref)} is no commit of the repository of {visible(str(file))}")
    if commit is None:  # a repository without any commit
        yield _Found("", None)
        return
    with _copied(repository, commit, place) as main:
        yield _Found(commit, main)


@contextmanager
def _copied(repository: Repository, commit: str, place: PurePosixPath) -> Iterator[Path | None]:
    """Copy a file and what it includes out of a commit; None: the commit does not hold it."""
    with tempfile.TemporaryDirectory(prefix="reconciler-") as folder:
        yield Copy(repository, commit, real(Path(folder))).main(place)
