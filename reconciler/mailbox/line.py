"""One line to an IMAP server: encrypted, logged in, the folder open for reading.

imap-tools speaks the protocol. Three of its ways are not ours: without a context of our own imaplib takes any
certificate; `flag` expunges what others marked as deleted; `fetch` does not ask when a message arrived.
"""

from __future__ import annotations

import contextlib
import imaplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconciler.errors import ReconcilerError
from reconciler.mailbox.address import Encryption, MailboxAddress
from reconciler.mailbox.fetching import generation_of
from reconciler.render import visible

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

ANSWER_SECONDS = 30.0
"""How long the server may take for one step."""

_LONGEST_WORDS = 200
_MOST_FOLDERS = 12


class AwayError(ReconcilerError):
    """The server is not there, for now as far as we know."""


class DroppedError(AwayError):
    """The server was there, and broke off the line."""


@dataclass(frozen=True, slots=True)
class Line:
    """An open folder.

    Attributes:
        mailbox: imap-tools' own, with the folder open for reading only.
        generation: the folder's UIDVALIDITY: a message's number means something only beside it.
        can_idle: whether the server tells of new messages by itself.
    """

    mailbox: BaseMailBox
    generation: str
    can_idle: bool

    def close(self) -> None:
        """Say good-bye where that is possible, and close the line."""
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            self.mailbox.client.logout()
        self.shut()

    def shut(self) -> None:
        """Close the line without a word."""
        _shut(self.mailbox)


def connect(address: MailboxAddress, password: str) -> Line:
    """Return a line with the folder open.

    Raises:
        ReconcilerError: with the reason in one line; the password is in no part of it.
    """
    with told_plainly(address, password):
        mailbox = _dial(address)
        try:
            _log_in(mailbox, address, password)
            generation = _open_folder(mailbox, address, password)
            capabilities = _text(mailbox.client.capability()[1]).upper().split()
        except BaseException:
            _shut(mailbox)
            raise
    return Line(mailbox, generation, "IDLE" in capabilities)


@contextlib.contextmanager
def told_plainly(address: MailboxAddress, password: str) -> Iterator[None]:
    """Turn a failure of the line inside the block into a ReconcilerError without secrets."""
    from imap_tools.errors import UnexpectedCommandStatusError  # noqa: PLC0415 - an extra

    where = visible(f"{address.host}:{address.port}")
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise ReconcilerError(
            f"the certificate of {where} is not to be trusted: {error.verify_message}",
            hint="if an authority of your own signed it, name the file of its certificate in SSL_CERT_FILE",
        ) from None
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
        raise DroppedError(f"{where} broke off the line", hint=_CHECK) from None
    except ssl.SSLError as error:
        raise ReconcilerError(
            f"no encrypted line to {where}: {error.reason or 'the server broke it off'}",
            hint="imaps:// is for a port that encrypts from the start (993), imap:// for STARTTLS (143)",
        ) from None
    except TimeoutError:
        raise AwayError(f"{where} gave no answer within {ANSWER_SECONDS:g} s", hint=_CHECK) from None
    except (ConnectionResetError, BrokenPipeError):
        raise DroppedError(f"{where} broke off the line", hint=_CHECK) from None
    except OSError as error:
        raise AwayError(f"{where} cannot be reached: {error.strerror or error}", hint=_CHECK) from None
    except imaplib.IMAP4.abort:  # its text may hold a line of a mail
        raise DroppedError(f"{where} broke off the line, or does not speak IMAP", hint=_CHECK) from None
    except (imaplib.IMAP4.error, UnexpectedCommandStatusError) as error:
        raise ReconcilerError(f"{where} does not do as asked: {_words(error, password)}") from None


_CHECK = "check the host and the port, and that the server runs"


def _dial(address: MailboxAddress) -> BaseMailBox:
    from imap_tools import MailBox, MailBoxUnencrypted  # noqa: PLC0415 - an extra

    if address.encryption is Encryption.TLS:
        return MailBox(
            address.host, address.port, timeout=ANSWER_SECONDS, ssl_context=ssl.create_default_context()
        )
    mailbox = MailBoxUnencrypted(address.host, address.port, timeout=ANSWER_SECONDS)
    if address.encryption is Encryption.STARTTLS:
        try:
            _encrypt(mailbox, address)
        except BaseException:
            _shut(mailbox)
            raise
    return mailbox


def _encrypt(mailbox: BaseMailBox, address: MailboxAddress) -> None:
    if "STARTTLS" not in mailbox.client.capabilities:
        raise ReconcilerError(
            f"{visible(address.host)}:{address.port} offers no encryption, so it is not given the password",
            hint="try imaps:// in place of imap://",
        )
    mailbox.client.starttls(ssl.create_default_context())


def _log_in(mailbox: BaseMailBox, address: MailboxAddress, password: str) -> None:
    from imap_tools.errors import UnexpectedCommandStatusError  # noqa: PLC0415 - an extra

    if any(character in password for character in "\r\n\0"):
        raise ReconcilerError(f"the password of {visible(address.login)} holds a line break or a NUL")
    plain = (address.user + password).isascii()
    log_in = mailbox.login if plain else mailbox.login_utf8
    try:
        log_in(address.user, password, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, UnexpectedCommandStatusError) as error:
        raise ReconcilerError(
            f"{visible(address.host)} does not let {visible(address.user)} in: {_words(error, password)}",
            hint="check the user and the password; some providers want an app password for IMAP",
        ) from None


def _open_folder(mailbox: BaseMailBox, address: MailboxAddress, password: str) -> str:
    from imap_tools.errors import UnexpectedCommandStatusError  # noqa: PLC0415 - an extra

    try:
        mailbox.folder.set(address.folder, readonly=True)
    except UnexpectedCommandStatusError as error:
        raise ReconcilerError(
            f"the folder {address} cannot be opened: {_words(error, password)}",
            hint=_there_are(mailbox),
        ) from None
    return generation_of(mailbox)


def _there_are(mailbox: BaseMailBox) -> str | None:
    """Return a hint with the folders that there are; None where the server does not tell."""
    from imap_tools.errors import UnexpectedCommandStatusError  # noqa: PLC0415 - an extra

    try:
        names = sorted(folder.name for folder in mailbox.folder.list())
    except (imaplib.IMAP4.error, UnexpectedCommandStatusError, ValueError):
        return None
    more = ", ..." if len(names) > _MOST_FOLDERS else ""
    return f"there are {visible(', '.join(names[:_MOST_FOLDERS]))}{more}" if names else None


def _words(error: Exception, password: str) -> str:
    """Return the server's own words on one line, unless they repeat the password."""
    result = getattr(error, "command_result", None)
    words = _text(result[1]) if result is not None else str(error)
    if password in words:
        return "(its answer is not shown: it repeats the password)"
    return visible(words.strip())[:_LONGEST_WORDS]


def _text(data: Any) -> str:
    """Return the last line of an answer as imaplib keeps it."""
    last = data[-1] if data else b""
    return last.decode("utf-8", "replace") if isinstance(last, bytes) else ""


def _shut(mailbox: BaseMailBox) -> None:
    with contextlib.suppress(OSError):
        mailbox.client.shutdown()
