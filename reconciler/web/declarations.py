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


@dataclass(frozen=True, slots=True)
class Declarations:
    """Finds what may be shown.

    Attributes:
        paths: of every loaded file, by the name that the page gives it: as seen from the main file's folder.
        names: the other way round.
    """

    paths: dict[str, str]
    names: dict[str, str]

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
    return Declarations({name: path for path, name in names.items()}, names)
