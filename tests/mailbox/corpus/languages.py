"""The same mail in six languages and every way to write one down."""

from __future__ import annotations

import codecs

from tests.mailbox.corpus.building import (
    Cases,
    Request,
    bare,
    head,
    link,
    mail,
    packed,
    subject,
    text,
)
from tests.mailbox.corpus.texts import BODIES

CASES = Cases()
case = CASES.case

WRITTEN = (
    ("English in plain ASCII", "en", "us-ascii", "7bit"),
    ("English in base64", "en", "us-ascii", "base64"),
    ("French in UTF-8, as it is", "fr", "utf-8", "8bit"),
    ("French in quoted-printable with soft line breaks", "fr", "utf-8", "quoted-printable"),
    ("French in Latin-1", "fr", "iso-8859-1", "8bit"),
    ("German in Latin-1, quoted-printable", "de", "iso-8859-1", "quoted-printable"),
    ("German in base64", "de", "utf-8", "base64"),
    ("Polish in Latin-2", "pl", "iso-8859-2", "8bit"),
    ("Polish in the encoding of Windows", "pl", "windows-1250", "quoted-printable"),
    ("Polish in UTF-16, base64", "pl", "utf-16", "base64"),
    ("Spanish in Latin-9", "es", "iso-8859-15", "quoted-printable"),
    ("Spanish in UTF-7", "es", "utf-7", "7bit"),
    ("Italian in UTF-8, base64", "it", "utf-8", "base64"),
    ("Italian in the encoding of mainframes", "it", "cp500", "base64"),
)


def _declare(name: str, language: str, charset: str, encoding: str) -> None:
    @case(name)
    def _(request: Request) -> bytes:
        told = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}"
        top = head(told, Subject=subject(request, language)).encode()
        return top + b"\r\n" + packed(text(request, language), charset, encoding)


for _one in WRITTEN:
    _declare(*_one)


@case("a charset that nobody knows")
def _(request: Request) -> bytes:
    return mail(request, text(request, "fr")).replace(b"charset=utf-8", b"charset=x-klingon-8")


@case("a charset that is not the one of the text")
def _(request: Request) -> bytes:
    return mail(request, text(request, "pl")).replace(b"charset=utf-8", b"charset=utf-16")


@case("a charset that is no encoding of text at all")
def _(request: Request) -> bytes:
    return mail(request, text(request)).replace(b"charset=utf-8", b"charset=rot13")


@case("a charset that is one of a programming language")
def _(request: Request) -> bytes:
    return mail(request, text(request) + r"\d \N{x").replace(b"charset=utf-8", b"charset=unicode-escape")


@case("a subject in charsets that are none", bare)
def _(request: Request) -> bytes:
    told = f"=?\u00ffutf-8?q?x?= =?unicode-escape?q?=5Cd?= =?utf-8?q?nr_{request.number}?= =?utf-8?b?!?="
    return (head("Content-Type: text/plain", Subject=told) + f"\r\n{request.token}\r\n").encode()


@case("a charset whose name is a NUL, and a file's name in no charset")
def _(request: Request) -> bytes:
    odd = b"charset*=us-ascii''%00; name*=unicode-escape''%5Cd"
    return mail(request, text(request)).replace(b"charset=utf-8", odd)


@case("a charset whose name is no name")
def _(request: Request) -> bytes:
    return mail(request, text(request)).replace(b"charset=utf-8", b'charset="\xff\x01 ../../x"')


@case("no charset, and bytes that are no UTF-8")
def _(request: Request) -> bytes:
    return mail(request, text(request, "de"), charset="iso-8859-1").replace(b"; charset=iso-8859-1", b"")


@case("a mail that begins with a byte order mark")
def _(request: Request) -> bytes:
    return codecs.BOM_UTF8 + mail(request, text(request), encoding="base64")


@case("a mail that begins with empty lines")
def _(request: Request) -> bytes:
    return b"\r\n\n" + mail(request, text(request), encoding="base64")


@case("a whole mail saved as UTF-16 by an editor")
def _(request: Request) -> bytes:
    return mail(request, text(request)).decode().encode("utf-16")


@case("a text saved as UTF-16 without its mark", verdicts="confirmed")
def _(request: Request) -> bytes:
    return text(request, "en").encode("utf-16-le")


@case("a text with a NUL between any two lines")
def _(request: Request) -> bytes:
    return mail(request, text(request)).replace(b"\r\n", b"\r\n\0")


@case("lines that end in every way there is")
def _(request: Request) -> bytes:
    lines = mail(request, text(request)).split(b"\r\n")
    ends = (b"\n", b"\r\n", b"\r\n", b"\n")
    return b"".join(line + ends[number % 4] for number, line in enumerate(lines))


@case("lines that end as on old Macintoshes")
def _(request: Request) -> bytes:
    return mail(request, text(request)).replace(b"\r\n", b"\r")


@case("a text file without any header")
def _(request: Request) -> bytes:
    return text(request, "pl").encode()


@case("a text file whose first lines look like headers")
def _(request: Request) -> bytes:
    return f"Link: see below\nhttps:{link(request).partition(':')[2]}\n".encode()


@case("a text file whose first paragraph looks like headers")
def _(request: Request) -> bytes:
    return f"Link: see below\nhttps:{link(request).partition(':')[2]}\n\nThank you\n".encode()


@case("a mail copied with its head but without the empty line after it")
def _(request: Request) -> bytes:
    return f"From: Contacts\nSubject: yes or no\n{link(request)}\n".encode()


@case("only the token and the number of the request", bare)
def _(request: Request) -> bytes:
    return mail(request, f"Token for request {request.number}:\n{request.token}\n")


@case("only the token, the number being in a subject in Polish", bare)
def _(request: Request) -> bytes:
    words = BODIES["pl"].format(link="(…)", token=request.token)
    top = head("Content-Type: text/plain; charset=utf-8", Subject=subject(request, "pl", "iso-8859-2"))
    return (top + "\r\n" + words).encode()


@case("only the token, in bold, within a sentence", bare)
def _(request: Request) -> bytes:
    return mail(request, f"For request #{request.number} use *{request.token}*, please.\n")


@case("only the token, with a zero-width blank in it", bare)
def _(request: Request) -> bytes:
    odd = f"{request.token[:16]}\u200b{request.token[16:]}"
    return mail(request, f"For request {request.number}:\n{odd}\n")


@case("only the token, and no number anywhere", bare, "unclear_request")
def _(request: Request) -> bytes:
    top = head("Content-Type: text/plain", Subject="yes or no")
    return (top + f"\r\nThe token is:\n{request.token}\n").encode()
