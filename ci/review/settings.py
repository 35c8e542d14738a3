"""What the job says: variables, and files that somebody else may have written."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path

from refusal import Refusal, shown

MARKER = "<!-- reconciler:plan"
"""How the first line of a plan as Markdown begins; `reconciler/render/plan_markdown.py` writes it."""

_NONE = """## Contact plan

**Not shown: the run that was to make the plan left none.** Its log says why.
"""

_KEY = re.compile(r"[A-Za-z0-9._:/-]*")


def variable(name: str) -> str:
    """Return what a variable holds.

    Raises:
        Refusal: nothing.
    """
    value = os.environ.get(name, "")
    if not value:
        raise Refusal(f"{name} is not set")
    return value


def marker() -> str:
    """Return the first line of our comment, by which it is found again.

    Raises:
        Refusal: the key could end it.
    """
    key = os.environ.get("COMMENT_KEY", "")
    if not _KEY.fullmatch(key):
        raise Refusal("the comment's key takes letters, digits and . _ : / - only")
    return f"{MARKER} {key} -->" if key else f"{MARKER} -->"


def text_of(folder: str, name: str, most: int) -> str:
    """Return a file of a folder that somebody else may have filled.

    Args:
        folder: where it lies.
        name: of the file.
        most: how many bytes it may have.

    Raises:
        Refusal: it is missing, larger, no plain file or no text.
    """
    path = Path(folder) / name
    try:
        found = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(found, "rb") as stream:
            if not stat.S_ISREG(os.fstat(found).st_mode):
                raise Refusal(f"{name} is no plain file")
            content = stream.read(most + 1)
    except OSError as error:
        raise Refusal(f"{name} cannot be read: {error.strerror}; {shown(folder)} was to hold it") from None
    if len(content) > most:
        raise Refusal(f"{name} is larger than {most:,} bytes")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise Refusal(f"{name} is no UTF-8") from None
    if "\0" in text:
        raise Refusal(f"{name} holds a zero byte")
    return text


def plan_or_none(folder: str, first: str, most: int) -> str:
    """Return the plan as `plan_of` does, or that there is none, so that no earlier one stays."""
    try:
        return plan_of(folder, first, most)
    except Refusal as refusal:
        print(f"no plan is shown: {refusal}", file=sys.stderr)
        return f"{first}\n{_NONE}"


def plan_of(folder: str, first: str, most: int) -> str:
    """Return the plan as Markdown, which begins with our marker.

    Args:
        folder: where it lies.
        first: the marker.
        most: how many characters a comment may have.

    Raises:
        Refusal: it is missing, too long, or something else.
    """
    body = text_of(folder, "plan.md", most * 4)  # a character has at most four bytes
    if len(body) > most:
        raise Refusal(f"plan.md holds more than {most:,} characters")
    if body.split("\n", 1)[0] != first:
        raise Refusal(f"plan.md does not begin with {first}")
    return body
