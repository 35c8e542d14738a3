"""The official Node package, which speaks https only and signs its address without the port."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.sandbox.foreground import self_signed, serving
from tests.sandbox.town import ADMIN, NEW, SHOP

HERE = Path(__file__).parent / "node"
CACHE = Path(__file__).parents[2] / ".cache" / "node"


def missing(reason: str) -> None:
    """Skip where somebody works without Node; fail where the tests are meant to be complete."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def package() -> Path:
    """Return the installed package, from the lock; it is installed once into the checkout."""
    if not (shutil.which("node") and shutil.which("npm")):
        missing("node and npm are not installed")
    lock = (HERE / "package-lock.json").read_text(encoding="utf-8")
    installed = CACHE / "installed-lock.json"
    if not installed.exists() or installed.read_text(encoding="utf-8") != lock:
        CACHE.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, CACHE / name)
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(command, cwd=CACHE, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            missing(f"the package cannot be installed: {done.stderr[-500:]}")
        installed.write_text(lock, encoding="utf-8")
    return CACHE / "node_modules" / "ovh"


def test_the_node_package_asks_accepts_as_both_and_sees_the_new_contact(
    package: Path, tmp_path: Path
) -> None:
    cert, key = self_signed(tmp_path)
    with serving(tmp_path, tls_cert=cert, tls_key=key, public_url="https://localhost") as server:
        done = subprocess.run(
            ["node", str(HERE / "consent.js"), "localhost", server.port, ADMIN, NEW, SHOP],
            env=os.environ | {"NODE_EXTRA_CA_CERTS": str(cert), "OVH_PACKAGE": str(package)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert len(seen.pop("tasks")) == 1
    assert seen == {"url": f"/{SHOP}", "state": "done", "contactTech": NEW}
