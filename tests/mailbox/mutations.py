"""Mails of the corpus, damaged and rearranged with a knowledge of what mails are made of."""

from __future__ import annotations

import base64
import functools
import html
import quopri
import re
import time
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote, unquote

from hypothesis import strategies as st

from reconciler.mailbox import letter_of
from reconciler.mailbox.bodies import narrowed
from reconciler.mailbox.mime import _even, _read_mail, _Reading
from tests.mailbox.corpus.everything import CASES, LOOK_ALIKE

SLOWEST = 2.0
"""Seconds of processor time for a mail of less than a megabyte; one of that size takes a fifth."""

_LARGE = 60_000
_PIECES = (
    *(
        b"\r\n",
        b"\n\n",
        b"\r",
        b"\0",
        b" ",
        b"> ",
        b"=\r\n",
        b"=3D",
        b"&amp;",
        b"&#0;",
        b"&#9999999;",
        b"%25",
    ),
    *(b"<!--", b"-->", b"<a href=", b"'", b'"', b"<style>", b"\xff\xfe", b"\xef\xbb\xbf", b"--=_part-0815"),
    *(
        b"--=_part-0815--",
        b"\r\n\r\n",
        b"Content-Type: message/rfc822\r\n\r\n",
        b"From x\n",
        b"\x80",
        b"*=",
        b";",
    ),
    *(b"Content-Transfer-Encoding: base64\r\n", b"/contacts/", b"?tab=REQUESTS&", b"taskId=", b"&token="),
    *(b"boundary=", b"charset=utf-16", b"=?utf-8?b?", b"?=", b"((((", b"@", LOOK_ALIKE.token.encode()),
)
_CHARSETS = ("utf-16", "utf-7", "cp500", "utf-32", "idna", "punycode", "hex", "unicode_escape", "big5", "x")
_INVISIBLE = re.compile("[\\s>|\0\u00ad\u200b\u200c\u200d\u2060\ufeff]+")

Change = Callable[[bytes, int, int, int], bytes]


@functools.cache
def seeds() -> tuple[bytes, ...]:
    """Return the mails of the corpus that are small enough to be read thousands of times."""
    built = (case.build(LOOK_ALIKE) for case in CASES)
    return tuple(raw for raw in built if 0 < len(raw) < _LARGE)


def _cut(raw: bytes, start: int, end: int, _: int) -> bytes:
    return raw[:start] + raw[end:]


def _truncated(raw: bytes, start: int, _end: int, _: int) -> bytes:
    return raw[:start]


def _repeated(raw: bytes, start: int, end: int, chance: int) -> bytes:
    return raw[:end] + raw[start:end] * (chance % 40) + raw[end:]


def _flipped(raw: bytes, start: int, _end: int, chance: int) -> bytes:
    return (
        raw[:start] + bytes([raw[start] ^ (chance % 255 + 1)]) + raw[start + 1 :] if start < len(raw) else raw
    )


def _inserted(raw: bytes, start: int, _end: int, chance: int) -> bytes:
    return raw[:start] + _PIECES[chance % len(_PIECES)] * (1 + chance // 97 % 3) + raw[start:]


def _lines_swapped(raw: bytes, start: int, end: int, _: int) -> bytes:
    lines = raw.split(b"\n")
    one, other = start % len(lines), end % len(lines)
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _header_doubled(raw: bytes, start: int, _end: int, chance: int) -> bytes:
    lines = raw.split(b"\n")
    line = lines[start % min(len(lines), 12)]
    lines.insert(chance % min(len(lines), 12), line)
    return b"\n".join(lines)


def _charset_changed(raw: bytes, _start: int, _end: int, chance: int) -> bytes:
    told = f"charset={_CHARSETS[chance % len(_CHARSETS)]}".encode()
    return re.sub(rb"charset=[^\s;]+", lambda _: told, raw)


def _encoding_changed(raw: bytes, _start: int, _end: int, chance: int) -> bytes:
    told = (b"base64", b"quoted-printable", b"8bit", b"x-uuencode")[chance % 4]
    return re.sub(rb"(?i)(transfer-encoding: )\S+", lambda found: found[1] + told, raw)


def _packed(raw: bytes, start: int, end: int, chance: int) -> bytes:
    inner = raw[start:end]
    ways: tuple[Callable[[bytes], bytes], ...] = (
        base64.encodebytes,
        quopri.encodestring,
        lambda one: quote(one, safe="").encode(),
        lambda one: html.escape(one.decode("latin-1")).encode("latin-1"),
        lambda one: one.decode("latin-1").encode("utf-16"),
    )
    return raw[:start] + ways[chance % len(ways)](inner) + raw[end:]


def _wrapped(raw: bytes, _start: int, _end: int, chance: int) -> bytes:
    boundary = (b"=_part-0815", b"a", b"a a", b"x" * 200)[chance % 4]
    told = b"From: x\r\nContent-Type: multipart/" + (b"mixed", b"digest")[chance // 4 % 2]
    inner = b"Content-Type: message/rfc822\r\n\r\n" + raw
    return told + b'; boundary="' + boundary + b'"\r\n\r\n--' + boundary + b"\r\n" + inner


_CHANGES: tuple[Change, ...] = (
    *(_cut, _truncated, _repeated, _flipped, _inserted, _inserted, _lines_swapped, _header_doubled),
    *(_charset_changed, _encoding_changed, _packed, _wrapped),
)


@st.composite
def damaged_mails(draw: st.DrawFn) -> bytes:
    """Return a strategy of mails from the corpus, changed up to twelve times."""
    raw = draw(st.sampled_from(seeds()))
    chance = st.integers(0, 10**6)
    for change in draw(st.lists(st.sampled_from(_CHANGES), min_size=1, max_size=12)):
        start, end = sorted(draw(chance) % (len(raw) + 1) for _ in range(2))
        raw = change(raw, start, end, draw(chance))[: 10 * _LARGE]
    return raw


def check(raw: bytes) -> float:
    """Read a mail, assert what must hold of any, and return the seconds of processor time that it took."""
    begun = time.process_time()
    letter = letter_of(raw, "mail\n")
    seconds = time.process_time() - begun
    assert seconds < SLOWEST
    assert letter.place == r"mail\n"
    assert len({find.token for find in letter.finds}) == len(letter.finds)
    assert all(re.fullmatch(r"[A-Za-z0-9]{32}", find.token) for find in letter.finds)
    assert all(len(address) < 20_000 and address == address.lower() for address in letter.recipients)
    assert letter.sent is None or letter.sent.utcoffset() is not None
    if letter.finds:
        said = list(squeezed(texts_within(raw)))
        for find in letter.finds:
            assert any(find.token in one for one in said)
            assert find.request is None or any(f"{find.request}" in one for one in said)
    return seconds


def texts_within(raw: bytes) -> list[str]:
    """Return the texts in a mail, decoded, in which tokens are looked for."""
    reading = _Reading()
    _read_mail(_even(narrowed(raw)), reading, 0)
    return reading.texts


def squeezed(texts: Iterable[str]) -> Iterator[str]:
    """Yield all that texts may be taken to say, without blanks, quote marks and what is invisible."""
    for text in texts:
        for start in (text, re.sub("=[\r\n]+", "", text).replace("=3D", "=").replace("=3d", "=")):
            said = start
            yield _INVISIBLE.sub("", said)
            for undo in (html.unescape,) * 3 + (lambda one: html.unescape(unquote(one)),) * 3:
                said = undo(re.sub(r"&#x?[0-9A-Fa-f]{9,}", "", _INVISIBLE.sub("", said)))
                yield _INVISIBLE.sub("", said)
