"""Everything found wrong, gathered so that a person sees all of it at once."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.config.reading import Source, quoted
from reconciler.errors import ConfigError, Problem

MAX_PROBLEMS = 10_000
"""More than anyone reads; a hostile file must not fill the memory with its own faults."""

_MAX_SUGGESTED = 200  # words looked up among the known ones; each costs as much as there are known ones
_MANY_KNOWN = 5_000
_LONG_WORD = 100
_SHORT_PREFIX = 3


class GiveUpError(Exception):
    """The rest of this file cannot be understood; the problem, which stands at `at`, is noted already."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class Problems:
    """The problems of all files, in the order in which they were found, and the warnings."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.warnings: list[str] = []
        self._seen: set[tuple[str, int, int, str]] = set()
        self._suggestions: dict[tuple[str, tuple[str, ...]], str | None] = {}

    def note(
        self, source: Source, at: int, message: str, hint: str | None = None, *, is_secret: bool = False
    ) -> None:
        """Note a problem at a position, once, however often an alias leads there.

        Args:
            source: the file.
            at: the position in it.
            message: what is wrong.
            hint: what to do about it.
            is_secret: the line may hold what must not be seen, so it is not shown.
        """
        if len(self.found) < MAX_PROBLEMS:
            self.keep(source.problem(at, message, hint, is_secret=is_secret))
        elif len(self.found) == MAX_PROBLEMS:
            self.found.append(source.problem(at, f"more than {MAX_PROBLEMS} problems: the rest is not shown"))

    @property
    def is_full(self) -> bool:
        """Tell whether no further problem will be shown."""
        return len(self.found) > MAX_PROBLEMS

    def keep(self, problem: Problem) -> None:
        """Note a problem that is made already."""
        seen = (problem.file, problem.line, problem.column, problem.message)
        if seen not in self._seen:
            self._seen.add(seen)
            self.found.append(problem)

    def give_up(self, source: Source, at: int, message: str, hint: str | None = None) -> GiveUpError:
        """Note a problem after which the file cannot be read on, and return what to raise."""
        self.note(source, at, message, hint)
        return GiveUpError(at)

    def absorb(self, other: Problems) -> None:
        """Take over what was noted elsewhere."""
        for problem in other.found[: MAX_PROBLEMS + 1 - len(self.found)]:
            self.keep(problem)
        self.warnings += other.warnings

    def warn(self, source: Source, at: int, message: str) -> None:
        """Note what is allowed and yet unusual."""
        self.warnings.append(f"{source.place(at)}: {message}")

    def suggest(self, word: str, known: tuple[str, ...]) -> str | None:
        """Return the hint `did you mean ...?`, or None where nothing is near."""
        key = (word, known)
        if key not in self._suggestions:
            if len(self._suggestions) >= _MAX_SUGGESTED:
                return None
            self._suggestions[key] = nearest(word, known)
        near = self._suggestions[key]
        return f"did you mean {quoted(near)}?" if near else None

    def error(self, main: str) -> ConfigError:
        """Return everything found as one error, in the order of the files, `main` first."""
        files = {main: None} | {problem.file: None for problem in self.found}
        rank = {file: index for index, file in enumerate(files)}
        return ConfigError(tuple(sorted(self.found, key=lambda p: (rank[p.file], p.line, p.column))))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that `word` most likely was meant to be, or None."""
    if len(word) > _LONG_WORD:
        return None
    from difflib import get_close_matches  # noqa: PLC0415 - only a faulty file needs it

    folded = {name.casefold(): name for _, name in zip(range(_MANY_KNOWN), known, strict=False)}
    close = get_close_matches(word.casefold(), folded, n=1)
    if not close and len(word) >= _SHORT_PREFIX:
        close = [name for name in folded if name.startswith(word.casefold())]
    return folded[close[0]] if close else None
