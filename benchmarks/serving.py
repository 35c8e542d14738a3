"""The page over a large estate with many open requests: how long a browser waits, and for how much."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.estate import ACCOUNTS, HEAD, services
from benchmarks.table import Row

SIZE = 10_000
OPEN = 2_000
_GUARDS = "guards: {max_changes_percent: 100}\n"
_PAGES = {
    "services": "/",
    "services, last page": "/?page=1000",
    "services of one tray": "/?tray=pending",
    "requests": "/requests",
    "history of a service": "/history?service=domain/name0000000.example",
    "file": "/files/contacts.yaml",
}
_SEARCHES = ("name0000123", "name000", "agency", "no such name at all")


def rows(folder: Path) -> Iterator[Row]:
    """Yield what a browser waits for, in milliseconds, and what it is sent, in kilobytes."""
    home = _asked(folder)
    with _served(folder, home) as (address, seconds):
        yield Row("page: start with 10,000 services and 2,000 requests, s", seconds)
        took, size = _got(address, "/")
        yield Row("page: the first page after the start, ms", took, 300)
        worst = max(_median(address, f"/?q={word.replace(' ', '+')}") for word in _SEARCHES)
        yield Row("page: the slowest search, ms", worst, 100)
        largest = size
        for title, path in _PAGES.items():
            yield Row(f"page: {title}, ms", _median(address, path))
            largest = max(largest, _got(address, path)[1])
        yield Row("page: the largest page, kB", largest / 1000, 300)


def _asked(folder: Path) -> dict[str, str]:
    """Write an estate of which the last fifth is to change, ask for that, and return the environment."""
    folder.mkdir(parents=True, exist_ok=True)
    platform, finance = ACCOUNTS["platform"], ACCOUNTS["finance"]
    keys = [key for key, _, _ in services(SIZE)]
    world = {
        "accounts": [{"id": account} for account in ACCOUNTS.values()],
        "services": [
            {"service": key, "admin": platform, "technical": platform, "billing": finance} for key in keys
        ],
    }
    (folder / "sandbox.yaml").write_text(json.dumps(world))
    changing = set(keys[-OPEN:])
    lines = (f"  {key}: {'{technical: agency}' if key in changing else '{}'}\n" for key in keys)
    head = HEAD.replace("ovh-eu", "sandbox") + _GUARDS
    defaults = "defaults: {admin: platform, technical: platform, billing: finance}\n"
    (folder / "contacts.yaml").write_text(head + defaults + "services:\n" + "".join(lines))
    home = {**os.environ, "HOME": str(folder / "home"), "XDG_STATE_HOME": str(folder / "home")}
    apply = [sys.executable, "-m", "reconciler", "apply", "--yes", "--quiet"]
    quiet = subprocess.DEVNULL
    subprocess.run(apply, cwd=folder, env=home, check=True, stdout=quiet, stderr=quiet)
    return home


@contextmanager
def _served(folder: Path, home: dict[str, str]) -> Iterator[tuple[str, float]]:
    """Run the page as a process; yield its address and how many seconds it took to start."""
    command = [sys.executable, "-m", "reconciler", "serve", "--port", "0"]
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, env=home, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            address = server.stdout.readline().strip().removesuffix("/")
            yield address, time.perf_counter() - start
        finally:
            server.terminate()


def _got(address: str, path: str) -> tuple[float, int]:
    """Return milliseconds and bytes of one call."""
    start = time.perf_counter()
    with urllib.request.urlopen(address + path) as answer:
        size = len(answer.read())
    return (time.perf_counter() - start) * 1000, size


def _median(address: str, path: str) -> float:
    return sorted(_got(address, path)[0] for _ in range(9))[4]
