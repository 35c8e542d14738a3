"""The files of a configuration as texts, and what an edit makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.config import Account, Config
from reconciler.config.reading import Source
from reconciler.edit.splices import Splice, spliced
from reconciler.errors import ConfigError
from reconciler.model import AccountId, account_id


@dataclass(frozen=True, slots=True)
class Edit:
    """What changes in one file; `at` is its number among all files, the main one being 0."""

    at: int
    source: Source
    splices: Sequence[Splice]

    @property
    def after(self) -> Source:
        """Return the file after the edit."""
        return Source(self.source.file, spliced(self.source.text, self.splices))


class Names:
    """Which account a name in a file stands for: its short name as written, or its id, in whatever case."""

    def __init__(self, config: Config) -> None:
        self._by_name = {account.id: account for account in config.accounts}
        self._by_short = {account.short: account for account in config.accounts}

    def account(self, text: str) -> Account | None:
        """Return the account that `text` stands for, or None."""
        return self._by_short.get(text) or self._by_name.get(account_id(text))

    def is_of(self, text: str, account: AccountId) -> bool:
        """Tell whether `text` stands for this account."""
        found = self.account(text)
        return found is not None and found.id == account

    def is_short(self, text: str) -> bool:
        """Tell whether `text` is a short name."""
        return text in self._by_short


def refused(source: Source, offset: int, message: str, hint: str) -> ConfigError:
    """Return why an edit cannot be made, with the place in the file that stands against it."""
    return ConfigError((source.problem(source.position_of(offset), message, hint),))
