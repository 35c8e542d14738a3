"""Every shape of a link, and what mail programs do to links."""

from __future__ import annotations

from textwrap import wrap
from urllib.parse import quote

from tests.mailbox.corpus.building import Cases, Request, link, mail, nothing, of_parts, part, text
from tests.mailbox.corpus.texts import LINK, PANEL_LINKS

CASES = Cases()
case = CASES.case


def _declare(name: str, shape: str) -> None:
    @case(f"a link {name}")
    def _(request: Request) -> bytes:
        return mail(request, f"Say yes or no: {link(request, shape)}\n")


for _name, _shape in PANEL_LINKS.items():
    _declare(_name, _shape)


@case("a link whose host is a look-alike: it is never opened, and only its number and token are used")
def _(request: Request) -> bytes:
    return mail(request, link(request, LINK.replace("www.ovh.com", "www.ovh.com.evil.example")))


@case("a link between angle brackets, broken over three lines")
def _(request: Request) -> bytes:
    broken = "\n".join(wrap(link(request), 50, break_on_hyphens=False))
    return mail(request, f"Say yes or no:\n<{broken}>\nThank you\n")


@case("a link broken in the middle of its token, the next word following at once")
def _(request: Request) -> bytes:
    whole = link(request)
    return mail(request, f"Say yes or no:\n{whole[:-9]}\n{whole[-9:]}\nThanks\n")


@case("a link that ends its line, the next line beginning with a letter")
def _(request: Request) -> bytes:
    return mail(request, f"Say yes or no:\n{link(request)}\nThanks\n")


@case("a link in a mail that was answered, and answered again")
def _(request: Request) -> bytes:
    broken = wrap(link(request), 60, break_on_hyphens=False)
    return mail(request, "What is this?\n> > " + "\n> > ".join(broken) + "\n> I do not know.\n")


@case("a link in flowed text, its lines ending in blanks")
def _(request: Request) -> bytes:
    broken = " \n".join(wrap(link(request), 40, break_on_hyphens=False))
    flowed = mail(request, f"Say yes or no: {broken}\n")
    return flowed.replace(b"charset=utf-8", b"charset=utf-8; format=flowed; delsp=yes")


@case("a link whose number is broken over two lines")
def _(request: Request) -> bytes:
    number = str(request.number)
    return mail(request, link(request).replace(f"/{number}?", f"/{number[:1]}\n{number[1:]}?") + "\n")


@case("a link as the source of a page writes it")
def _(request: Request) -> bytes:
    return mail(request, link(request).replace("&", "&amp;") + "\n")


@case("a link with its entities as numbers")
def _(request: Request) -> bytes:
    return mail(request, link(request).replace("&", "&#38;").replace("=", "&#x3d;") + "\n")


@case("a link within a link, as redirectors make them")
def _(request: Request) -> bytes:
    return mail(request, f"https://click.example/?u={quote(link(request), safe='')}&s=1\n")


@case("a link within a link within a link")
def _(request: Request) -> bytes:
    once = f"https://one.example/?u={quote(link(request), safe='')}&s=1"
    return mail(request, f"https://two.example/?url={quote(once, safe='')}\n")


@case("a link within a link, in HTML, the outer one's parameters written as entities")
def _(request: Request) -> bytes:
    address = f"https://safe.example/?url={quote(link(request), safe='')}&amp;data=05%7C01&amp;reserved=0"
    return mail(request, f'<p>Please <a href="{address}">answer</a></p>', "text/html")


@case("a link within a link that a mail program broke over lines")
def _(request: Request) -> bytes:
    whole = f"https://click.example/?u={quote(link(request), safe='')}"
    return mail(request, "\n".join(wrap(whole, 37, break_on_hyphens=False)) + "\n")


@case("a link within a link that was broken in the middle of its codes")
def _(request: Request) -> bytes:
    code = quote(link(request), safe="").replace("%3F", "%\n3F").replace("%26", "%2\n6")
    return mail(request, f"https://click.example/?u={code}\n")


@case("quoted-printable that nobody undid")
def _(request: Request) -> bytes:
    whole = link(request).replace("=", "=3D")
    return mail(request, f"Say yes or no:\n{whole[:60]}=\n{whole[60:]}\nThanks\n")


@case("a link with a soft hyphen and a zero-width blank in its token")
def _(request: Request) -> bytes:
    token = request.token
    odd = f"{token[:8]}\u00ad{token[8:16]}\u200b{token[16:]}"
    return mail(request, link(request).replace(token, odd) + "\n")


@case("the same link and the same token three times")
def _(request: Request) -> bytes:
    return mail(request, text(request) * 3)


@case("a token in two parts that say the same")
def _(request: Request) -> bytes:
    page = f'<html><body><a href="{link(request).replace("&", "&amp;")}">Answer</a></body></html>'
    return of_parts(
        request,
        part(text(request, "de"), encoding="quoted-printable"),
        part(page, "text/html", encoding="base64"),
        kind="multipart/alternative",
    )


@case("a token that lacks its last character", nothing, "no_token")
def _(request: Request) -> bytes:
    return mail(request, f"Say yes or no: {link(request)[:-1]} or not\n")


@case("a token with one character too many", nothing, "no_token")
def _(request: Request) -> bytes:
    return mail(request, f"Say yes or no: {link(request)}Q\n")


@case("a token that is part of a longer word", nothing, "no_token")
def _(request: Request) -> bytes:
    token = request.token
    return mail(request, f"request {request.number}: x{token} {token}x {token}-x x_{token} ż{token}\n")


@case("a link to something else that also has a number and a token", nothing, "no_token")
def _(request: Request) -> bytes:
    shape = "https://www.ovh.com/manager/#/billing/{task}?tab=REQUESTS&token={token}"
    return mail(request, link(request, shape) + "\n")


@case("a token that is part of a name of a host", nothing, "no_token")
def _(request: Request) -> bytes:
    token = request.token
    return mail(request, f"request {request.number}: {token}.x.example, mail@{token}, a/{token} q={token}\n")


@case("a link without its token, the next line's link having one", verdicts="confirmed")
def _(request: Request) -> bytes:
    first = "https://x.example/#/useraccount/contacts/987654321?tab=REQUESTS&"
    return mail(request, f"{first}\n{link(request)}\n")


@case("a link to another tab", nothing, "no_token")
def _(request: Request) -> bytes:
    return mail(request, link(request).replace("REQUESTS", "SERVICES") + "\n")


@case("a link without a number", nothing, "no_token")
def _(request: Request) -> bytes:
    return mail(request, link(request).replace(str(request.number), "x1") + "\n")
