"""The one failure of this folder, and how foreign words are shown in it."""

from __future__ import annotations

_LONGEST = 200


class Refusal(Exception):  # noqa: N818  # it is an answer, not a defect
    """Nothing was written, and its text says why."""


def shown(text: object) -> str:
    """Return foreign text in quotes, on one line, and so short that it fits a log."""
    words = str(text)
    cut = words if len(words) <= _LONGEST else f"{words[:_LONGEST]}..."
    return ascii(
        cut.replace("##[", "## [")
    )  # the older spelling of a command, which counts anywhere in a line
