"""One key as `credentials.toml` writes it: the key itself, or where to fetch it.

A reference is `{env = "NAME"}`, `{file = "/path"}` or `{cmd = ["argv", "..."]}`. No text of this module ever
holds what was fetched, nor what a command wrote to its standard error: both may be secrets.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.providers.ovh.keys import looks_like_a_key

COMMAND_SECONDS = 10.0
_LONGEST_KEY = 4096


class UnresolvedError(ValueError):
    """A key could not be had; the text says why and holds no secret."""


def resolve(value: Any, *, folder: Path, environ: Mapping[str, str]) -> str:
    """Return the key that `value` is or refers to, blanks around it dropped.

    Args:
        value: as TOML gave it.
        folder: what a relative `file` is relative to.
        environ: where `env` looks, and what a command inherits.

    Raises:
        UnresolvedError: not one of the four forms, or nothing usable was found there.
    """
    text = _text(value, folder, environ).strip()
    if not text:
        raise UnresolvedError("is empty")
    if len(text) > _LONGEST_KEY or not looks_like_a_key(text):
        raise UnresolvedError("holds characters that no key has: it must be one word of visible ASCII")
    return text


def resolve_password(value: Any, *, folder: Path, environ: Mapping[str, str]) -> str:
    """Return the password that `value` is or refers to, without the line break that files and commands add.

    Args:
        value: as TOML gave it.
        folder: what a relative `file` is relative to.
        environ: where `env` looks, and what a command inherits.

    Raises:
        UnresolvedError: not one of the four forms, or nothing usable was found there.
    """
    text = _text(value, folder, environ).removesuffix("\n").removesuffix("\r")
    if not text:
        raise UnresolvedError("is empty")
    if len(text) > _LONGEST_KEY or any(char in text for char in "\r\n\0"):
        raise UnresolvedError("must be one line of text")
    return text


def _text(value: Any, folder: Path, environ: Mapping[str, str]) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and len(value) == 1:
        ((kind, argument),) = value.items()
        return _fetch(kind, argument, folder, environ)
    raise UnresolvedError('must be a string or one of {env = "NAME"}, {file = "/path"}, {cmd = ["argv"]}')


def _fetch(kind: str, argument: Any, folder: Path, environ: Mapping[str, str]) -> str:
    if kind == "env":
        return _from_environment(argument, environ)
    if kind == "file":
        return _from_file(argument, folder, environ)
    if kind == "cmd":
        return _from_command(argument, environ)
    raise UnresolvedError(f"unknown kind of reference {kind!r}: use env, file or cmd")


def _from_environment(name: Any, environ: Mapping[str, str]) -> str:
    if not isinstance(name, str) or not name:
        raise UnresolvedError("env must name a variable")
    if name not in environ:
        raise UnresolvedError(f"the environment variable {name} is not set")
    return environ[name]


def _from_file(name: Any, folder: Path, environ: Mapping[str, str]) -> str:
    if not isinstance(name, str) or not name:
        raise UnresolvedError("file must be a path")
    if name.startswith("~/") and environ.get("HOME"):
        name = str(Path(environ["HOME"]) / name[2:])
    try:
        with (folder / name).open("rb") as file:
            data: bytes = file.read(_LONGEST_KEY * 2)
            return data.decode()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UnresolvedError(f"cannot read the file {name}: {reason}") from None


def _from_command(argv: Any, environ: Mapping[str, str]) -> str:
    if not isinstance(argv, list) or not argv or not all(isinstance(word, str) and word for word in argv):
        raise UnresolvedError(
            'cmd must be a list of words, such as ["pass", "show", "ovh"]; no shell is involved'
        )
    try:
        process = subprocess.Popen(  # noqa: S603 - the argv of the user's own 0600 file, without a shell
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environ),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it holds a NUL"
        raise UnresolvedError(f"the command {argv[0]} could not be started: {reason}") from None
    with process:
        try:
            output, _ = process.communicate(timeout=COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            _end(process)
            raise UnresolvedError(
                f"the command {argv[0]} gave no answer within {COMMAND_SECONDS:g} s"
            ) from None
    if process.returncode != 0:
        raise UnresolvedError(f"the command {argv[0]} failed with exit code {process.returncode}")
    try:
        return output.decode()
    except UnicodeDecodeError:
        raise UnresolvedError(f"the command {argv[0]} printed something that is not UTF-8 text") from None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the command and whatever it started: a grandchild that holds the pipe would keep us waiting."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
