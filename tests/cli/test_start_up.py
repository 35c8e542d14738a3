"""Starting is quick: what a command does not need, it does not import."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.forks import ROOT

NEVER = {"ovh", "sqlalchemy", "alembic", "requests", "fastapi", "starlette", "uvicorn", "deepdiff", "rich"}
EXAMPLE = str(ROOT / "examples" / "contacts.yaml")
PROBE = """
import json, sys
from reconciler.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    print(json.dumps([end.code, sorted({name.partition(".")[0] for name in sys.modules})]), file=sys.stderr)
"""


def imported(*arguments: str) -> set[str]:
    """Return the top-level packages that a command imports."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    code, names = json.loads(done.stderr)
    assert code == 0
    return set(names)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]], ids=" ".join)
def test_help_imports_neither_yaml_nor_pydantic(arguments: list[str]) -> None:
    assert not imported(*arguments) & (NEVER | {"yaml", "pydantic", "logging", "reconciler.model"})


@pytest.mark.parametrize("command", ["plan", "apply", "status", "watch", "list", "accept", "sandbox", "demo"])
def test_the_help_of_a_command_imports_no_more_than_its_options_need(command: str) -> None:
    assert not imported(command, "--help") & (NEVER | {"yaml", "pydantic"})


def test_validate_imports_no_network_no_database_and_no_web_server() -> None:
    assert not imported("validate", "-f", EXAMPLE) & (NEVER | {"pydantic"})


def test_help_and_validate_keep_to_their_budget() -> None:
    """Starts are timed side by side and the best of each counts: a busy machine slows all of them."""
    program = str(Path(sys.executable).with_name("reconciler"))
    runs = {
        "click": [sys.executable, "-c", "import click"],
        "help": [program, "--help"],
        "validate": [program, "validate", "-f", EXAMPLE],
    }
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(7):
        for name, argv in runs.items():
            best[name] = min(best[name], _seconds(argv))
    assert best["help"] <= 1.3 * best["click"] * TOLERANCE, best
    assert best["validate"] <= 4 * best["click"] * TOLERANCE, best


TOLERANCE = 1.15
"""For the noise of a shared machine; `benchmarks/` measures the budget itself."""


def _seconds(argv: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
