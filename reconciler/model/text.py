"""Text of strangers, made fit for a line of ours."""

from __future__ import annotations


def visible(text: str) -> str:
    r"""Return `text` on one line, every character that is not printable as a Python-style escape.

    Not printable are control and format characters (line breaks, terminal escapes, bidirectional overrides,
    zero-width marks), every blank but the space, lone surrogates and unassigned code points: `\n`, `\u202e`.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
