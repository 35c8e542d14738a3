"""The contacts file as a commit holds it, with all that it includes; the work tree may hold another."""

from __future__ import annotations

import os
import posixpath
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from reconciler.cli.contents import differs, digests_of
from reconciler.cli.git import Entry, Repository, contents, looks_tracked, repository_of
from reconciler.config import Config, include_patterns, load
from reconciler.errors import ReconcilerError
from reconciler.model.text import visible

_LONGEST_CHAIN = 40  # links that lead to links, as systems count them


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


@dataclass(frozen=True, slots=True)
class _Found:
    """A commit, and its main file in a folder of our own; None where the commit does not hold it."""

    commit: str
    main: Path | None


@contextmanager
def _extracted(file: Path, ref: str) -> Iterator[_Found | None]:
    """Copy a file and what it includes out of a commit; None: it is in no repository, or there is no git."""
    repository, place = _placed(file)
    if repository is None:
        yield None
        return
    commit = repository.commit(ref)
    if commit is None and ref != "HEAD":
        raise ReconcilerError(f"{visible(ref)} is no commit of the repository of {visible(str(file))}")
    if commit is None:  # a repository without any commit
        yield _Found("", None)
        return
    with tempfile.TemporaryDirectory(prefix="reconciler-") as folder:
        copy = _Copy(repository, commit, _real(Path(folder)))
        yield _Found(commit, copy.main(place))


def _placed(file: Path) -> tuple[Repository | None, PurePosixPath]:
    """Return the repository of a file, and the file's path in it; a link from outside leads to its target."""
    real_folder = _real(file.parent)
    if not real_folder.is_dir():
        return None, PurePosixPath()
    repository, place = repository_of(real_folder), real_folder / file.name
    if repository is None and file.is_symlink():
        place = _real(file)
        repository = repository_of(place.parent) if place.parent.is_dir() else None
        if repository is not None and include_patterns(file):
            raise ReconcilerError(
                f"{visible(str(file))} leads into a repository, and what it includes lies elsewhere",
                hint="name the file in the repository with --file",
            )
    if repository is None:
        return None, PurePosixPath()
    return repository, PurePosixPath(place.relative_to(_real(repository.root)))


class _Copy:
    """Copies files of one commit into a folder that only we can read."""

    def __init__(self, repository: Repository, commit: str, folder: Path) -> None:
        self._repository = repository
        self._commit = commit
        self._folder = folder
        self._written: set[PurePosixPath] = set()

    def main(self, place: PurePosixPath) -> Path | None:
        """Copy the main file and all that its `include` may match; None: the commit does not hold it."""
        self._take(self._below(place, exactly=True))
        path = self._folder / place
        if not os.path.lexists(path):
            return None
        if not _real(path).is_relative_to(self._folder):
            raise _leads_out(place)
        for pattern in include_patterns(path):
            self._include(place.parent, PurePosixPath(pattern).parts)
        return path

    def _include(self, folder: PurePosixPath, pattern: tuple[str, ...]) -> None:
        first = pattern[0] if pattern else "*"
        start = folder if set(first) & set("*?[") else folder / first
        depth = len(folder.parts)
        found = [
            entry
            for entry in self._below(start)
            if _may_match(entry.path.parts[depth:], pattern, leads_on=entry.is_link or entry.is_submodule)
        ]
        for module in filter(lambda entry: entry.is_submodule, found):
            within = self._repository.inside(module)
            self._take(entry for entry in within if _may_match(entry.path.parts[depth:], pattern))
        self._take(found)

    def _below(self, path: PurePosixPath, *, exactly: bool = False) -> Iterator[Entry]:
        """Yield what the commit holds at and below a path."""
        only = None if path == PurePosixPath() else path
        for entry in self._repository.entries(self._commit, only):
            if not exactly or entry.path == path:
                yield entry

    def _take(self, entries: Iterable[Entry], chain: int = 0) -> None:
        """Write files; what a link leads to is written too, a folder as a whole."""
        new = [one for one in entries if not one.is_submodule and one.path not in self._written]
        self._written.update(entry.path for entry in new)
        for entry, content in contents(new):
            path = self._made_room(entry)
            if not entry.is_link:
                path.write_bytes(content)
                continue
            target = os.fsdecode(content)
            end = posixpath.normpath(posixpath.join(str(entry.path.parent), target))
            if target.startswith("/") or end == ".." or end.startswith("../") or chain >= _LONGEST_CHAIN:
                raise _leads_out(entry.path)
            path.symlink_to(target)
            self._take(self._below(PurePosixPath(end)), chain + 1)

    def _made_room(self, entry: Entry) -> Path:
        """Return where a file is to be written; a commit made by hand may hold names that lead elsewhere."""
        path = self._folder / entry.path
        if {"..", ".", ""}.isdisjoint(str(entry.path).split("/")):
            path.parent.mkdir(parents=True, exist_ok=True)
            if _real(path.parent).is_relative_to(self._folder):
                return path
        raise ReconcilerError(f"the commit holds a path that leads elsewhere: {visible(str(entry.path))}")


def _real(path: Path) -> Path:
    """Return where a path leads in the end; unlike `Path.resolve`, links in a circle raise nothing."""
    return Path(os.path.realpath(path))


def _leads_out(link: PurePosixPath) -> ReconcilerError:
    return ReconcilerError(
        f"the link {visible(str(link))} leads out of the repository, where no commit counts"
    )


def _may_match(parts: tuple[str, ...], pattern: tuple[str, ...], *, leads_on: bool = False) -> bool:
    """Tell whether a path may match a pattern of `include`; the loader has the last word.

    Args:
        parts: of the path.
        pattern: its parts.
        leads_on: whether a path that matches the beginning counts too: a link or a submodule.
    """
    if not parts:
        return leads_on or not any(part != "**" for part in pattern)
    if not pattern:
        return False
    if pattern[0] == "**":
        return any(_may_match(parts[at:], pattern[1:], leads_on=leads_on) for at in range(len(parts) + 1))
    return fnmatchcase(parts[0], pattern[0]) and _may_match(parts[1:], pattern[1:], leads_on=leads_on)
