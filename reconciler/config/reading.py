"""One file's text, and the way from a position in it to a line that a person can look at.

The file may come from a stranger: what is no regular file is never opened, what is too big is never read,
and nothing of it reaches a terminal but printable characters.
"""

from __future__ import annotations

import re
import stat
from bisect import bisect_right
from codecs import BOM_UTF8
from collections.abc import Callable
from io import BufferedReader
from itertools import chain
from pathlib import Path

from reconciler.errors import Problem
from reconciler.model.text import visible

MAX_BYTES = 256 * 1024 * 1024
"""Four times what a million services take; more is a mistake or an attack."""

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # what libyaml counts as the end of a line
_LINE_FEED = re.compile("\n")  # the same for most texts, and much quicker
_OTHER_BREAK = re.compile("[\x85\u2028\u2029]")
_PASSWORD = re.compile("://[^/ ]*@")
_OTHER_SCHEME = re.compile("(?<![A-Za-z0-9+.-])(?!https?:)[A-Za-z][A-Za-z0-9+.-]{0,40}://")
_NEAR = 2_000  # characters of a source line looked at for an address that is not to be shown
_SHOWN = 120  # characters of a source line shown in a problem
_QUOTED = 100  # characters of a name shown in a message

Reader = Callable[[Path, str], bytes]
"""Yields the bytes of a file, which messages call by the second argument."""

FIRST = 0
"""The position of a file's first character."""


def has_other_breaks(text: str) -> bool:
    """Tell whether lines of a text end in another way than with a line feed."""
    return "\r" in text or not (text.isascii() or _OTHER_BREAK.search(text) is None)


class UnreadableError(Exception):
    """The file yields no text; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def position(line: int, column: int) -> int:
    """Return a line and a column, both counted from 0, as one number that sorts like the text."""
    return line << 32 | column


def line_and_column(at: int) -> tuple[int, int]:
    """Return the line and the column of a position, both counted from 1; its highest bit says nothing."""
    return (at >> 32 & 0x7FFFFFFF) + 1, (at & 0xFFFFFFFF) + 1


def quoted(text: str) -> str:
    """Return a name from the file as messages show it: clipped, escaped, between backticks."""
    shown = text if len(text) <= _QUOTED else text[:_QUOTED] + "..."
    return f"`{visible(shown)}`"


class Source:
    """The text of one file, called `file` in messages."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self._starts: list[int] | None = None

    def problem(self, at: int, message: str, hint: str | None = None, *, is_secret: bool = False) -> Problem:
        """Return a problem at the position `at`, with its source line and caret.

        A line that may hold a secret is not shown, for logs keep what is: one with a password in a URL, one
        with the address of a chat or a webhook, and one of which the caller says so.
        """
        line, column = line_and_column(at)
        shown, caret = (None, 0) if is_secret else self._excerpt(line - 1, column - 1)
        if shown is None or _PASSWORD.search(shown) or self._holds_address(line - 1, column - 1):
            return Problem(self.file, line, column, message, hint)
        return Problem(self.file, line, column, message, hint, shown, caret)

    def place(self, at: int) -> str:
        """Return `file:line:column` of a position."""
        line, column = line_and_column(at)
        return f"{self.file}:{line}:{column}"

    def start_of_line(self, line: int) -> int:
        """Return the offset of the first character of a line, counted from 0."""
        starts = self._line_starts()
        return starts[line] if line < len(starts) else len(self.text)

    def position_of(self, offset: int) -> int:
        """Return the position of the character at `offset`."""
        starts = self._line_starts()
        line = bisect_right(starts, offset) - 1
        return position(line, offset - starts[line])

    def _holds_address(self, line: int, column: int) -> bool:
        """Tell whether a line holds an address with a token where it is shown, or so near that it tells."""
        start, after = self.start_of_line(line), self.start_of_line(line + 1)
        shown_at = start + column
        text = self.text[max(start, shown_at - _NEAR) : min(after, shown_at + _NEAR)]
        if "://" not in text:
            return False
        return "webhook" in text or "apprise" in text or _OTHER_SCHEME.search(text) is not None

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            breaks = _BREAK if has_other_breaks(self.text) else _LINE_FEED
            self._starts = list(chain((0,), (found.end() for found in breaks.finditer(self.text))))
        return self._starts

    def _excerpt(self, line: int, column: int) -> tuple[str | None, int]:
        """Return the part of a line around a column that is fit to print, and the caret's place in it."""
        start, after = self.start_of_line(line), self.start_of_line(line + 1)
        first = start + max(0, column - _SHOWN // 2) if after - start > _SHOWN else start
        raw = self.text[first : min(after, first + _SHOWN)].rstrip("\r\n\x85\u2028\u2029")
        before = _plain(raw[: max(0, start + column - first)])
        clipped = "..." if first > start else ""
        if not raw and not column:
            return None, 0
        return clipped + before + _plain(raw[start + column - first :]), len(clipped + before)


def _plain(text: str) -> str:
    return visible(text.replace("\t", " "))


def read(path: Path, file: str, reader: Reader | None = None) -> Source:
    """Return the text of a file, called `file` in messages.

    Args:
        path: the file.
        file: what messages call it.
        reader: yields its bytes; None: they are read from the disk.

    Raises:
        UnreadableError: it is missing, no regular file, too big, not readable, or not UTF-8 text.
    """
    return Source(file, _decoded((reader or read_bytes)(path, file), file))


def read_bytes(path: Path, file: str) -> bytes:
    """Return the bytes of a file, called `file` in messages.

    Raises:
        UnreadableError: it is missing, no regular file, too big, or not readable.
    """
    try:
        found = path.stat()
        _refuse_unfit(found.st_mode, found.st_size, file)
        with path.open("rb", buffering=0) as stream:
            raw = stream.read(found.st_size + 1)
            if len(raw) != found.st_size:  # it has grown, its size is not told, or the read was cut short
                raw += BufferedReader(stream).read(MAX_BYTES)
    except FileNotFoundError:
        raise _unreadable(file, "there is no such file", "name another with --file") from None
    except PermissionError:
        raise _unreadable(file, "the file must not be read", "look at its owner and mode") from None
    except (OSError, ValueError) as error:
        raise _unreadable(file, f"the file cannot be read: {visible(str(error))}") from None
    if len(raw) > MAX_BYTES:
        raise _too_big(file)
    return raw


def _refuse_unfit(mode: int, size: int, file: str) -> None:
    if stat.S_ISDIR(mode):
        raise _unreadable(file, "this is a directory, not a file", "name the file in it")
    if not stat.S_ISREG(mode):
        raise _unreadable(file, "this is no regular file: pipes, sockets and devices are not read")
    if size > MAX_BYTES:
        raise _too_big(file)


def _decoded(raw: bytes, file: str) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _unreadable(file, "the file is UTF-16 text, not UTF-8", "save it as UTF-8")
    text = raw.removeprefix(BOM_UTF8)
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        good = Source(file, text[: error.start + _SHOWN].decode(errors="backslashreplace"))
        at = good.position_of(len(text[: error.start].decode()))
        byte = text[error.start]
        problem = good.problem(at, f"the file is not UTF-8 text: byte 0x{byte:02x}", "save it as UTF-8")
        raise UnreadableError(problem) from None


def _too_big(file: str) -> UnreadableError:
    return _unreadable(file, f"the file is larger than {MAX_BYTES >> 20} MiB", "split it with `include`")


def _unreadable(file: str, message: str, hint: str | None = None) -> UnreadableError:
    return UnreadableError(Problem(file, 1, 1, message, hint))
