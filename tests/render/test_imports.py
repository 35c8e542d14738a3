"""Rendering costs no import that the command at hand does not need."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("heavy", ["rich", "pydantic", "reconciler.ports"])
def test_plain_formats_import_nothing_heavy(heavy: str) -> None:
    code = f"import sys, reconciler.render; sys.exit({heavy!r} in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
