"""HTML, forwarded mails, attachments, broken MIME, and sheer size."""

from __future__ import annotations

import base64
import random
import string

from tests.mailbox.corpus.building import (
    AGENCY_MAIL,
    BOUNDARY,
    PLATFORM_MAIL,
    Cases,
    Request,
    bare,
    head,
    joined,
    link,
    mail,
    nothing,
    of_parts,
    part,
    subject,
    text,
)

CASES = Cases()
case = CASES.case
TEN_MEGABYTES = 10 * 2**20


@case("only HTML, the link behind a button")
def _(request: Request) -> bytes:
    address = link(request).replace("&", "&amp;")
    page = f"<!DOCTYPE html><title>x</title><table><tr><td><a class=b href='{address}'>Yes</a></table>"
    return mail(request, page, "text/html", encoding="quoted-printable")


@case("only HTML, the link in its words, cut up by tags")
def _(request: Request) -> bytes:
    words = link(request).replace("&", "&amp;")
    cut = f"{words[:30]}<wbr>{words[30:60]}<b>{words[60:90]}</b>{words[90:]}"
    return mail(request, f"<p>Copy this:<br>{cut}<br>Thanks</p>", "text/html")


@case("only HTML, and the token alone in a cell", bare)
def _(request: Request) -> bytes:
    page = f"<table><tr><td>Request {request.number}</td><td><code>{request.token}</code></td></tr></table>"
    return mail(request, page, "text/html", "utf-16", "base64")


@case("HTML that calls itself plain text")
def _(request: Request) -> bytes:
    address = link(request).replace("&", "&amp;")
    cut = f"{address[:-20]}<wbr>{address[-20:]}"
    return mail(request, f"<html><body><p>Hello<br>{cut}<br>Bye</p></body></html>")


@case("HTML in a script, a style and a comment, where nobody reads it", nothing, "no_token")
def _(request: Request) -> bytes:
    hidden = f"<!-- {request.token} --><style>\n{request.token}\n</style><script>\n{request.token}\n</script>"
    return mail(request, f"<html>{hidden}<p>Request {request.number}</p></html>", "text/html")


@case("a mail forwarded as an attachment")
def _(request: Request) -> bytes:
    inner = mail(request, text(request, "es"), encoding="quoted-printable")
    return of_parts(
        request,
        part("Please have a look.\n"),
        b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n" + inner,
    )


@case("a mail forwarded as a file with another type, in base64")
def _(request: Request) -> bytes:
    inner = base64.encodebytes(mail(request, text(request, "it")))
    told = b'Content-Type: application/octet-stream; name="Re answer.EML"\r\n'
    disposed = b'Content-Disposition: attachment; filename="Re answer.EML"\r\n'
    return of_parts(request, told + disposed + b"Content-Transfer-Encoding: base64\r\n\r\n" + inner)


@case("a digest of mails")
def _(request: Request) -> bytes:
    inner = mail(request, text(request, "fr"), encoding="base64")
    return of_parts(request, b"\r\n" + inner, kind="multipart/digest")


@case("a mail forwarded within its text, quoted")
def _(request: Request) -> bytes:
    quoted = "".join(f"> {line}\n" for line in text(request).splitlines())
    return mail(request, f"FYI\n\n-----Original Message-----\n> From: x\n{quoted}")


@case("a mail to everybody concerned, the account's own address in the copy")
def _(request: Request) -> bytes:
    return mail(request, text(request), to=f"List <all@x.example>\r\nCc: Agency <{AGENCY_MAIL.upper()}>")


@case("a mail that was delivered to another address than it was written to")
def _(request: Request) -> bytes:
    return mail(request, text(request), to=f"undisclosed-recipients:;\r\nDelivered-To: {AGENCY_MAIL}")


@case("a signed mail")
def _(request: Request) -> bytes:
    signature = (
        b"Content-Type: application/pgp-signature\r\n\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\niQ==\r\n"
    )
    return of_parts(request, part(text(request)), signature, kind="multipart/signed")


@case("an encrypted mail", nothing, "unreadable")
def _(request: Request) -> bytes:
    secret = f"Content-Type: application/octet-stream\r\n\r\n{request.token}\r\n".encode()
    version = b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
    return of_parts(request, version, secret, kind="multipart/encrypted")


@case("a token in the bytes of a picture", nothing, "no_token")
def _(request: Request) -> bytes:
    picture = f"Content-Type: image/png\r\n\r\n{text(request)}".encode()
    return of_parts(request, part("Hello\n"), picture)


@case("parts in parts in parts")
def _(request: Request) -> bytes:
    body = part(text(request))
    for level in range(8):
        told = f'Content-Type: multipart/mixed; boundary="b{level}"\r\n\r\n'.encode()
        body = told + joined(body, boundary=f"b{level}")
    return of_parts(request, body)


@case("parts in parts a thousand deep", nothing, "no_token")
def _(request: Request) -> bytes:
    opened = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(1_000))
    return head(Subject=subject(request)).encode() + opened.encode() + part(text(request))


@case("a boundary that is told wrongly")
def _(request: Request) -> bytes:
    whole = of_parts(request, part("Hello\n"), part(text(request), encoding="base64"))
    return whole.replace(f'boundary="{BOUNDARY}"'.encode(), b'boundary="other"')


@case("a boundary that is not told")
def _(request: Request) -> bytes:
    whole = of_parts(request, part(text(request), encoding="base64"))
    return whole.replace(f'; boundary="{BOUNDARY}"'.encode(), b"")


@case("a last boundary that never comes")
def _(request: Request) -> bytes:
    return of_parts(request, part(text(request))).replace(f"--{BOUNDARY}--".encode(), b"")


@case("a boundary that is the beginning of another")
def _(request: Request) -> bytes:
    inner = f'Content-Type: multipart/mixed; boundary="{BOUNDARY}2"\r\n\r\n'.encode()
    return of_parts(request, inner + joined(part(text(request)), boundary=f"{BOUNDARY}2"))


@case("a head with a line in it that is no header")
def _(request: Request) -> bytes:
    whole = mail(request, text(request), encoding="base64")
    return whole.replace(b"MIME-Version", b"this line is not a header\r\nMIME-Version")


@case("base64 with rubbish in it, cut off at its end")
def _(request: Request) -> bytes:
    top, empty, body = mail(request, text(request), encoding="base64").partition(b"\r\n\r\n")
    return top + empty + body.replace(b"\r\n", b"!\r\n*")[:-7]


@case("base64 that is plain text")
def _(request: Request) -> bytes:
    return mail(request, text(request)).replace(b"Encoding: 8bit", b"Encoding: base64")


@case("base64 with the footer of a mailing list after it")
def _(request: Request) -> bytes:
    return mail(request, text(request), encoding="base64") + b"_____\r\nTo leave this list: see below\r\n"


@case("quoted-printable that is plain text with equals signs")
def _(request: Request) -> bytes:
    return mail(request, text(request)).replace(b"Encoding: 8bit", b"Encoding: quoted-printable")


@case("an encoding for transport that nobody knows")
def _(request: Request) -> bytes:
    return mail(request, text(request)).replace(b"Encoding: 8bit", b"Encoding: x-rot47")


@case("parameters that the standard library chokes on")
def _(request: Request) -> bytes:
    whole = mail(request, text(request))
    return whole.replace(b"; charset=utf-8", b"; charset*=x; charset*0=y; name*99999=z; charset*1*=''")


@case("a boundary that the standard library chokes on")
def _(request: Request) -> bytes:
    whole = of_parts(request, part(text(request), encoding="base64"))
    return whole.replace(b"; boundary=", b"; boundary*=x; boundary*0=y; boundary*1=")


@case("a date, a subject and addresses that cannot be")
def _(request: Request) -> bytes:
    whole = mail(request, text(request)).replace(
        b"Fri, 20 Nov 2026 09:30:00 +0100", b"99 Foo 99999 99:99 +9999"
    )
    return whole.replace(b"Subject: ", b"Subject: =?utf-8?b?=41?= =?x?q?=?= ").replace(
        b"MIME-Version", b'Cc: "((((<<@>>,,;:\r\nMIME-Version'
    )


@case("a mail of ten megabytes of HTML")
def _(request: Request) -> bytes:
    chance = random.Random(1)
    row = "".join(chance.choice(string.ascii_letters + "  ") for _ in range(900))
    rows = f'<tr><td><a href="https://x.example/?a=1&amp;b=2">{row}</a></td></tr>\n'
    page = f"<table>{rows * (TEN_MEGABYTES // len(rows))}</table><p>{link(request)}</p>"
    return mail(request, page, "text/html", encoding="base64")


@case("a mail with a picture of ten megabytes before its text")
def _(request: Request) -> bytes:
    picture = base64.encodebytes(random.Random(2).randbytes(TEN_MEGABYTES * 3 // 4))
    told = b"Content-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return of_parts(request, told + picture, part(text(request), encoding="base64"))


@case("a mail of more than twenty-five megabytes", nothing, "unreadable")
def _(request: Request) -> bytes:
    return mail(request, text(request)) + b"padding\r\n" * (25 * 2**20 // 9)


@case("an empty file", nothing, "no_token")
def _(request: Request) -> bytes:  # noqa: ARG001  # as every case
    return b""


@case("a mail in Outlook's own format", nothing, "unreadable")
def _(request: Request) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + text(request).encode("utf-16-le")


@case("bytes that are no text at all", nothing, "no_token")
def _(request: Request) -> bytes:  # noqa: ARG001  # as every case
    return random.Random(3).randbytes(50_000)


@case("a mail to both accounts that must answer", verdicts="confirmed")
def _(request: Request) -> bytes:
    return mail(request, text(request), to=f"{AGENCY_MAIL}, {PLATFORM_MAIL}")
