"""How the mails of the corpus are put together, and what is said of each.

Mails are made for a request and its tokens, so that the same mail is once read with look-alikes and once goes
to a real endpoint, whose tokens nobody knows beforehand.
"""

from __future__ import annotations

import base64
import quopri
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.header import Header

from tests.mailbox.corpus.texts import BODIES, LINK, SUBJECTS

AGENCY_MAIL, PLATFORM_MAIL, FINANCE_MAIL = (
    "team@agency.example",
    "platform@shop.example",
    "money@shop.example",
)
BOUNDARY = "=_part-0815"


@dataclass(frozen=True)
class Request:
    """A request as a case's mail tells it: its number, the token of the party asked, and the asker's own."""

    number: int
    token: str
    askers: str


Found = tuple[int | None, str]
Build = Callable[[Request], bytes]
Expect = Callable[[Request], list[Found]]


def in_a_link(request: Request) -> list[Found]:
    """Expect the token with the number of its link."""
    return [(request.number, request.token)]


def bare(request: Request) -> list[Found]:
    """Expect the token without a link."""
    return [(None, request.token)]


def nothing(request: Request) -> list[Found]:  # noqa: ARG001  # one of several
    """Expect no token."""
    return []


@dataclass(frozen=True)
class Case:
    """One mail of the corpus.

    Attributes:
        name: a sentence.
        build: makes its bytes.
        finds: what must be found in it.
        verdicts: what `reconciler confirm --yes` makes of it.
        about: which kind of request it is for, of those that the small world has.
    """

    name: str
    build: Build
    finds: Expect = in_a_link
    verdicts: tuple[str, ...] = ("confirmed",)
    about: str = "ours"


class Cases(list[Case]):
    """Cases as they are declared."""

    def case(
        self,
        name: str,
        finds: Expect = in_a_link,
        verdicts: tuple[str, ...] | str = "confirmed",
        about: str = "ours",
    ) -> Callable[[Build], Build]:
        """Return a decorator that makes a case of the function that builds its mail."""
        told = (verdicts,) if isinstance(verdicts, str) else verdicts

        def declare(build: Build) -> Build:
            self.append(Case(name, build, finds, told, about))
            return build

        return declare


def link(request: Request, shape: str = LINK) -> str:
    """Return a link that answers a request."""
    return shape.format(task=request.number, token=request.token)


def text(request: Request, language: str = "en", shape: str = LINK) -> str:
    """Return what a mail says, with the link and the token on its own."""
    return BODIES[language].format(link=link(request, shape), token=request.token)


def subject(request: Request, language: str = "en", charset: str = "utf-8") -> str:
    """Return a mail's subject, fit for a header."""
    return Header(SUBJECTS[language].format(task=request.number), charset).encode()


def head(*lines: str, to: str | None = AGENCY_MAIL, **fields: str) -> str:
    """Return the head of a mail: the usual fields, then these lines as they are."""
    usual: Mapping[str, str | None] = {
        "From": "Contacts <noreply@ovh.example>",
        "To": to,
        "Date": "Fri, 20 Nov 2026 09:30:00 +0100",
        "MIME-Version": "1.0",
        **{name.replace("_", "-"): value for name, value in fields.items()},
    }
    told = [f"{name}: {value}" for name, value in usual.items() if value is not None]
    return "".join(f"{line}\r\n" for line in (*told, *lines))


def packed(words: str, charset: str, encoding: str) -> bytes:
    """Return a text as the bytes that are sent."""
    raw = words.replace("\n", "\r\n").encode(charset)
    if encoding == "base64":
        return base64.encodebytes(raw).replace(b"\n", b"\r\n")
    if encoding == "quoted-printable":
        return quopri.encodestring(raw.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    return raw


def part(words: str, kind: str = "text/plain", charset: str = "utf-8", encoding: str = "8bit") -> bytes:
    """Return a part of a mail, or what follows a mail's usual head."""
    told = f"Content-Type: {kind}; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return told.encode() + packed(words, charset, encoding)


def mail(
    request: Request,
    words: str,
    kind: str = "text/plain",
    charset: str = "utf-8",
    encoding: str = "8bit",
    to: str | None = AGENCY_MAIL,
) -> bytes:
    """Return a mail of one part."""
    return head(to=to, Subject=subject(request)).encode() + part(words, kind, charset, encoding)


def of_parts(request: Request, *parts: bytes, kind: str = "multipart/mixed") -> bytes:
    """Return a mail of several parts."""
    top = head(f'Content-Type: {kind}; boundary="{BOUNDARY}"', Subject=subject(request)).encode() + b"\r\n"
    return top + joined(*parts)


def joined(*parts: bytes, boundary: str = BOUNDARY) -> bytes:
    """Return parts as the body of a mail."""
    line = f"\r\n--{boundary}\r\n".encode()
    return b"".join(line + one for one in parts) + f"\r\n--{boundary}--\r\n".encode()
