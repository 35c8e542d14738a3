"""How a name is written so that every YAML parser reads the name and nothing else."""

from __future__ import annotations

from functools import cache

import yaml

from reconciler.config.nodes import typed
from reconciler.edit.tree import Leaf

_WIDE = 1 << 30


@cache
def scalar(text: str) -> str:
    """Return a text as YAML: plain where that is text for all parsers, also in braces, else in quotes.

    Parsers of YAML 1.1 read `no` as false and `0x10` as 16; ours reads `08` as 8.
    """
    if not isinstance(typed(text), str):
        return in_quotes(text, "'")
    written = yaml.safe_dump([text], default_flow_style=True, allow_unicode=True, width=_WIDE).strip()[1:-1]
    return in_quotes(text, '"') if written[0] == "'" and "'" in text and '"' not in text else written


def in_place_of(source: str, leaf: Leaf, text: str) -> str:
    """Return what exchanges a name: in its quotes, in its block of lines, else plain if it can be."""
    if leaf.style in {"'", '"'}:
        return in_quotes(text, leaf.style)
    written = source[leaf.start : leaf.end]
    if leaf.style in {"|", ">"} and written.endswith(leaf.value) and text.isprintable() and text[:1] != " ":
        return written.removesuffix(leaf.value) + text
    return scalar(text)


def in_quotes(text: str, quote: str) -> str:
    """Return a text in single or double quotes."""
    if not text.isprintable():
        return yaml.safe_dump([text], default_style='"', default_flow_style=True, width=_WIDE).strip()[1:-1]
    if quote == "'":
        return "'" + text.replace("'", "''") + "'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
