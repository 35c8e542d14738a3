"""README says what is: its file, its commands, its exit codes, its schemas, its demo."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import yaml

from reconciler.cli.app import COMMANDS
from reconciler.cli.exit_codes import ExitCode
from reconciler.config import load
from tests.cli.processes import fresh
from tests.forks import ROOT
from tests.running import Desk

README = (ROOT / "README.md").read_text()
EXAMPLE = ROOT / "examples" / "contacts.yaml"


def blocks(language: str) -> list[str]:
    """Return the code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def test_the_file_of_the_readme_loads_and_says_what_the_example_says(tmp_path: Path) -> None:
    (block,) = blocks("yaml")
    file = tmp_path / "contacts.yaml"
    file.write_text(block)
    shown, example = load(file), load(EXAMPLE)
    assert shown.endpoint == example.endpoint
    assert shown.accounts == example.accounts
    assert shown.rows.items() <= example.rows.items()
    assert shown.time_boxes == example.time_boxes
    head, *_ = block.splitlines()
    assert (
        head
        == EXAMPLE.read_text().splitlines()[0]
        == "# yaml-language-server: $schema=../schemas/contacts.schema.json"
    )


@pytest.mark.parametrize("name", ["contacts.yaml", "webmaster.yaml"])
def test_every_example_is_valid(name: str, tmp_path: Path) -> None:
    done = fresh(Desk(tmp_path, "", {}), "validate", "--file", str(ROOT / "examples" / name))
    assert (done.returncode, done.stderr) == (0, "")


def test_every_command_of_the_table_exists_and_every_command_is_in_it() -> None:
    (table,) = re.findall(r"^\| command \|.*?(?=\n\n)", README, re.DOTALL | re.MULTILINE)
    rows = [row.split("|")[1] for row in table.splitlines()[2:]]
    named = {word.split()[0] for row in rows for word in re.findall(r"`([^`]+)`", row)}
    assert named == set(COMMANDS)


def test_every_command_line_in_the_text_is_one_that_exists() -> None:
    lines = re.findall(r"`?reconciler ([a-z]+)", README)
    assert lines
    assert set(lines) <= set(COMMANDS)


def test_every_script_that_is_named_is_there() -> None:
    named = set(re.findall(r"script/([a-z]+)", README))
    assert named
    for name in named:
        assert os.access(ROOT / "script" / name, os.X_OK), name


def test_the_table_of_exit_codes_is_the_programs() -> None:
    codes = [int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)]
    assert codes == sorted(code.value for code in ExitCode)


@pytest.mark.parametrize("document", ["contacts", "plan"])
def test_the_schemas_are_current(document: str, tmp_path: Path) -> None:
    done = fresh(Desk(tmp_path, "", {}), "schema", document)
    assert done.returncode == 0
    assert done.stdout == (ROOT / "schemas" / f"{document}.schema.json").read_text()


def test_the_credentials_of_the_readme_are_what_the_program_reads(tmp_path: Path) -> None:
    from reconciler.providers.ovh.credentials import load_credentials  # noqa: PLC0415 - the ovh package

    (block,) = blocks("toml")
    (tmp_path / "secret").write_text("as1\n")
    file = tmp_path / "credentials.toml"
    file.touch(mode=0o600)
    text = block.replace("/run/secrets/ovh-platform-as", "secret").replace('"pass", "show", ', '"echo", ')
    file.write_text(text)
    keyring = load_credentials(
        "ovh-eu", path=file, environ={**os.environ, "OVH_PLATFORM_AK": "ak1"}, cwd=tmp_path
    )
    (account,) = yaml.safe_load(blocks("yaml")[0])["accounts"]["platform"].splitlines()
    assert keyring.accounts[account].hidden == ("as1", "ovh/platform", "ak1")


def test_the_demo_runs_to_its_end_on_its_own_file_and_every_step_can_be_repeated(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "desk", "", {})
    mine = {"RECONCILER_FILE": str(tmp_path / "real.yaml"), "RECONCILER_FORMAT": "json"}
    desk.environ |= mine
    folder = tmp_path / "tour"
    done = desk.run("demo", "--folder", str(folder), before=("tests.cli.touring", "by_forks"))
    assert done.code == 0, done.out
    told = [
        "$ cat contacts.yaml",
        "$ reconciler plan",
        "1 to request",
        "$ reconciler apply --yes",
        "requested, task",
        "$ reconciler sandbox mails",
        "Contact change request no.",
        "accepted for agency; it waits for platform",
        "$ reconciler status",
        "waiting for platform",
        "accepted for platform",
        "$ reconciler watch",
        "all done: every managed contact is as the file wants it",
        "Everything is in sync",
        "has no valid payment method",
    ]
    place = 0
    for words in told:
        assert words in done.out[place:], words
        place = done.out.index(words, place)
    desk.folder = folder
    for name in mine:
        del desk.environ[name]
    again = desk.run("plan", "--detailed-exitcode")
    assert again.code == 4
    assert "no valid payment method" in again.out
