"""The official Node package, which speaks https only and signs its address without the port."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.npm import installed
from tests.sandbox.foreground import self_signed, serving
from tests.sandbox.town import ADMIN, NEW, SHOP

HERE = Path(__file__).parent / "node"


@pytest.fixture
def package() -> Path:
    """Return the installed package."""
    return installed(HERE, "node") / "ovh"


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
