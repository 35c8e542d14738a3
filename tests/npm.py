"""Packages of npm that tests use, from a lock beside them, installed once into the checkout."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

from tests.forks import ROOT


def missing(reason: str) -> NoReturn:
    """Skip where somebody works without a tool; fail where the tests are meant to be complete."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def installed(locked: Path, name: str) -> Path:
    """Return the folder `node_modules` with what the lock in the folder `locked` holds.

    Args:
        locked: a folder with `package.json` and `package-lock.json`.
        name: of the folder below `.cache` that it is installed into.
    """
    if not (shutil.which("node") and shutil.which("npm")):
        missing("node and npm are not installed")
    cache = ROOT / ".cache" / name
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # several test processes start at once
        _install(locked, cache)
    return cache / "node_modules"


def _install(locked: Path, cache: Path) -> None:
    lock = (locked / "package-lock.json").read_text(encoding="utf-8")
    stamp = cache / "installed-lock.json"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == lock:
        return
    for file in ("package.json", "package-lock.json"):
        shutil.copy(locked / file, cache / file)
    command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=cache, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        missing(f"the packages of {locked} cannot be installed: {done.stderr[-500:]}")
    stamp.write_text(lock, encoding="utf-8")
