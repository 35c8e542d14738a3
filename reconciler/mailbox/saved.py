"""Mails that somebody saved: a file, a folder of them, a Maildir, an mbox, or standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from reconciler.errors import ReconcilerError
from reconciler.mailbox.mime import LARGEST, letter_of
from reconciler.model.text import visible
from reconciler.ports.letters import Letter

_MBOX = b"From "
_LINE = 64 * 1024


def read_saved(where: Path | None) -> Iterator[Letter]:
    """Return the mails in a file or below a folder, in the order of their names; None is standard input.

    What cannot be read is a letter that says so. Below a folder, hidden files and links are left out, and of
    a Maildir what is still being delivered.

    Raises:
        ReconcilerError: there is nothing at that place.
    """
    if where is None:
        return _letters(sys.stdin.buffer, "standard input")
    if not where.exists():
        raise ReconcilerError(
            f"no mail to read at {visible(str(where))}: there is no such file or folder",
            hint="--mail takes a saved mail, a folder of them, a Maildir, an mbox, or - for standard input",
        )
    return _below(where) if where.is_dir() else _in_file(where)


def _below(folder: Path) -> Iterator[Letter]:
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError as error:
        yield _unreadable(folder, error)
        return
    is_maildir = {"cur", "new"} <= set(names)
    for name in names:
        path = folder / name
        if path.is_symlink() or (name.startswith(".") and not (is_maildir and (path / "cur").is_dir())):
            continue
        if path.is_dir():
            if not (is_maildir and name == "tmp"):
                yield from _below(path)
        elif path.is_file() and not is_maildir:  # files beside cur and new are its server's own
            yield from _in_file(path, getattr(os, "O_NOFOLLOW", 0))


def _in_file(path: Path, flags: int = 0) -> Iterator[Letter]:
    try:
        with open(path, "rb", opener=lambda name, mode: os.open(name, mode | flags)) as file:
            yield from _letters(file, str(path))
    except OSError as error:
        yield _unreadable(path, error)


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
