"""Mails, wherever they lie, reduced to what may be used of them: request numbers and tokens."""

from reconciler.mailbox.history import MailHistory
from reconciler.mailbox.mime import letter_of
from reconciler.mailbox.saved import read_saved

__all__ = ["MailHistory", "letter_of", "read_saved"]
