"""Mails that somebody saved: a file, a folder of them, a Maildir, an mbox, or standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISDIR
from typing import BinaryIO

from reconciler.errors import ReconcilerError
from reconciler.mailbox.mime import LARGEST, LONG_RUN, letter_of
from reconciler.model.text import visible
from reconciler.ports.letters import Letter

_MBOX = b"From "
_LINE = 64 * 1024


def read_saved(where: Path | None) -> Iterator[Letter]:
    """Return the mails in a file or below a folder, in the order of their names; None is standard input.

    What cannot be read is a letter that says so. Below a folder, hidden files and links are left out, and of
    a Maildir what is still being delivered.

    Raises:
        ReconcilerError: there is nothing at that place, or it may not be looked at.
    """
    if where is None:
        return _letters(sys.stdin.buffer, "standard input")
    try:
        is_folder = S_ISDIR(where.stat().st_mode)
    except (FileNotFoundError, ValueError):  # the latter for a NUL
        raise _nothing(where, "there is no such file or folder") from None
    except OSError as error:
        raise _nothing(where, error.strerror or type(error).__name__) from None
    return _below(where) if is_folder else _named(where)


def _nothing(where: Path, why: str) -> ReconcilerError:
    """Return the error for a place without mails; somebody may have given a link, a token or a whole mail."""
    text = str(where)
    shown = "a text of several lines" if "\n" in text else LONG_RUN.sub("***", visible(text))
    hint = "--mail takes a saved mail, a folder of them, a Maildir, an mbox, or - for standard input"
    if LONG_RUN.search(text):
        hint += "; reconciler accept takes a link or a token"
    return ReconcilerError(f"no mail to read at {shown}: {why}", hint=hint)


def _below(folder: Path) -> Iterator[Letter]:
    """Yield what is below a folder, however deep: what waits is kept in a list, the next one at its end."""
    waiting: list[tuple[Path, bool]] = [(folder, True)]
    while waiting:
        path, is_folder = waiting.pop()
        try:
            if is_folder:
                waiting += reversed(_within(path))
            else:
                yield from _in_file(path, getattr(os, "O_NOFOLLOW", 0))
        except OSError as error:
            if path == folder or not isinstance(error, FileNotFoundError):  # what vanishes holds nothing
                yield _unreadable(path, error)


def _within(folder: Path) -> list[tuple[Path, bool]]:
    """Return the files and folders in a folder that count, by name, each with whether it is a folder."""
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    is_maildir = {"cur", "new"} <= {entry.name for entry in entries}
    within: list[tuple[Path, bool]] = []
    for entry in entries:
        path, is_folder = folder / entry.name, entry.is_dir(follow_symlinks=False)
        if entry.name.startswith(".") and not (is_maildir and is_folder and (path / "cur").is_dir()):
            continue
        if is_folder:
            if not (is_maildir and entry.name == "tmp"):
                within.append((path, True))
        elif entry.is_file(follow_symlinks=False) and not is_maildir:  # beside cur and new: its server's own
            within.append((path, False))
    return within


def _named(path: Path) -> Iterator[Letter]:
    try:
        yield from _in_file(path)
    except OSError as error:
        yield _unreadable(path, error)


def _in_file(path: Path, flags: int = 0) -> Iterator[Letter]:
    with open(path, "rb", opener=lambda name, mode: os.open(name, mode | flags)) as file:
        yield from _letters(file, str(path))


def _unreadable(path: Path, error: OSError) -> Letter:
    return Letter(visible(str(path)), trouble=f"it cannot be read: {error.strerror or type(error).__name__}")


def _letters(file: BinaryIO, place: str) -> Iterator[Letter]:
    """Yield the one mail in a file, or each of an mbox."""
    start = file.read(len(_MBOX))
    if start != _MBOX:
        yield letter_of(start + file.read(LARGEST + 1), place)
        return
    for number, raw in enumerate(_in_mbox(file), 1):
        yield letter_of(raw, f"{place}, mail {number}")


def _in_mbox(file: BinaryIO) -> Iterator[bytes]:
    """Yield each mail of an mbox, of one that is too large no more than tells that it is.

    Not the standard library's `mailbox.mbox`: that reads only named files, and a mail of any size at once.
    """
    mail, size, after_blank = [_MBOX], len(_MBOX), False
    while line := file.readline(_LINE):
        if after_blank and line.startswith(_MBOX):
            yield b"".join(mail)
            mail, size = [], 0
        if size <= LARGEST:
            mail.append(line)
            size += len(line)
        after_blank = line in {b"\n", b"\r\n"}
    yield b"".join(mail)
