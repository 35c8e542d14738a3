"""Where each service stands, kept as numbers until someone asks."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping

from reconciler.config.reading import line_and_column
from reconciler.model import Contacts, ServiceId
from reconciler.model.time_box import Place


class Places(Mapping[ServiceId, Place]):
    """The place of each service's key.

    Args:
        rows: the services, in the order of the files.
    """

    def __init__(self, rows: Mapping[ServiceId, Contacts]) -> None:
        self._rows = rows
        self._at = array("Q")
        self._files: list[str] = []
        self._first: list[int] = []
        self._index: dict[ServiceId, int] = {}

    def extend(self, file: str, at: array[int]) -> None:
        """Append the places of one file's services."""
        self._files.append(file)
        self._first.append(len(self._at))
        self._at.extend(at)

    def __getitem__(self, service: ServiceId) -> Place:
        if len(self._index) != len(self._rows):
            self._index = {known: index for index, known in enumerate(self._rows)}
        index = self._index[service]
        file = self._files[bisect_right(self._first, index) - 1]
        return Place(file, *line_and_column(self._at[index]))

    def __iter__(self) -> Iterator[ServiceId]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)
