"""The files that declare the services, as they can be read on the page: those that were loaded, no others."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePath

from reconciler.config import Config, Place
from reconciler.config.reading import Source, UnreadableError, read
from reconciler.errors import ReconcilerError
from reconciler.web.paging import Page, page_of

LINES = 200
"""Lines of a page."""

Stamp = tuple[int, int, int] | None
"""Inode, bytes, nanoseconds; None where there is no file."""


@dataclass(frozen=True, slots=True)
class Declarations:
    """Finds what may be shown.

    Attributes:
        paths: of every loaded file, by the name that the page gives it: as seen from the main file's folder.
        names: the other way round.
        stamps: of every loaded file by its path: what changes when it is written.
    """

    paths: dict[str, str]
    names: dict[str, str]
    stamps: dict[str, Stamp]

    @property
    def changed(self) -> str | None:
        """Return what the page calls a file that is not any more the one that was loaded; None: all are."""
        for path, stamp in self.stamps.items():
            if _stamp_of(path) != stamp:
                return self.names[path]
        return None

    def name_of(self, place: Place) -> str:
        """Return what the page calls the file of a place."""
        return self.names.get(place.file, place.file)

    def lines(self, name: str, number: int) -> Page[tuple[int, str]] | None:
        """Return the lines around one, each with its number; None: there is no such file.

        Raises:
            ReconcilerError: it cannot be read any more.
        """
        path = self.paths.get(name)
        if path is None:
            return None
        try:
            source: Source = read(Path(path), name)
        except UnreadableError as error:
            raise ReconcilerError(f"{name}: {error.problem.message}") from None
        texts = source.text.splitlines()
        page = str((min(max(number, 1), len(texts) or 1) - 1) // LINES + 1)
        return page_of(list(enumerate(texts, 1)), page, LINES)


def declarations(config: Config) -> Declarations:
    """Return the files of a configuration."""
    folder = os.path.dirname(config.files[0])  # noqa: PTH120  # the name is one of messages, kept as it is
    names = {}
    for path in config.files:
        below = path[len(folder) + 1 :] if folder and path.startswith(folder + os.sep) else path
        names[path] = PurePath(below).as_posix().lstrip("/")
    stamps = {path: _stamp_of(path) for path in config.files}
    return Declarations({name: path for path, name in names.items()}, names, stamps)


def _stamp_of(path: str) -> Stamp:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
