r"""Text from files and servers, made harmless for people's screens.

A name may hold a line break, a terminal escape or a character that reverses the reading direction. Shown
as it is, such a name could hide a line, forge one, or recolour the terminal. Each such character becomes a
visible escape instead: `\n`, `\x1b`, `\u202e`. JSON needs none of this, its own escapes do the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reconciler.model.text import visible

__all__ = [
    "all_visible",
    "code",
    "code_element",
    "is_plain",
    "prose",
    "prose_element",
    "visible",
    "without_commands",
]

_PRINTABLE_ASCII = bytes(range(0x20, 0x7F))
_MARKUP = re.compile(r"[`<|@#*\[\]]")
_PLAIN = re.compile(r"[A-Za-z0-9._:/-]+")
_REFERENCE = re.compile(r"[@#]+|(?i:\bGH-(?=\d))|:(?=[a-z+_-][\w+-]*:)")
_PROSE = re.compile(rf"{_REFERENCE.pattern}|[\\`*_\[\]|~$&<>:.]")
_MARKS = re.compile("[&<>]")
_PROSE_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def all_visible(texts: Iterable[str]) -> bool:
    """Tell whether `visible` would change none of the texts.

    Most names are plain ASCII, for which one pass over all of them together is many times faster than
    a look at each: this is what keeps a long list fast.
    """
    whole = "".join(texts)
    if whole.isascii():
        return not whole.encode("ascii").translate(None, _PRINTABLE_ASCII)
    return whole.isprintable()


def is_plain(text: str) -> bool:
    """Tell whether `text` means only itself in a shell and in Markdown, so that it may stand in a command."""
    return _PLAIN.fullmatch(text) is not None and not text.startswith("-")


def code(name: str) -> str:
    """Return a name as a Markdown code span that stays one span in one table cell, whatever is in it.

    Within a code span nothing is a link, a mention or a tag. Characters that could end the span or the cell,
    or that a less careful reader of Markdown might act on, are shown as escapes.
    """
    shown = _MARKUP.sub(lambda found: f"\\x{ord(found[0]):02x}", visible(name))
    return f"`{shown}`" if shown.strip() else "` `"


def code_element(name: str) -> str:
    """Return the same as an element of HTML, for where Markdown is not read, such as in a `<summary>`."""
    shown = code(name).replace("&", "&amp;").strip("`")
    return f"<code>{shown}</code>"


def without_commands(text: str) -> str:
    """Return lines in which the runner of GitHub Actions, which reads every log, finds no command.

    `::command::` counts only at the start of a line, its older spelling anywhere.
    """
    return re.sub(r"^(\s*):(?=:)", r"\1\\x3a", text.replace("##[", r"#\x23["), flags=re.MULTILINE)


def prose(text: str) -> str:
    """Return a sentence for a Markdown table cell, shown as it is and never acted on.

    A backslash is not enough for `@`, `#`, `GH-` and `:smile:`: forges look for mentions, issue numbers and
    emoji after the Markdown is resolved, and leave only code spans alone. Addresses are cut where a forge
    would start to link them.
    """
    return _PROSE.sub(_escape, visible(text))


def prose_element(text: str) -> str:
    """Return the same as HTML, for where Markdown is not read, such as in a `<summary>`."""
    escaped = _MARKS.sub(lambda found: _PROSE_ESCAPES[found[0]], visible(text))
    return _REFERENCE.sub(r"<code>\g<0></code>", escaped)


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    if _REFERENCE.match(found.string, found.start()):
        return f"`{char}`"
    if char in ":.":
        return f"\\{char}" if _starts_link(found) else char
    return _PROSE_ESCAPES.get(char) or f"\\{char}"


def _starts_link(found: re.Match[str]) -> bool:
    """Tell whether this colon or dot is the one of `scheme:` or `www.`."""
    before, after = found.string[: found.start()], found.string[found.end() :]
    if found[0] == ".":
        return before[-3:].casefold() == "www"
    return bool(after[:1].strip()) and before[-1:].isalpha()
