"""Files that a run writes: made sure of before the work, in place only when all of it is done."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import click

from reconciler.errors import ReconcilerError
from reconciler.model.text import visible

_NEW_FILE = 0o666


class Draft:
    """A file that is to be written: beside its place until `finish`, so that nobody sees half of it.

    What is no regular file, such as a pipe or `/dev/stdout`, has no such place and is written directly.

    Args:
        path: where it is to be; a link is followed. What was there stays until then, and its mode after.
        private: for its owner's eyes only, whatever was there.

    Raises:
        ReconcilerError: it could not be written.
    """

    def __init__(self, path: Path, *, private: bool = False) -> None:
        self.path = path
        self._private = private
        self._target = Path(os.path.realpath(path))
        self._draft: Path | None = None
        try:
            self._prepare()
        except OSError as error:
            hint = "nothing was looked at; name another file, or make its folder first"
            raise self._failure(error, hint) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take away what was not finished."""
        if self._draft is not None:
            self._draft.unlink(missing_ok=True)
            self._draft = None

    def finish(self, text: str) -> None:
        """Write the text, which is in place and on the disk afterwards.

        Raises:
            ReconcilerError: it could not be written, such as to a full disk; what was there is still there.
        """
        raw = text.encode("utf-8", "backslashreplace")
        try:
            self._write(raw)
        except OSError as error:
            raise self._failure(error) from None

    def replaces(self, file: Path) -> bool:
        """Tell whether `file` would be lost."""
        return self._target == Path(os.path.realpath(file))

    def _write(self, raw: bytes) -> None:
        if self._draft is None:
            self.path.write_bytes(raw)
            return
        with self._draft.open("wb") as stream:
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
        self._draft.replace(self._target)
        self._draft = None

    def _failure(self, error: OSError, hint: str | None = None) -> ReconcilerError:
        words = f"{visible(str(self.path))} cannot be written: {error.strerror or error}"
        return ReconcilerError(words, hint=hint)

    def _prepare(self) -> None:
        mode = self._mode()
        if mode is not None and not stat.S_ISREG(mode):
            if stat.S_ISDIR(mode):
                raise IsADirectoryError(21, "it is a folder")
            if not os.access(self.path, os.W_OK):
                raise PermissionError(13, "it must not be written")
            return
        if mode is not None and not os.access(self._target, os.W_OK):
            raise PermissionError(13, "it must not be written")
        number, name = tempfile.mkstemp(dir=self._target.parent, prefix=".reconciler-")
        self._draft = Path(name)
        if not self._private:  # as it is made, only its owner reads it
            os.fchmod(number, _NEW_FILE & ~_umask() if mode is None else stat.S_IMODE(mode))
        os.close(number)

    def _mode(self) -> int | None:
        try:
            return self.path.stat().st_mode
        except FileNotFoundError:
            return None


def spare(drafts: Iterable[Draft], read: Iterable[Path]) -> None:
    """Make sure that no draft takes the place of a file that the run reads.

    Raises:
        click.UsageError: one would.
    """
    files = [*read]
    for draft in drafts:
        for file in filter(draft.replaces, files):
            raise click.UsageError(f"{draft.path} would overwrite {file}, which this run reads")


def _umask() -> int:
    """Return what the process keeps from the mode of new files; the system only tells by setting another."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
