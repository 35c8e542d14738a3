"""Starts the sandbox as a process of its own and reads its ready line."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

PROGRAM = """
import sys
from pathlib import Path
from reconciler.sandbox import load_world, serve
options = dict(pair.split("=", 1) for pair in sys.argv[2:])
for name in ("state", "tls_cert", "tls_key"):
    if name in options:
        options[name] = Path(options[name])
serve(load_world(Path(sys.argv[1])), **options)
"""
WORLD = """
accounts:
  - {id: ad11111-ovh, email: admin@example.com}
services:
  - {service: domain/shop.example, admin: ad11111-ovh, technical: te22222-ovh, billing: ne44444-ovh}
settings: {validity_seconds: 0, processing_seconds: 0, expiry_days: 7, latency_ms: 0}
"""


class Server(NamedTuple):
    """A running process and the address that it told."""

    process: subprocess.Popen[str]
    url: str

    @property
    def port(self) -> str:
        """Return the port of the address."""
        return self.url.removesuffix("/1.0").rsplit(":", 1)[1]


@contextlib.contextmanager
def serving(folder: Path, **options: Any) -> Iterator[Server]:
    """Run `serve` over the sample world until the context ends."""
    world = folder / "world.yaml"
    world.write_text(WORLD, encoding="utf-8")
    arguments = [f"{name}={value}" for name, value in options.items()]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(world), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stderr
    line = process.stdout.readline()
    try:
        assert line.startswith("sandbox ready: "), line + process.stderr.read()
        yield Server(process, line.removeprefix("sandbox ready: ").strip())
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for localhost and return it with its key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ),
            *("-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(cert)),
        ],
        check=True,
        capture_output=True,
    )
    return cert, key
