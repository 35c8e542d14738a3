"""Messages as a server hands them over: when they arrived, how large they are, and their bytes."""

from __future__ import annotations

import imaplib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

KEYWORD = "$ReconcilerDone"
"""What marks a message that was made use of; other programs keep keywords they do not know."""

_AT_ONCE = 500
_BATCH_BYTES = 4 * 1024 * 1024
_BATCH_MESSAGES = 50

_BEGINS = re.compile(rb"\d+ \(")
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_ARRIVED = re.compile(rb'\bINTERNALDATE "([^"]*)"')


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message on the server, unread; `arrived` is by the server's clock, aware, UTC."""

    uid: str
    size: int
    arrived: datetime | None


def unmarked(mailbox: BaseMailBox, since: date) -> list[str]:
    """Return the numbers of the messages since a day that are not marked, ascending."""
    from imap_tools import AND  # noqa: PLC0415 - an extra
    from imap_tools.errors import MailboxUidsError  # noqa: PLC0415 - an extra

    mailbox.client.noop()  # some servers tell of new messages only now
    try:
        uids = mailbox.uids(AND(date_gte=since, no_keyword=KEYWORD), charset=None)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, MailboxUidsError):  # a server that knows no keywords
        uids = mailbox.uids(AND(date_gte=since), charset=None)
    return sorted(uids, key=int)


def arrivals(mailbox: BaseMailBox, uids: Sequence[str]) -> Iterator[Arrival]:
    """Yield what is known of messages before they are read; one that is gone is left out."""
    for start in range(0, len(uids), _AT_ONCE):
        for head, _ in _fetched(mailbox, uids[start : start + _AT_ONCE], "(UID RFC822.SIZE INTERNALDATE)"):
            uid, size, arrived = _UID.search(head), _SIZE.search(head), _ARRIVED.search(head)
            if uid and size:
                yield Arrival(uid[1].decode(), int(size[1]), _moment(arrived[1]) if arrived else None)


def batches(found: Iterable[Arrival], largest: int) -> Iterator[list[Arrival]]:
    """Yield messages in lots that one step can carry; one above `largest` bytes makes a lot by itself."""
    lot: list[Arrival] = []
    for one in found:
        weight = one.size + sum(other.size for other in lot)
        if lot and (weight > _BATCH_BYTES or len(lot) == _BATCH_MESSAGES or one.size > largest):
            yield lot
            lot = []
        lot.append(one)
        if one.size > largest:
            yield lot
            lot = []
    if lot:
        yield lot


def bodies(mailbox: BaseMailBox, uids: Sequence[str]) -> dict[str, bytes]:
    """Return the bytes of messages by number, without a trace of their having been read."""
    found: dict[str, bytes] = {}
    for head, body in _fetched(mailbox, uids, "(UID BODY.PEEK[])"):
        uid = _UID.search(head)
        if uid and body is not None:
            found[uid[1].decode()] = body
    return found


def generation_of(mailbox: BaseMailBox) -> str:
    """Return the UIDVALIDITY of the folder just opened: a message's number means nothing without it."""
    last = (mailbox.client.response("UIDVALIDITY")[1] or [None])[-1]
    return last.decode("ascii", "replace") if isinstance(last, bytes) else ""


def mark(mailbox: BaseMailBox, folder: str, uids: Sequence[str], generation: str) -> bool:
    """Open the folder for writing and mark messages of one generation of it; return whether that was done.

    It is not where the server keeps no such marks, or where the folder was made anew since.
    """
    from imap_tools.errors import MailboxFlagError, MailboxFolderSelectError  # noqa: PLC0415 - an extra
    from imap_tools.utils import check_command_status  # noqa: PLC0415 - an extra

    try:
        mailbox.folder.set(folder)
        if generation_of(mailbox) != generation:
            return False
        if not _permits_keyword(mailbox.client.response("PERMANENTFLAGS")[1]):
            return False
        for start in range(0, len(uids), _AT_ONCE):
            some = ",".join(uids[start : start + _AT_ONCE])
            check_command_status(
                mailbox.client.uid("STORE", some, "+FLAGS.SILENT", f"({KEYWORD})"), MailboxFlagError
            )
    except imaplib.IMAP4.readonly:
        return False
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, MailboxFolderSelectError, MailboxFlagError):
        return False
    return True


def _permits_keyword(permanent_flags: Any) -> bool:
    told = permanent_flags[-1] if permanent_flags else None
    flags = told.decode("ascii", "replace").strip("()").split() if isinstance(told, bytes) else []
    return "\\*" in flags or KEYWORD in flags


def _fetched(mailbox: BaseMailBox, uids: Sequence[str], what: str) -> Iterator[tuple[bytes, bytes | None]]:
    """Yield each answer: what the server says about a message, and the bytes that it sent with it."""
    from imap_tools.errors import MailboxFetchError  # noqa: PLC0415 - an extra
    from imap_tools.utils import check_command_status  # noqa: PLC0415 - an extra

    result = mailbox.client.uid("FETCH", ",".join(uids), what)
    check_command_status(result, MailboxFetchError)
    head, body = b"", None
    for piece in result[1]:
        told, sent = piece if isinstance(piece, tuple) else (piece or b"", None)
        if _BEGINS.match(told) and head:
            yield head, body
            head, body = b"", None
        head += told
        body = sent if sent is not None else body
    if head:
        yield head, body


def _moment(text: bytes) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text.decode("ascii"))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
