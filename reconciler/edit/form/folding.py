"""Services in one line where they fit, and in lines of their own where they do not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.edit.form.spacing import is_one_line
from reconciler.edit.scalars import scalar
from reconciler.edit.splices import Splice, line_break_of
from reconciler.edit.tree import Leaf, Mapping, Node, Pair

_WIDTH = 80  # of the braces alone: nobody chose how long a service's name is
_BREAK = re.compile(r"\r\n|[\n\r]")
_INDICATORS = re.compile(r"[,\[\]{}]")


def folding(text: str, root: Mapping) -> Iterator[Splice]:
    """Yield what writes short services as `{technical: agency}`, and too long ones role by role.

    What has a comment in it or right below it, an anchor, a tag or a time box is left as it is written.
    """
    services = root.pair("services")
    if services is None or not isinstance(services.value, Mapping) or services.value.is_flow:
        return
    for pair in services.value.pairs:
        begins_line = not text[pair.key.start - _column(text, pair.key.start) : pair.key.start].strip()
        if begins_line and isinstance(pair.value, Mapping) and pair.value.pairs:
            splice = (
                _opened(text, pair, pair.value) if pair.value.is_flow else _closed(text, pair, pair.value)
            )
            if splice is not None:
                yield splice


def _closed(text: str, pair: Pair, value: Mapping) -> Splice | None:
    """Return what puts a service in block style into one line, None if it is not to be."""
    start = pair.key.end
    if (
        "#" in text[start : value.end]
        or text[start : value.start].strip() != ":"
        or not _is_bare(text, value)
    ):
        return None
    if not all(_is_short(text, role) for role in value.pairs):
        return None
    roles = ", ".join(f"{_word(text, role.key)}: {_word(text, role.value)}" for role in value.pairs)
    if len(roles) + len("{}") > _WIDTH or _is_followed(text, value.end, _column(text, pair.key.start)):
        return None
    return Splice(start, value.end, f": {{{roles}}}")


def _is_short(text: str, pair: Pair) -> bool:
    """Tell whether a role names an account in its own line, and says no more."""
    return not isinstance(pair.value, Mapping) and is_one_line(text, pair.key.start, pair.value.end)


def _word(text: str, node: Node) -> str:
    """Return a text or an alias as it is to stand in braces."""
    written = text[node.start : node.end]
    if isinstance(node, Leaf) and node.style is None and _INDICATORS.search(written):
        return scalar(node.value)
    return written


def _opened(text: str, pair: Pair, value: Mapping) -> Splice | None:
    """Return what puts a service in braces that is too long into lines, None if it is not to be."""
    end_of_line = _BREAK.search(text, value.end)
    after = text[value.end : end_of_line.start() if end_of_line else len(text)]
    column = _column(text, pair.key.start)
    if after.strip() or not is_one_line(text, pair.key.start, value.end):
        return None
    if value.end - value.start <= _WIDTH or text[pair.key.end : value.start].strip() != ":":
        return None
    if not _is_bare(text, value):
        return None
    indent = line_break_of(text) + " " * (column + 2)
    rows = "".join(f"{indent}{text[role.key.start : role.value.end]}" for role in value.pairs)
    return Splice(pair.key.end, value.end, f":{rows}")


def _is_bare(text: str, mapping: Mapping) -> bool:
    """Tell whether no anchor, tag or `?` stands before a key of a mapping or before a value."""
    done = mapping.start + mapping.is_flow
    for pair in mapping.pairs:
        before, between = text[done : pair.key.start], text[pair.key.end : pair.value.start]
        if before.strip() not in {"", ","} or between.strip() != ":" or not isinstance(pair.key, Leaf):
            return False
        done = pair.value.end
    return True


def _is_followed(text: str, at: int, column: int) -> bool:
    """Tell whether a comment ends the line of `at`, or stands below it, further in than `column`."""
    rows = _BREAK.split(text[at : at + 400])
    below = rows[1] if len(rows) > 1 else ""
    is_inside = len(below) - len(below.lstrip(" ")) > column
    return bool(rows[0].strip()) or (below.lstrip().startswith("#") and is_inside)


def _column(text: str, at: int) -> int:
    return at - (max(text.rfind(mark, 0, at) for mark in "\n\r") + 1)
