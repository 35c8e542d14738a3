"""Mails that must not be acted on: other requests, other people's tokens, forged and injected ones."""

from __future__ import annotations

from tests.mailbox.corpus.building import (
    AGENCY_MAIL,
    FINANCE_MAIL,
    PLATFORM_MAIL,
    Cases,
    Found,
    Request,
    bare,
    head,
    link,
    mail,
    nothing,
    subject,
    text,
)
from tests.mailbox.corpus.texts import LINK

CASES = Cases()
case = CASES.case

NOBODYS = "N0b0dys" * 4 + "T0kn"
"""A token that was never mailed to anybody."""


def nobodys(request: Request) -> list[Found]:
    """Expect the token that is nobody's."""
    return [(request.number, NOBODYS)]


@case(
    "a request that somebody made in the panel, and that the file wants", verdicts="not_ours", about="panel"
)
def _(request: Request) -> bytes:
    return mail(request, text(request))


@case("a request between strangers", verdicts="unknown_request", about="strangers")
def _(request: Request) -> bytes:
    return mail(request, text(request))


@case("a request that was withdrawn", verdicts="not_waiting", about="withdrawn")
def _(request: Request) -> bytes:
    return mail(request, text(request))


@case("a request that the file does not want any more", verdicts="unwanted", about="changed")
def _(request: Request) -> bytes:
    return mail(request, text(request))


@case("a request whose service is not in the file any more", verdicts="undeclared", about="dropped")
def _(request: Request) -> bytes:
    return mail(request, text(request))


@case("a number that no request has", lambda _: [(987654321, NOBODYS)], "unknown_request")
def _(request: Request) -> bytes:
    return mail(request, LINK.format(task=987654321, token=NOBODYS))


@case(
    "a number that is too long for any request", lambda _: [(9999999999999999999, NOBODYS)], "unknown_request"
)
def _(request: Request) -> bytes:
    return mail(request, LINK.format(task=9999999999999999999, token=NOBODYS))


@case("a number that begins with a zero", nothing, "no_token")
def _(request: Request) -> bytes:
    return mail(request, LINK.format(task=f"0{request.number}", token=request.token))


@case("a number in the digits of another script", nothing, "no_token")
def _(request: Request) -> bytes:
    digits = str(request.number).translate({48 + one: 0x0660 + one for one in range(10)})
    return mail(request, LINK.format(task=digits, token=request.token))


@case("a token that nobody was mailed", nobodys, "refused_by_endpoint")
def _(request: Request) -> bytes:
    return mail(request, LINK.format(task=request.number, token=NOBODYS))


@case(
    "the token of the other party", lambda request: [(request.number, request.askers)], "refused_by_endpoint"
)
def _(request: Request) -> bytes:
    return mail(request, LINK.format(task=request.number, token=request.askers))


@case("the asker's own token in the asker's own mail", lambda request: [(request.number, request.askers)])
def _(request: Request) -> bytes:
    return mail(request, LINK.format(task=request.number, token=request.askers), to=PLATFORM_MAIL)


@case("a mail to an account of ours that is no party of the request", verdicts="addressed_to_other")
def _(request: Request) -> bytes:
    return mail(request, text(request), to=FINANCE_MAIL)


@case("an address that only looks like the account's", lambda request: [(request.number, request.askers)])
def _(request: Request) -> bytes:
    return mail(
        request, LINK.format(task=request.number, token=request.askers), to=f"x{AGENCY_MAIL}.evil.example"
    )


@case("an address of ours as the name of another address", lambda request: [(request.number, request.askers)])
def _(request: Request) -> bytes:
    to = f'"{AGENCY_MAIL}" <nobody@evil.example>'
    return mail(request, LINK.format(task=request.number, token=request.askers), to=to)


@case("a subject that carries a header within itself", lambda request: [(request.number, request.askers)])
def _(request: Request) -> bytes:
    told = f"=?utf-8?q?x=0D=0ATo:_{AGENCY_MAIL}=0D=0A?="
    top = head("Content-Type: text/plain", Subject=told, to="nobody@evil.example")
    return f"{top}\r\n{LINK.format(task=request.number, token=request.askers)}\r\n".encode()


@case("a subject with a terminal's escapes and a token in it", nothing, "no_token")
def _(request: Request) -> bytes:
    told = f"\x1b[31mrequest {request.number}\x07 {request.token}"
    return (head("Content-Type: text/plain", Subject=told) + "\r\nHello\r\n").encode()


@case("a link in a header", nothing, "no_token")
def _(request: Request) -> bytes:
    return (head("Content-Type: text/plain", X_Link=link(request)) + "\r\nHello\r\n").encode()


@case("a link that names two tokens: the first one counts", nobodys, "refused_by_endpoint")
def _(request: Request) -> bytes:
    return mail(request, LINK.format(task=request.number, token=f"{NOBODYS}&token={request.token}"))


@case(
    "a link to a number that no request has, before the right one with the same token",
    lambda request: [(987654321, request.token)],
    "unknown_request",
)
def _(request: Request) -> bytes:
    return mail(request, f"{LINK.format(task=987654321, token=request.token)}\n{link(request)}\n")


@case(
    "two requests in one mail",
    lambda request: [(request.number, request.token), (987654321, NOBODYS)],
    ("confirmed", "unknown_request"),
)
def _(request: Request) -> bytes:
    return mail(request, f"{link(request)}\n{LINK.format(task=987654321, token=NOBODYS)}\n")


@case("a bare token in a mail that names a number close to the request's", bare, "unclear_request")
def _(request: Request) -> bytes:
    top = head("Content-Type: text/plain", Subject="yes or no")
    words = f"Request 9{request.number} or {request.number}x or v{request.number}:\r\n{request.token}\r\n"
    return f"{top}\r\n{words}".encode()


@case(
    "other words of thirty-two letters beside a link",
    lambda request: [(request.number, request.token), (None, "d41d8cd98f00b204e9800998ecf8427e")],
    ("confirmed", "superseded"),
)
def _(request: Request) -> bytes:
    return mail(request, f"{link(request)}\nchecksum: d41d8cd98f00b204e9800998ecf8427e\n")


@case("a link whose parameters are those of another one", nothing, "no_token")
def _(request: Request) -> bytes:
    first = f"https://x.example/#/useraccount/contacts/{request.number}?tab=REQUESTS"
    return mail(request, f"{first}\nhttps://y.example/?token={request.token}\n")


@case(
    "a subject in Polish that says one number, and a link that says another", nobodys, "refused_by_endpoint"
)
def _(request: Request) -> bytes:
    told = subject(Request(987654321, "", ""), "pl")
    top = head("Content-Type: text/plain", Subject=told)
    return f"{top}\r\n{LINK.format(task=request.number, token=NOBODYS)}\r\n".encode()
