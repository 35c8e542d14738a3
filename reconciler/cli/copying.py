"""A file and all that it includes, copied out of a commit into a folder, links and submodules as they are."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from reconciler.cli.git import Entry, Repository, contents
from reconciler.config import include_patterns
from reconciler.errors import ReconcilerError
from reconciler.model.text import visible

_LONGEST_CHAIN = 40  # links that lead to links, as systems count them


class Copy:
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
        if not real(path).is_relative_to(self._folder):
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
            if real(path.parent).is_relative_to(self._folder):
                return path
        raise ReconcilerError(f"the commit holds a path that leads elsewhere: {visible(str(entry.path))}")


def real(path: Path) -> Path:
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
