"""The mails that OVHcloud keeps for each account: the one source that says for sure whose a token is."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.mailbox.mime import letter_of_text
from reconciler.ports.endpoint import Reader
from reconciler.ports.letters import Letter


def read_history(reader: Reader) -> Iterator[Letter]:
    """Yield the mails of an account's own history, the oldest first.

    Raises:
        ApiError: the endpoint does not tell.
    """
    for mail in reader.mails():
        yield letter_of_text(
            mail.subject,
            mail.body,
            f"mail {mail.id} of {reader.account}",
            sent=mail.sent,
            owner=reader.account,
        )
