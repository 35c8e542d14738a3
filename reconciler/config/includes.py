"""The files that `include` names: below the main file's folder, and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from reconciler.config.problems import Problems
from reconciler.config.reading import Source, quoted
from reconciler.model.text import visible

_MOST_FILES = 100_000


class _Folder(NamedTuple):
    """Where a folder leads in the end, None if out of the root; its links, None if it must not be listed."""

    real: str | None
    links: frozenset[str] | None


class Includes:
    """Finds the files of `include` for one main file.

    Args:
        main: the main file's path.
        shown_as: what messages call it; included files are named as if they lay beside that.
        source: its text, for problems.
    """

    def __init__(self, main: Path, shown_as: Path, source: Source, problems: Problems) -> None:
        self._folder = main.parent
        self._shown_folder = shown_as.parent
        self._source = source
        self._problems = problems
        self._root = self._folder.resolve()
        self._main = str(main.resolve())
        self._folders: dict[str, _Folder] = {}

    def files(self, patterns: list[tuple[str, int]]) -> Iterator[tuple[Path, str, int]]:
        """Yield each file with its name for messages and the place of the pattern, sorted, each once."""
        found: dict[str, tuple[Path, int]] = {}
        for pattern, at in patterns:
            for path in self._matches(pattern, at):
                real = self._real(path)
                if real is None:
                    self._refuse(
                        path, at, "leads out of the main file's folder", "keep what is included below it"
                    )
                elif real == self._main:
                    self._refuse(
                        path, at, "is the main file itself", "keep included files in a folder of their own"
                    )
                else:
                    found.setdefault(real, (path, at))
        for _, (path, at) in sorted(found.items()):
            yield path, self._name(path), at

    def _matches(self, pattern: str, at: int) -> list[Path]:
        fault = fault_of_path(pattern)
        if fault:
            self._problems.note(
                self._source, at, f"{quoted(pattern)} {fault}", "name files below this file's folder"
            )
            return []
        try:
            matches = [
                path for path, _ in zip(self._folder.glob(pattern), range(_MOST_FILES + 1), strict=False)
            ]
        except (OSError, ValueError, NotImplementedError, RecursionError) as error:
            self._problems.note(
                self._source, at, f"{quoted(pattern)} cannot be searched for: {visible(str(error))}"
            )
            return []
        if not matches:
            self._problems.note(self._source, at, f"{quoted(pattern)} matches no file", "is the path right?")
        elif len(matches) > _MOST_FILES:
            self._problems.note(
                self._source, at, f"{quoted(pattern)} matches more than {_MOST_FILES:,} files"
            )
            return []
        return matches

    def _real(self, path: Path) -> str | None:
        """Return where a path leads in the end, or None if out of the root."""
        folder, name = os.path.split(path)
        try:
            if folder not in self._folders:
                self._folders[folder] = self._looked_into(Path(folder))
            real, links = self._folders[folder]
            if links is None or name in links:
                return self._below_root(path.resolve())
        except (OSError, RuntimeError):
            return None  # links in a circle lead nowhere, and surely not below the folder
        return f"{real}{os.sep}{name}" if real is not None else None

    def _looked_into(self, folder: Path) -> _Folder:
        """Look into a folder once for all files in it."""
        links: frozenset[str] | None = None
        with suppress(PermissionError), os.scandir(folder) as entries:
            links = frozenset(entry.name for entry in entries if entry.is_symlink())
        return _Folder(self._below_root(folder.resolve()), links)

    def _below_root(self, real: Path) -> str | None:
        return str(real) if real.is_relative_to(self._root) else None

    def _refuse(self, path: Path, at: int, why: str, hint: str) -> None:
        self._problems.note(self._source, at, f"{quoted(self._name(path))} {why}", hint)

    def _name(self, path: Path) -> str:
        if self._shown_folder == self._folder:
            return visible(str(path))
        return visible(str(self._shown_folder / path.relative_to(self._folder)))


def fault_of_path(pattern: str) -> str | None:
    """Return what is wrong with an entry of `include`, as the rest of a sentence about it, or None."""
    if not pattern or not pattern.isprintable() or "\\" in pattern:
        return "is no path: it is empty, or holds a backslash or what cannot be seen"
    if PurePosixPath(pattern).is_absolute() or pattern.startswith("~") or pattern[1:2] == ":":
        return "is an absolute path"
    if ".." in PurePosixPath(pattern).parts:
        return "leads out of the main file's folder"
    if any("**" in part and part != "**" for part in PurePosixPath(pattern).parts):
        return "uses `**` together with other letters"
    return None
