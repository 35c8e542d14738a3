"""The files that `include` names: below the main file's folder, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from reconciler.config.problems import Problems
from reconciler.config.reading import Source, quoted, visible

_MOST_FILES = 100_000


class Includes:
    """Finds the files of `include` for one main file.

    Args:
        main: the main file's path.
        source: its text, for problems.
    """

    def __init__(self, main: Path, source: Source, problems: Problems) -> None:
        self._folder = main.parent
        self._source = source
        self._problems = problems
        self._root = self._folder.resolve()
        self._main = main.resolve()
        self._parents: dict[Path, Path] = {}

    def files(self, patterns: list[tuple[str, int]]) -> Iterator[tuple[Path, str, int]]:
        """Yield each file with its name for messages and the place of the pattern, sorted, each once."""
        found: dict[str, tuple[Path, int]] = {}
        for pattern, at in patterns:
            for path in self._matches(pattern, at):
                real = self._real(path)
                if not real.is_relative_to(self._root):
                    self._refuse(
                        path, at, "leads out of the main file's folder", "keep what is included below it"
                    )
                elif real == self._main:
                    self._refuse(
                        path, at, "is the main file itself", "keep included files in a folder of their own"
                    )
                else:
                    found.setdefault(str(real), (path, at))
        for _, (path, at) in sorted(found.items()):
            yield path, visible(str(path)), at

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

    def _real(self, path: Path) -> Path:
        """Return where a path leads in the end; folders are followed once for all files in them."""
        try:
            if path.is_symlink():
                return path.resolve()
            if path.parent not in self._parents:
                self._parents[path.parent] = path.parent.resolve()
        except (OSError, RuntimeError):
            return Path("/")  # links in a circle lead nowhere, and surely not below the folder
        return self._parents[path.parent] / path.name

    def _refuse(self, path: Path, at: int, why: str, hint: str) -> None:
        self._problems.note(self._source, at, f"{quoted(str(path))} {why}", hint)


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
