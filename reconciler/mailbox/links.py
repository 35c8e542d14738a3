r"""Tokens in the text of a mail: in links, and on their own.

A link bears the number of a request and the token that answers it, in one of two shapes, below any path of
any host, in the fragment or not, with its parameters in any order:

    /contacts/701234?tab=REQUESTS&token=...        /contacts/requests?taskId=701234&token=...

Source: the mails that OVHcloud sends to the parties of a contact change, and what its control panel accepts.
Both tokens ever seen in public are 32 letters and digits, so that is what a token is here.

Mail programs break links over lines, quote them, and wrap them in links of their own. So a link may have a
line break between any two of its characters, and a text is read as it stands, then with its entities,
quoted-printable and percent signs undone. Every pattern here takes time linear in the text: a mail may come
from anybody.
"""

from __future__ import annotations

import functools
import html
import itertools
import re
from collections.abc import Iterable, Iterator

from reconciler.ports.letters import Find

LENGTH = 32
"""Letters and digits in a token."""

MOST_NUMBERS = 10_000
"""As many different numbers of one mail are kept for its bare tokens; a mail of OVHcloud has about ten."""

MOST_LINKS = 100_000
"""As many links of one text are looked at: a list of them may be long, but nobody has answered a million."""

_LONGEST_QUERY = 2_000
_ROUNDS = 3  # a link in a redirector in a redirector, and one more


def _broken(literal: str) -> str:
    """Return a pattern for a text that may have a line break between any two characters."""
    return r"\n?".join(re.escape(char) for char in literal)


_NUMBER = r"[1-9](?:\n?[0-9]){0,18}"
_VALUE = r"[A-Za-z0-9](?:\n?[A-Za-z0-9]){31}"
_ENDS = r"(?![A-Za-z0-9%+~=-]|_(?!_;))"  # a mail filter that wraps links ends them with `__;`
_BEGINS = r"(?:\A|&)\n?"
_PATH = re.compile(
    rf"{_broken('/contacts/')}\n?(?:(?P<number>{_NUMBER})|(?P<list>{_broken('requests')}))\n?\?"
)
_QUERY = re.compile(r"""(?:[^\s"'<>]|\n(?=\S))*""")
_TAB = re.compile(rf"{_BEGINS}{_broken('tab=REQUESTS')}(?![A-Za-z0-9])")
_TASK = re.compile(rf"{_BEGINS}{_broken('taskId=')}\n?({_NUMBER})(?![A-Za-z0-9])")
_TOKEN = re.compile(rf"{_BEGINS}{_broken('token=')}\n?({_VALUE}){_ENDS}")
_BARE = re.compile(r"(?<![\w/=&?#%@+~$.\\-])[A-Za-z0-9]{32}(?![\w/=&?#%@+~$\\-]|[.:]\S)")
_DIGITS = re.compile(r"(?<!\w)[1-9][0-9]{0,18}(?!\w)")
_PASTED = re.compile(r"[?&]token=([A-Za-z0-9]+)")

_INVISIBLE = dict.fromkeys(map(ord, "\0\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_BLANK_LINES = re.compile(r"\n{3,}")
_ENTITY = re.compile(r"&#?[0-9A-Za-z]{1,10};?")
_SPLIT_CODE = re.compile(r"%\n?([0-9A-Fa-f])\n([0-9A-Fa-f])")
_PERCENT = {
    **{code: char for char in ":/?#=&" for code in (f"%{ord(char):02X}", f"%{ord(char):02x}")},
    "%25": "%",  # the last, so that what is encoded twice is decoded once
}


def finds_in(texts: Iterable[str], subjects: Iterable[str] = ()) -> tuple[Find, ...]:
    """Return the tokens in the texts of one mail, each once, in their order.

    A token that stands in a link and on its own is one find, with the link's number; where two links bear the
    same token, the first one's number counts.

    Args:
        texts: what the mail says, part by part.
        subjects: its subject, and those of mails within it: numbers there may belong to a bare token.
    """
    texts = tuple(texts)
    found: dict[str, int | None] = {}
    for text in texts:
        for request, token in _tokens(text):
            if found.get(token) is None:
                found[token] = request
    numbers = _numbers((*subjects, *texts)) if None in found.values() else frozenset()
    return tuple(
        Find(request, token, numbers if request is None else frozenset()) for token, request in found.items()
    )


def token_of(text: str) -> str | None:
    """Return the token in what somebody pasted, a link or a token; None where there is not exactly one."""
    found = finds_in([text])
    if not found:
        pasted = _PASTED.search(text)
        return pasted[1] if pasted else None
    return found[0].token if len(found) == 1 else None


def _tokens(text: str) -> Iterator[tuple[int | None, str]]:
    """Yield every token in a text, with the number in its link or None."""
    for words in _readings(text):
        lines = _in_lines(words)
        for _, request, token in sorted((*_links(lines), *_bare(lines)), key=lambda one: one[0]):
            yield request, token
        for unwrapped in _unwrapped(lines):
            for _, request, token in _links(unwrapped):
                yield request, token


def _readings(text: str) -> Iterator[str]:
    """Yield a text as it stands, and with quoted-printable and entities undone that were left in it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_INVISIBLE)
    yield text
    if "=3" in text or "=\n" in text:
        text = text.replace("=\n", "").replace("=3D", "=").replace("=3d", "=").replace("=20", " ")
        yield text
    for _ in range(_ROUNDS):
        plain = _ENTITY.sub(_character, text).translate(_INVISIBLE) if "&" in text else text
        if plain == text:
            return
        text = plain
        yield text


def _unwrapped(text: str) -> Iterator[str]:
    """Yield a text with the percent signs of links within links undone, once and again."""
    if "%" not in text:
        return
    text = _SPLIT_CODE.sub(r"%\1\2", text.replace("%\n", "%"))
    for _ in range(_ROUNDS):
        plain = text
        for code, char in _PERCENT.items():
            plain = plain.replace(code, char)
        if "&" in plain:
            plain = _ENTITY.sub(_character, plain)
        if plain == text:
            return
        text = plain
        yield text


def _in_lines(text: str) -> str:
    """Return a text without the blanks and quote marks at the edges of its lines."""
    lines = (line.strip().lstrip("> |\t").lstrip() for line in _BLANK_LINES.sub("\n\n", text).split("\n"))
    return "\n".join(lines)


def _links(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield place, request and token of each link; a link ends where the next one's path begins."""
    paths = list(itertools.islice(_PATH.finditer(text), MOST_LINKS))
    ends = [*(path.start() for path in paths), len(text)][1:]
    for path, end in zip(paths, ends, strict=True):
        query = _QUERY.match(text, path.end(), min(end, path.end() + _LONGEST_QUERY))
        assert query, "the pattern also matches nothing"
        request, token = _request(path, query[0]), _TOKEN.search(query[0])
        if request and token:
            yield path.start(), int(request.replace("\n", "")), token[1].replace("\n", "")


def _bare(text: str) -> Iterator[tuple[int, None, str]]:
    """Yield the place of each token that stands on its own; words too short for one are sorted out first."""
    place = 0
    for word in text.split():
        if len(word) >= LENGTH:
            place = text.index(word, place)
            for found in _BARE.finditer(word):
                yield place + found.start(), None, found[0]
            place += len(word)


def _request(path: re.Match[str], query: str) -> str | None:
    if path["list"]:
        found = _TASK.search(query)
        return found[1] if found else None
    return path["number"] if _TAB.search(query) else None


def _numbers(texts: Iterable[str]) -> frozenset[int]:
    numbers: set[int] = set()
    for text in texts:
        for found in _DIGITS.finditer(text):
            numbers.add(int(found[0]))
            if len(numbers) >= MOST_NUMBERS:
                return frozenset(numbers)
    return frozenset(numbers)


def _character(entity: re.Match[str]) -> str:
    return _unescaped(entity[0])


@functools.lru_cache(maxsize=1024)
def _unescaped(entity: str) -> str:
    """Return what an entity stands for; `html.unescape` on a whole text fails at very long numbers."""
    return html.unescape(entity)
