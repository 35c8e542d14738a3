"""The default account's keys in the places where python-ovh itself would look.

Read here and not by python-ovh, because that lets `OVH_*` variables beat everything for every endpoint and
account. The order is the same: the environment, `./ovh.conf`, `~/.ovh.conf`, `/etc/ovh.conf`. Other programs
own these places too, so what cannot be used there is a warning, not an error.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from configparser import Error as ParserError
from configparser import RawConfigParser
from pathlib import Path
from typing import NamedTuple

from reconciler.providers.ovh.keys import (
    KEY_NAMES,
    OAUTH_NAMES,
    Credentials,
    credentials_from,
    looks_like_a_key,
)

SYSTEM_FILE = Path("/etc/ovh.conf")
_NAMES = (*KEY_NAMES, *OAUTH_NAMES)
_ENDPOINT_WITHOUT_A_WORD = "ovh-eu"
_GIT_SECONDS = 10.0


class Native(NamedTuple):
    """What the native places hold for one endpoint; `source` says where in words."""

    credentials: Credentials | None
    source: str
    warnings: tuple[str, ...]


def native_credentials(endpoint: str, *, environ: Mapping[str, str], cwd: Path) -> Native:
    """Return the default account's keys for `endpoint`; keys kept for another endpoint are not looked at."""
    warnings: list[str] = []
    values: dict[str, str] = {}
    sources: list[str] = []
    default_endpoint = _ENDPOINT_WITHOUT_A_WORD
    for file in _files(environ, cwd, warnings):
        parser = _parsed(file, warnings)
        default_endpoint = parser.get("default", "endpoint", fallback=default_endpoint)
        section = dict(parser.items(endpoint)) if parser.has_section(endpoint) else {}
        values |= {name: section[name] for name in _NAMES if section.get(name)}
        sources += [str(file)] if section else []
    own = {name: environ[f"OVH_{name.upper()}"] for name in _NAMES if environ.get(f"OVH_{name.upper()}")}
    meant = environ.get("OVH_ENDPOINT", default_endpoint)
    if own and meant == endpoint:
        values |= own
        sources.append("the OVH_* environment variables")
    elif own:
        warnings.append(f"the keys in OVH_* are left aside: they are for {meant}, not for {endpoint}")
    if not values:
        return Native(None, "", tuple(warnings))
    source = " and ".join(sources)
    values = {name: value.strip() for name, value in values.items()}
    try:
        credentials = credentials_from(values)
        if not all(looks_like_a_key(value) for value in values.values()):
            raise ValueError("a key holds characters that no key has")  # noqa: TRY301 - one way out for both
    except ValueError as error:
        return Native(None, "", (*warnings, f"the keys in {source} are left aside: {error}"))
    return Native(credentials, source, tuple(warnings))


def _files(environ: Mapping[str, str], cwd: Path, warnings: list[str]) -> list[Path]:
    """Return the configuration files to read, the weakest first."""
    files = [SYSTEM_FILE]
    if environ.get("HOME"):
        files.append(Path(environ["HOME"]) / ".ovh.conf")
    here = cwd / "ovh.conf"
    if here.is_file():
        doubt = _doubt_about(here, environ)
        if doubt:
            warnings.append(f"{here} is left aside: {doubt}")
        else:
            files.append(here)
    return [file for file in files if file.is_file()]


def _doubt_about(file: Path, environ: Mapping[str, str]) -> str | None:
    """Return why keys from `file` are not to be trusted: what git tracks may be a stranger's pull request."""
    tracked = "git tracks it, and whoever can propose a change could swap the keys; take it out of git"
    try:
        code = subprocess.run(  # noqa: S603 - a fixed command
            ["git", "-c", "core.fsmonitor=false", "ls-files", "--error-unmatch", "--", file.name],  # noqa: S607 - the user's git
            cwd=file.parent,
            env={name: value for name, value in environ.items() if not name.startswith("GIT_")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_GIT_SECONDS,
            check=False,
        ).returncode
    except (OSError, subprocess.TimeoutExpired):
        code = None
    if code == 0:
        return tracked
    inside = any((folder / ".git").exists() for folder in (file.parent, *file.resolve().parents))
    if code != 1 and inside:
        return "git could not say whether it tracks it"
    return None


def _parsed(file: Path, warnings: list[str]) -> RawConfigParser:
    parser = RawConfigParser()
    try:
        parser.read(file, encoding="utf-8")
    except (ParserError, UnicodeDecodeError, OSError):
        # the exception quotes the lines that it could not read, so it is not passed on
        warnings.append(f"{file} is left aside: it cannot be read as a configuration file")
        return RawConfigParser()
    return parser
