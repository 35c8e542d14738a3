"""What libyaml could not read, in words with a place."""

from __future__ import annotations

import re

from yaml import YAMLError

from reconciler.config.problems import GiveUpError, Problems
from reconciler.config.reading import Source, position
from reconciler.model.text import visible


def syntax_problem(source: Source, error: YAMLError, problems: Problems) -> GiveUpError:
    """Note what libyaml could not read, at the place where it stopped, and return what to raise."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return _unreadable_character(source, error, problems)
    at = position(mark.line, mark.column)
    context, opened = getattr(error, "context", None), getattr(error, "context_mark", None)
    message = f"this is not YAML: {getattr(error, 'problem', None) or error}"
    if context:
        begun = f" that begins in line {opened.line + 1}" if opened and opened.line != mark.line else ""
        message += f", {context}{begun}"
    shown_at = position(opened.line, opened.column) if opened and "end of stream" in message else at
    problems.note(source, shown_at, visible(message), _syntax_hint(source, at, message))
    return GiveUpError(at)


_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _unreadable_character(source: Source, error: YAMLError, problems: Problems) -> GiveUpError:
    found = _UNREADABLE.search(source.text)
    if found is None:
        return problems.give_up(source, 0, f"this is not YAML: {visible(str(error))}")
    at = source.position_of(found.start())
    message = f"the character U+{ord(found.group()):04X} is not allowed in YAML"
    return problems.give_up(source, at, message, "remove it; is this a text file?")


def _syntax_hint(source: Source, at: int, message: str) -> str | None:
    line, column = at >> 32, at & 0xFFFFFFFF
    start = source.start_of_line(line)
    if "\t" in source.text[start : start + column + 1]:
        return "YAML is indented with spaces, not with tabs"
    if "mapping values are not allowed" in message:
        return "is a line above indented differently, or does a text with `: ` lack its quotes?"
    return None
