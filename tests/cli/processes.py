"""The program as a fresh process of its own, for what a forked one cannot show."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from tests.forks import ROOT
from tests.running import PATIENCE, Desk


def fresh(desk: Desk, *arguments: str, **how: Any) -> subprocess.CompletedProcess[str]:
    """Run `python -m reconciler` to its end; `how` is as for `subprocess.run`."""
    ours = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    env = {**desk.environ, "PYTHONPATH": str(ROOT), **how.pop("env", {})}
    return subprocess.run(
        [sys.executable, "-m", "reconciler", *arguments],
        cwd=desk.folder,
        env={name: value for name, value in env.items() if value is not None},
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
        **{**ours, **how},
    )
