"""An edit needs the parser and nothing of the network."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_start_up import NEVER, imported
from tests.edit.files import desk_with

SERVICE = "domain/a.example"


@pytest.mark.parametrize("command", ["set", "replace", "fmt"])
def test_the_help_of_an_edit_imports_no_parser(command: str) -> None:
    assert not imported(command, "--help") & (NEVER | {"yaml", "pydantic"})


@pytest.mark.parametrize(
    "arguments",
    [
        ("set", SERVICE, "admin", "dave"),
        ("replace", "--from", "carol", "--to", "dave"),
        ("fmt",),
    ],
)
def test_an_edit_imports_no_network_no_database_and_no_web_server(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    desk = desk_with(tmp_path, f"services: {{{SERVICE}: {{admin: carol }}}}\n")

    assert not imported(*arguments, "-q", "-f", str(desk.file)) & (NEVER | {"pydantic", "ruamel"})
