"""The bytes of one mail, or of any text, reduced to a `Letter`.

Whatever the bytes are, this raises nothing and takes time linear in them. So parts are told apart here and
not by the standard library's parser, which looks at every line once for each part that is open, and gives up
the whole structure at the first broken header. What a header means is the library's knowledge.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.mailbox.bodies import narrowed, texts_of, unpacked
from reconciler.mailbox.headers import (
    Fields,
    boundary_of,
    charset_of,
    content_of,
    date_of,
    encoding_of,
    is_saved_mail,
    recipients_of,
    split,
    subject_of,
)
from reconciler.mailbox.links import LENGTH, finds_in
from reconciler.mailbox.markup import looks_like_html, words_of
from reconciler.model import AccountId
from reconciler.model.text import visible
from reconciler.ports.letters import Find, Letter

LARGEST = 25 * 1024 * 1024
"""Bytes: a mail above this is not read. The usual servers take no larger ones."""

LONG_RUN = re.compile(rf"[A-Za-z0-9]{{{LENGTH},}}")
"""What may be a token, or hold one."""

_TOO_LARGE = f"it is larger than {LARGEST // 2**20} MB"
_DEEPEST = 20  # levels of parts in parts; a mail that was forwarded nine times has about as many
_MOST_PARTS = 1_000
_OUTLOOK = b"\xd0\xcf\x11\xe0"
_PART = re.compile(rb"^--(\S{1,200})[ \t]*\n(?=Content-)", re.IGNORECASE | re.MULTILINE)


@dataclass(slots=True)
class _Reading:
    """What was gathered of one mail so far; the first date counts."""

    texts: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    recipients: set[str] = field(default_factory=set)
    sent: datetime | None = None
    parts: int = 0
    encrypted: bool = False


def letter_of(raw: bytes, place: str) -> Letter:
    """Return what a mail, or any text, holds for us; a file without headers is a text.

    Args:
        raw: its bytes; of more than `LARGEST` nothing is read.
        place: where it lies; made safe to show.
    """
    shown = visible(place)
    if len(raw) > LARGEST:
        return Letter(shown, trouble=_TOO_LARGE)
    if raw.startswith(_OUTLOOK):
        return Letter(shown, trouble="it is in Outlook's own format: save it as .eml or as text")
    reading = _Reading()
    _read_mail(_even(narrowed(raw)), reading, 0)
    finds = finds_in(reading.texts, reading.subjects)
    trouble = "it is encrypted" if reading.encrypted and not finds else None
    shown = _without_tokens(shown, finds)
    return Letter(shown, reading.sent, frozenset(reading.recipients), finds=finds, trouble=trouble)


def letter_of_text(
    subject: str, body: str, place: str, *, sent: datetime | None = None, owner: AccountId | None = None
) -> Letter:
    """Return what a mail holds for us whose subject and body are known as text."""
    shown = visible(place)
    if len(body) > LARGEST:
        return Letter(shown, sent, owner=owner, trouble=_TOO_LARGE)
    reading = _Reading()
    _add_text(body, reading, is_html=False)
    return Letter(shown, sent, owner=owner, finds=finds_in(reading.texts, [subject]))


def _without_tokens(place: str, finds: Iterable[Find]) -> str:
    """Return a place without the tokens in it: a mail may be saved under a name that is made of its link."""
    tokens = {find.token.lower() for find in finds}

    def blotted(run: re.Match[str]) -> str:
        starts = range(len(run[0]) - LENGTH + 1)
        return "***" if any(run[0][at : at + LENGTH].lower() in tokens for at in starts) else run[0]

    return LONG_RUN.sub(blotted, place)


def _even(raw: bytes) -> bytes:
    r"""Return a mail whose lines all end in `\n`, and that begins with its first one."""
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n")


def _read_mail(raw: bytes, reading: _Reading, depth: int) -> None:
    """Read a mail: the outermost one, or one within it."""
    fields, body = split(raw)
    reading.subjects.append(subject_of(fields))
    reading.recipients |= recipients_of(fields)
    reading.sent = reading.sent or date_of(fields)
    if body.strip():
        _read_part(fields, body, reading, depth)
    else:
        _read_part({}, raw, reading, depth)  # a few lines of text that only look like a head


def _read_part(fields: Fields, body: bytes, reading: _Reading, depth: int) -> None:
    reading.parts += 1
    if depth > _DEEPEST or reading.parts > _MOST_PARTS:
        return
    content = content_of(fields)
    kind = content.get_content_type()
    if kind == "multipart/encrypted" or kind.endswith(("pkcs7-mime", "/pgp-encrypted")):
        reading.encrypted = True
    elif is_saved_mail(content):
        _read_mail(_even(unpacked(body, encoding_of(fields))), reading, depth + 1)
    elif kind.startswith("multipart/") and (parts := _parts(body, boundary_of(content))):
        usual = {"content-type": ["message/rfc822"]} if kind == "multipart/digest" else {}
        for part in parts:
            of_part, within = split(part)
            _read_part({**usual, **of_part}, within, reading, depth + 1)
    elif kind.startswith(("text/", "multipart/")):
        for text in texts_of(unpacked(body, encoding_of(fields)), charset_of(content)):
            _add_text(text, reading, is_html=kind == "text/html")


def _parts(body: bytes, boundary: bytes | None) -> list[bytes]:
    """Return the parts of a body; where the boundary told is not there, one that looks like it serves."""
    for separator in (boundary, _seeming_boundary(body)):
        if separator is not None:
            line = re.compile(rb"^--" + re.escape(separator) + rb"(--)?[ \t]*(?:\n|\Z)", re.MULTILINE)
            lines = list(line.finditer(body))
            if lines:
                ends = [*(one.start() for one in lines), len(body)][1:]
                return [body[one.end() : end] for one, end in zip(lines, ends, strict=True) if one[1] is None]
    return []


def _seeming_boundary(body: bytes) -> bytes | None:
    found = _PART.search(body)
    return found[1] if found else None


def _add_text(text: str, reading: _Reading, *, is_html: bool) -> None:
    """Keep a text; of one that is HTML without saying so, both its words and its source."""
    if not is_html:
        reading.texts.append(text)
    if is_html or looks_like_html(text):
        reading.texts.append(words_of(text))
