"""Who runs this, from where, and at which commit: for the journal and for whoever meets the lock."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
from pathlib import Path


def user() -> str:
    """Return the user's name, or the number where the system knows no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # the last where a system knows no users by number
        return str(os.getuid()) if hasattr(os, "getuid") else "somebody"


def owner() -> str:
    """Return who holds a lock that this process takes."""
    return f"{user()}@{socket.gethostname()}, process {os.getpid()}"


def commit_of(file: Path) -> str | None:
    """Return the commit that the folder of `file` is at, None outside of git."""
    try:
        done = subprocess.run(  # noqa: S603  # a fixed command, no shell
            ["git", "-C", str(file.resolve().parent), "rev-parse", "HEAD"],  # noqa: S607
            capture_output=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
