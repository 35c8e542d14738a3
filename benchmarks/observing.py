"""Reading an estate over HTTP from the sandbox, as a process of its own, against what the wire allows."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.estate import ACCOUNTS, services
from benchmarks.table import Row
from reconciler.model import AccountId, Region, ServiceId
from reconciler.observe import observe
from reconciler.providers.ovh.connections import connect
from reconciler.providers.ovh.keys import Keyring, Keys
from reconciler.sandbox import application_key, application_secret, consumer_key

SIZE = 1_000
LATENCY = 0.030
CONNECTIONS = 16
OVERHEAD_CALLS = 40


def rows(folder: Path) -> Iterator[Row]:
    """Yield what observing costs where the server neither pages nor batches, and where it does both."""
    plain = {"latency_ms": 30, "paging": False, "batch": False}
    seconds, calls = _observed(folder / "plain.yaml", plain)
    yield Row("observe over latency x calls / connections", seconds / (LATENCY * calls / CONNECTIONS), 1.15)
    yield Row("the same by bare sockets: the server's own share", _bare(folder / "bare.yaml"), None)
    yield Row("calls a service, neither pages nor batches", calls / SIZE, 1 + OVERHEAD_CALLS / SIZE)
    seconds, calls = _observed(folder / "paging.yaml", {"latency_ms": 30})
    yield Row("calls a service, pages and batches", calls / SIZE, 1)
    limit = {"requests": 200, "per_seconds": 1}
    seconds, calls = _observed(folder / "limited.yaml", {**plain, "latency_ms": 0, "rate_limit": limit})
    yield Row("observe at 200 calls a second over the ideal", seconds / (calls / 200), 1.15)
    yield Row("calls a service at the rate limit", calls / SIZE, 1.05)


def _observed(world: Path, settings: dict[str, Any]) -> tuple[float, int]:
    """Return how long one observation took, in seconds, and how many calls the server counted for it."""
    platform, finance = ACCOUNTS["platform"], ACCOUNTS["finance"]
    estate = [
        {"service": key, "admin": platform, "technical": platform, "billing": finance}
        for key, _, _ in services(SIZE)
    ]
    accounts = [{"id": account} for account in ACCOUNTS.values()]
    world.write_text(json.dumps({"accounts": accounts, "services": estate, "settings": settings}))
    with _served(world) as address:
        keys = Keys(application_key(platform), application_secret(platform), consumer_key(platform))
        keyring = Keyring({AccountId(platform): keys})
        with connect(address, keyring, connections=CONNECTIONS) as connections:
            declared = [ServiceId(row["service"]) for row in estate]
            before = _calls(address)
            start = time.perf_counter()
            seen = observe(connections.readers, {}, declared, region=Region.EU, workers=CONNECTIONS)
            seconds = time.perf_counter() - start
            assert len(seen.live) == SIZE, f"saw {len(seen.live)} of {SIZE}"
            return seconds, _calls(address) - before


def _bare(world: Path) -> float:
    """Return the same ratio where nobody signs, checks or keeps anything."""
    world.write_text(json.dumps({"accounts": [], "services": [], "settings": {"latency_ms": 30}}))
    rounds = SIZE // CONNECTIONS
    with _served(world) as address, ThreadPoolExecutor(CONNECTIONS) as pool:
        start = time.perf_counter()
        list(pool.map(lambda _: _ask_again_and_again(urlsplit(address).netloc, rounds), range(CONNECTIONS)))
        return (time.perf_counter() - start) / (LATENCY * rounds)


def _ask_again_and_again(host: str, times: int) -> None:
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port))) as wire:
        for _ in range(times):
            wire.sendall(f"GET /1.0/auth/time HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += wire.recv(65_536)


@contextmanager
def _served(world: Path) -> Iterator[str]:
    """Run the sandbox as a process and yield its address."""
    command = [sys.executable, "-m", "reconciler", "sandbox", "serve", "--world", str(world)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().split()[-1]
        finally:
            server.terminate()


def _calls(address: str) -> int:
    """Return how many calls the sandbox has counted so far."""
    with urllib.request.urlopen(f"{address.removesuffix('/1.0')}/_sandbox/requests") as answer:
        counts: dict[str, int] = json.load(answer)
    return sum(counts.values())
