"""The head of a mail or of a part of one: told from the body, and what its fields mean.

A head is read leniently, a line that is no field is passed over: a mail is not lost for one broken line. What
anybody may have made arbitrarily long is cut before the standard library takes it apart, which for some
fields takes the square of their length.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from reconciler.mailbox.bodies import texts_of

Fields = Mapping[str, Sequence[str]]
"""Values by name in lower case, in their order, unfolded."""

_LARGEST_HEAD = 256 * 1024
_LONGEST_VALUE = 2_000
_LONGEST_LIST = 20_000  # of addresses
_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:[ \t]*(.*(?:\n[ \t].*)*)", re.MULTILINE)
_FIRST = re.compile(rb"(?:>?From .*\n)?[!-9;-~]+[ \t]*:")
_KNOWN = frozenset(
    {
        *(
            "from",
            "to",
            "cc",
            "subject",
            "date",
            "received",
            "reply-to",
            "sender",
            "message-id",
            "return-path",
        ),
        *("delivered-to", "x-original-to", "mime-version", "content-type", "content-transfer-encoding"),
        *("content-disposition", "content-id", "content-description"),
    }
)
"""What begins with lines like `Link: ...` alone is a text, not a mail."""
_ADDRESS = re.compile(r"[^\s@<>\"(),:;\\]+@[^\s@<>\"(),:;\\]+")
_LIBRARY_GIVES_UP = (
    *(ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError, MessageError),
    DeprecationWarning,  # of a codec, where warnings are errors
)
"""What the library is known to raise at broken fields, rather than what it documents."""


def split(raw: bytes) -> tuple[Fields, bytes]:
    r"""Return fields and body of a mail or part whose lines end in `\n`; no fields where it has no head."""
    if raw.startswith(b"\n"):
        return {}, raw[1:]
    if not _FIRST.match(raw):
        return {}, raw
    end = raw.find(b"\n\n")
    head, body = (raw, b"") if end < 0 else (raw[: end + 1], raw[end + 2 :])
    fields: dict[str, list[str]] = {}
    for name, value in _FIELD.findall(head[:_LARGEST_HEAD]):
        unfolded = value.replace(b"\n", b"").decode("utf-8", "replace").strip()
        fields.setdefault(name.decode("ascii").lower(), []).append(unfolded)
    return (fields, body) if _KNOWN.intersection(fields) else ({}, raw)


def content_of(fields: Fields) -> Message:
    """Return a message with the fields that tell what the body is, so that it can be asked for its type."""
    told = Message()
    for name in ("content-type", "content-disposition"):
        if values := fields.get(name):
            told[name] = values[0][:_LONGEST_VALUE]
    return told


def boundary_of(content: Message) -> bytes | None:
    """Return what separates the parts; None where it is not told, or cannot be understood."""
    try:
        boundary = content.get_boundary()
    except _LIBRARY_GIVES_UP:
        return None
    return boundary.encode("utf-8", "replace") if boundary else None


def charset_of(content: Message) -> str | None:
    """Return the name of the characters' encoding, in lower case; None where none is told."""
    try:
        return content.get_content_charset()
    except _LIBRARY_GIVES_UP:
        return None


def is_saved_mail(content: Message) -> bool:
    """Tell whether the body is a mail of its own: forwarded, or attached as a file."""
    try:
        name = content.get_filename()
    except _LIBRARY_GIVES_UP:
        name = None
    return content.get_content_type() == "message/rfc822" or str(name or "").lower().endswith(".eml")


def encoding_of(fields: Fields) -> str:
    """Return how the body was made fit for transport, in lower case; empty where it was not."""
    return fields.get("content-transfer-encoding", ("",))[0].split(";")[0].strip().lower()


def subject_of(fields: Fields) -> str:
    """Return the subject as people read it."""
    subject = fields.get("subject", ("",))[0][:_LONGEST_VALUE]
    try:
        words = decode_header(subject)
    except _LIBRARY_GIVES_UP:
        return subject
    return "".join(one if isinstance(one, str) else next(texts_of(one, charset)) for one, charset in words)


def recipients_of(fields: Fields) -> frozenset[str]:
    """Return the addresses that a mail was sent to, in lower case."""
    names = ("to", "cc", "delivered-to", "x-original-to")
    values = [value[:_LONGEST_LIST] for name in names for value in fields.get(name, ())[:100]]
    try:
        addresses = [address for _, address in getaddresses(values)]
    except _LIBRARY_GIVES_UP:
        return frozenset()
    return frozenset(address.lower() for address in addresses if _ADDRESS.fullmatch(address))


def date_of(fields: Fields) -> datetime | None:
    """Return when a mail says it was sent, aware, UTC; None where it does not say, or nothing sensible."""
    try:
        date = parsedate_to_datetime(fields.get("date", ("",))[0][:200])
        return date.replace(tzinfo=date.tzinfo or UTC).astimezone(UTC)
    except _LIBRARY_GIVES_UP:
        return None
