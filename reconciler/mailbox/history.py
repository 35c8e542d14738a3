"""The mails that OVHcloud keeps for each account: the one source that says for sure whose a token is."""

from __future__ import annotations

from reconciler.mailbox.mime import letter_of_text
from reconciler.model import AccountId
from reconciler.ports.endpoint import Reader
from reconciler.ports.letters import Letter


class MailHistory:
    """The mails of one account's own history; each is fetched once, however often it is looked into."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._letters: list[Letter] = []
        self._newest = 0

    @property
    def account(self) -> AccountId:
        """Return whose history it is."""
        return self._reader.account

    def letters(self) -> tuple[Letter, ...]:
        """Return all mails that are there by now, the oldest first.

        Raises:
            ApiError: the endpoint does not tell.
        """
        for mail in self._reader.mails(self._newest):
            place = f"mail {mail.id} of {self.account}"
            self._letters.append(
                letter_of_text(mail.subject, mail.body, place, sent=mail.sent, owner=self.account)
            )
            self._newest = mail.id
        return tuple(self._letters)
