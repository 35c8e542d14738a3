"""Results on stdout, everything else on stderr; streams that are closed, full, or read by nobody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # its stubs are a package of their own
import pytest

from tests.cli.conftest import AGENCY, PLATFORM, SHOP_MOVES, SHORT, Open
from tests.cli.processes import fresh
from tests.forks import ROOT
from tests.running import Desk

ESCAPE = "\x1b"
SCHEMA = json.loads((ROOT / "schemas" / "plan.schema.json").read_text())


@pytest.fixture
def alone(tmp_path: Path) -> Desk:
    """Return a desk without a town, for commands that need none."""
    desk = Desk(tmp_path / "alone", "http://127.0.0.1:9/1.0", SHORT)
    desk.write(SHOP_MOVES)
    return desk


def test_the_plan_as_json_is_nothing_but_json_that_keeps_to_the_schema(place: Open) -> None:
    here = place(held=[PLATFORM, AGENCY])
    for step in ("to request", "pending", "turned down"):
        done = here.run("plan", "--format", "json")
        jsonschema.validate(done.json, SCHEMA)
        assert done.err == "", step
        if step == "to request":
            task = here.asked()
        if step == "pending":
            here.town.refuse(PLATFORM, task)


def test_apply_as_json_holds_the_plan_and_what_became_of_each_request(place: Open) -> None:
    done = place().run("apply", "--yes", "--format", "json")
    document = done.json
    jsonschema.validate(document["plan"], SCHEMA)
    (receipt,) = document["receipts"]
    assert receipt["outcome"] == "accepted"
    assert len(receipt["tasks"]) == 1
    assert document["left"] == []
    assert "1 requested" in done.err


def test_what_happens_on_the_way_is_not_in_the_result(place: Open) -> None:
    done = place().run("apply", "--yes")
    assert "1 to request" in done.out
    assert "requested, task" in done.err
    assert "requested, task" not in done.out


@pytest.mark.parametrize("command", [["plan"], ["apply", "--yes"], ["status"], ["list"], ["watch"]])
def test_without_a_terminal_there_is_no_escape_even_if_colour_is_wished_for(
    place: Open, command: list[str]
) -> None:
    here = place()
    here.desk.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    done = here.run(*command)
    assert ESCAPE not in done.out + done.err


@pytest.mark.parametrize("command", [["--help"], ["validate"], ["schema", "plan"], ["--version"]])
def test_a_full_disk_is_an_error_in_words(alone: Desk, command: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = fresh(alone, *command, stdout=full)
    assert (done.returncode, done.stderr) == (
        1,
        "error: the output cannot be written: No space left on device\n",
    )


def test_a_full_disk_stops_apply_before_anything_is_asked(place: Open) -> None:
    here = place()
    with Path("/dev/full").open("w") as full:
        done = fresh(here.desk, "apply", "--yes", stdout=full)
    assert done.returncode == 1
    assert here.town.edit("GET", "tasks") == []


@pytest.mark.parametrize("command", [["--help"], ["schema", "contacts"], ["validate"]])
def test_a_reader_that_has_gone_away_is_met_with_silence(alone: Desk, command: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = fresh(alone, *command, stdout=write)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_failure_that_nobody_can_read_is_still_an_exit_code(alone: Desk) -> None:
    read, write = os.pipe()
    os.close(read)
    assert fresh(alone, "plann", stderr=write).returncode == 64
    assert fresh(alone, "validate", "-f", "nowhere.yaml", stderr=write).returncode == 1
    os.close(write)


def closed(desk: Desk, redirection: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command with a stream closed before it starts."""
    words = " ".join(arguments)
    line = f'exec "$PYTHON" -m reconciler {words} {redirection}'
    return subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=desk.folder,
        env=desk.environ | {"PYTHONPATH": str(ROOT), "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_closed_stdout_is_an_error_and_nothing_is_asked(place: Open) -> None:
    here = place()
    done = closed(here.desk, ">&-", "apply", "--yes")
    assert done.returncode == 1
    assert done.stderr == "error: standard output is closed: there is nowhere to write the result\n"
    assert here.town.edit("GET", "tasks") == []


def test_closed_stdin_and_stderr_do_no_harm(place: Open) -> None:
    here = place()
    done = closed(here.desk, "<&- 2>&-", "apply", "--yes")
    assert done.returncode == 0
    assert len(here.town.edit("GET", "tasks")) == 1
    assert here.run("plan", "--detailed-exitcode").code == 3, "the journal is whole"


def test_with_a_closed_stdin_there_is_nobody_to_ask_and_no_token(place: Open) -> None:
    here = place()
    done = closed(here.desk, "<&-", "apply")
    assert done.returncode == 64
    assert "apply needs --yes, a saved plan or --expect FINGERPRINT" in done.stderr
    task = here.asked()
    done = closed(here.desk, "<&-", "accept", str(task), "--as", "agency")
    assert done.returncode == 64
    assert "no token" in done.stderr


def test_without_a_home_the_system_knows_one(place: Open) -> None:
    here = place()
    done = fresh(here.desk, "plan", "--detailed-exitcode", env={"HOME": None})
    assert (done.returncode, done.stderr) == (2, "")


def test_a_state_folder_that_is_a_file_is_told_with_its_path(place: Open) -> None:
    here = place()
    state = here.desk.folder / "state"
    state.touch()
    here.desk.environ["XDG_STATE_HOME"] = str(state)
    assert here.run("plan").code == 0, "reading the endpoint needs no state"
    for command in (["apply", "--yes"], ["status"]):
        done = here.run(*command)
        assert done.code == 1
        assert f"{state}/reconciler/journal.sqlite3 cannot be used: Not a directory" in done.err
    assert here.town.edit("GET", "tasks") == []
    here.desk.file.write_text(here.desk.file.read_text().replace(here.town.url, "sandbox"))
    done = here.run("plan")
    assert done.code == 1
    assert f"error: {state}/reconciler/sandbox" in done.err
    assert done.err.endswith(": Not a directory\n")


def test_names_that_the_terminal_cannot_say_are_escaped_and_json_stays_json(place: Open) -> None:
    here = place("services: {domain/žluť.example: {technical: agency}}\n")
    western = {"PYTHONIOENCODING": "iso-8859-1"}
    done = fresh(here.desk, "plan", env=western)
    assert done.returncode == 0
    assert "domain/\\u017elu\\u0165.example" in done.stdout
    done = fresh(here.desk, "plan", "--format", "json", env=western)
    assert json.loads(done.stdout)["absent"] == ["domain/žluť.example"]


def test_in_the_plain_c_locale_names_are_written_as_they_are(place: Open) -> None:
    here = place("services: {domain/žluť.example: {technical: agency}}\n")
    bare = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = fresh(here.desk, "plan", env=bare)
    assert done.returncode == 0
    assert "domain/žluť.example" in done.stdout


def test_apply_asks_no_question_about_a_plan_that_json_would_not_show(place: Open) -> None:
    done = place().run("apply", "--format", "json")
    assert done.code == 64
    assert "--format json shows no plan to agree to" in done.err
