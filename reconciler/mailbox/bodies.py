"""The body of a mail or part, from bytes as they were sent to text.

Numbers, links and tokens are plain ASCII, and a wrong or unknown encoding mostly leaves that alone. So
nothing is refused here: what cannot be undone stays as it is, what may be read in two ways is read in both.
"""

from __future__ import annotations

import binascii
import codecs
import re
import string
from collections.abc import Iterator

_WIDE_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_BASE64_LINES = re.compile(rb"(?:[^\n :]*\n)*[^\n :]*\Z|(?:[^\n :]*\n)*")
_NOT_BASE64 = bytes(set(range(256)) - set(string.ascii_letters.encode() + string.digits.encode() + b"+/="))
_NEVER = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"})
"""Codecs that are no encoding of mails: slow on long texts, or complaining on stderr."""
_ASCII = bytes(range(0x20, 0x7F))


def narrowed(raw: bytes) -> bytes:
    """Return a file's bytes in an encoding that leaves ASCII alone: some programs save text as UTF-16."""
    if raw[:2] in _WIDE_MARKS:
        return raw.decode("utf-16", "replace").encode("utf-8", "replace")
    raw = raw.removeprefix(codecs.BOM_UTF8)
    return raw.replace(b"\0", b"")  # UTF-16 without a mark, or rubbish


def unpacked(body: bytes, encoding: str) -> bytes:
    """Return a body as it was before it was made fit for transport.

    Where base64 is followed by plain lines, as mailing lists append them, these stay as they are.
    """
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if encoding != "base64":
        return body
    packed = _BASE64_LINES.match(body)
    assert packed, "the pattern also matches nothing"
    return b"".join(_bytes_of_base64(packed[0])) + b"\n" + body[packed.end() :]


def texts_of(body: bytes, charset: str | None) -> Iterator[str]:
    """Yield a body as text; in two readings where its charset turns ASCII into something else: it may lie."""
    codec = _codec(charset)
    if codec is not None:
        yield body.decode(codec, "replace")
    if codec is None or _ASCII.decode(codec, "replace") != _ASCII.decode():
        yield body.decode("utf-8", "replace")


def _codec(charset: str | None) -> str | None:
    """Return the name of a codec that turns bytes into text; None where the charset is none or unknown."""
    try:
        name = codecs.lookup(charset or "").name
        if name.replace("-", "_") in _NEVER:
            return None
        _ASCII.decode(name, "replace")  # raises for what turns bytes into bytes
    except (LookupError, ValueError):
        return None
    return name


def _bytes_of_base64(packed: bytes) -> Iterator[bytes]:
    for run in packed.translate(None, _NOT_BASE64).split(b"="):
        whole = run[:-1] if len(run) % 4 == 1 else run
        yield binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
