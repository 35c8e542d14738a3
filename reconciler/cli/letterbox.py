"""Every place that `confirm` finds mails in, as one letterbox that can be looked into again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from reconciler.errors import ApiError
from reconciler.mailbox import MailHistory, read_saved
from reconciler.model import AccountId
from reconciler.ports.endpoint import Reader
from reconciler.ports.letters import Letter


class Mailbox(Protocol):
    """A mailbox that keeps marks and can be waited at."""

    def letters(self) -> Iterable[tuple[str, Letter]]:
        """Yield the letters that are not marked, each with its key."""

    def mark_done(self, keys: Iterable[str]) -> None:
        """Mark letters as made use of."""

    def wait(self, seconds: float) -> bool:
        """Wait until there is a new letter, or time is up."""


class Post(NamedTuple):
    """What was found: letters, and accounts whose mail history could not be read, each with the reason."""

    letters: tuple[Letter, ...]
    unreadable: Mapping[AccountId, str]


class Letterbox:
    """Looks into all sources, however often; standard input is read once.

    Args:
        saved: files and folders, None for standard input.
        histories: accounts whose mail history is read.
        mailbox: a mailbox on a server.
    """

    def __init__(
        self, saved: Sequence[Path | None], histories: Sequence[Reader], mailbox: Mailbox | None
    ) -> None:
        self._saved = [path for path in dict.fromkeys(saved) if path is not None]
        self._given = tuple(read_saved(None)) if None in saved else ()
        self._histories = [MailHistory(reader) for reader in histories]
        self._mailbox = mailbox
        self._keys: dict[str, str] = {}

    def look(self) -> Post:
        """Return all letters that are there now."""
        letters = [*self._given]
        for path in self._saved:
            letters += read_saved(path)
        unreadable: dict[AccountId, str] = {}
        for history in self._histories:
            try:
                letters += history.letters()
            except ApiError as error:
                unreadable[history.account] = f"its mail history could not be read: {error}"
        for key, letter in self._mailbox.letters() if self._mailbox else ():
            self._keys[letter.place] = key
            letters.append(letter)
        return Post(tuple(letters), unreadable)

    def done_with(self, places: Iterable[str]) -> None:
        """Mark those of these letters that are in the mailbox on a server."""
        keys = [self._keys[place] for place in places if place in self._keys]
        if keys and self._mailbox:
            self._mailbox.mark_done(keys)

    def wait(self, seconds: float) -> None:
        """Wait for so long, or until the mailbox on a server has something new."""
        if self._mailbox is not None:
            self._mailbox.wait(seconds)
        else:
            time.sleep(seconds)
