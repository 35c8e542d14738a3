"""Small files for the tests of this room."""

from __future__ import annotations

from pathlib import Path

from reconciler.config import Config, load
from reconciler.errors import ConfigError, Problem

HEAD = """\
version: 1
endpoint: sandbox
accounts: {platform: pl11111-ovh, finance: fi22222-ovh, agency: ag33333-ovh}
"""

PLATFORM, FINANCE, AGENCY = "pl11111-ovh", "fi22222-ovh", "ag33333-ovh"


def write(folder: Path, text: str, name: str = "contacts.yaml") -> Path:
    """Write a file as it is, line ends included, and return its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def loaded(folder: Path, body: str, head: str = HEAD) -> Config:
    """Return what a file with the usual accounts declares."""
    return load(write(folder, head + body))


def problems(path: Path) -> tuple[Problem, ...]:
    """Return what is wrong with a file; nothing for a good one."""
    try:
        load(path)
    except ConfigError as error:
        return error.problems
    return ()


def faults(folder: Path, body: str, head: str = HEAD) -> list[str]:
    """Return `line:column: message` of every problem of a file with the usual accounts."""
    return [f"{p.line}:{p.column}: {p.message}" for p in problems(write(folder, head + body))]
