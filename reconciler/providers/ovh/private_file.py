"""A `credentials.toml`: a file that nobody but its owner can read. No message holds any of its values."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

from reconciler.errors import CredentialsError

_LARGEST = 4 * 1024 * 1024


def private_tables(file: Path) -> dict[str, Any]:
    """Return what the file says, references as they stand.

    Raises:
        CredentialsError: it is missing, readable by others, or no TOML.
    """
    return _parse(file, _read(file))


def _read(file: Path) -> str:
    """Return the text of a file that nobody else can read; mode and text are of the same open file."""
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
                raise CredentialsError(
                    f"{file}: others can read it (mode {stat.S_IMODE(mode):04o})", hint=f"chmod 600 {file}"
                )
            data = opened.read(_LARGEST + 1)
    except OSError as error:
        raise CredentialsError(f"{file}: cannot be read: {error.strerror}") from None
    if len(data) > _LARGEST:
        raise CredentialsError(
            f"{file}: larger than {_LARGEST // 1024 // 1024} MB, that is no credentials file"
        )
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise CredentialsError(f"{file}: is not UTF-8 text") from None


def _parse(file: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # `from None`: newer Pythons hang the whole document, secrets included, on the exception
        raise CredentialsError(f"{file}: is not TOML: {error}") from None
    except RecursionError:
        raise CredentialsError(f"{file}: is not TOML: nested too deeply") from None
