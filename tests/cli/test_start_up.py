"""Starting is quick: what a command does not need, it does not import."""

from __future__ import annotations

import json
import subprocess
import sys

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


@pytest.mark.parametrize(
    "command",
    [
        "plan",
        "apply",
        "status",
        "watch",
        "list",
        "accept",
        "serve",
        "import",
        "risks",
        "doctor",
        "login",
        "sandbox",
        "demo",
    ],
)
def test_the_help_of_a_command_imports_no_more_than_its_options_need(command: str) -> None:
    assert not imported(command, "--help") & (NEVER | {"yaml", "pydantic"})


def test_validate_imports_no_network_no_database_and_no_web_server() -> None:
    assert not imported("validate", "-f", EXAMPLE) & (NEVER | {"pydantic"})
