"""What an HTML mail says: its words, and the addresses behind them.

Not `html.parser`: what it does with 100 kB of unclosed comments or tags takes minutes, and a mail may come
from anybody. Nothing is shown of the result, so taking tags out is enough, well-formed or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LOOKS_LIKE = re.compile(
    r"<(?:!doctype html|html|head|body|table|div|p|br|a|span)\b[^<>:]*>|<a\s", re.IGNORECASE
)
_HIDDEN = (("<!--", "-->"), ("<style", "</style"), ("<script", "</script"))
_ADDRESS = re.compile(r"""\b(?:href|action)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_WITHIN_WORDS = re.compile(
    r"</?(?:a|abbr|b|big|code|em|font|i|kbd|mark|samp|small|span|strong|tt|u|wbr)\b", re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]*>")


def looks_like_html(text: str) -> bool:
    """Tell whether a text that is not declared as HTML seems to be."""
    return _LOOKS_LIKE.search(text) is not None


def words_of(source: str) -> str:
    """Return the words of an HTML text, tags taken out; each link's address stands before its words.

    Entities are left as they are.
    """
    return _TAG.sub(_in_words, "".join(_shown(source)))


def _in_words(tag: re.Match[str]) -> str:
    """Return what stands for a tag: its address, nothing within a word, else the end of a line."""
    address = _ADDRESS.search(tag[0])
    if address:
        return f" {address[1] or address[2] or address[3] or ''} "
    return "" if _WITHIN_WORDS.match(tag[0]) else "\n"


def _shown(source: str) -> Iterator[str]:
    """Yield what stands outside comments, styles and scripts; one that never ends hides nothing."""
    folded = source.lower() if source.isascii() else re.sub(r"[A-Z]+", lambda run: run[0].lower(), source)
    starts = {start: folded.find(start) for start, _ in _HIDDEN}
    place = 0
    while True:
        for start, at in starts.items():
            if 0 <= at < place:
                starts[start] = folded.find(start, place)
        near = min(((at, start) for start, at in starts.items() if at >= 0), default=None)
        if near is None:
            yield source[place:]
            return
        at, start = near
        end = dict(_HIDDEN)[start]
        close = folded.find(end, at)
        if close < 0:
            starts[start] = -1
            continue
        yield source[place:at]
        place = close + len(end)
