"""`plan --output`: several formats in one run of the real command, each where it belongs."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.conftest import AGENCY, FINANCE, IN_SYNC, PLATFORM, SHOP, SHORT, Open, Place
from tests.running import Desk
from tests.sandbox.town import service

BODY = f"""\
defaults: {{admin: platform, billing: finance}}
services:
  domain/stuck.example: {{technical: agency}}
  {SHOP}:
    # the agency looks after it
    technical: agency
"""
FILES = {
    "text": "plan.txt",
    "json": "plan.json",
    "markdown": "plan.md",
    "html": "plan.html",
    "sarif": "x.sarif",
    "gitlab": "codequality.json",
    "junit": "plan.xml",
}
EVERYTHING = [word for style, file in FILES.items() for word in ("-o", f"{style}={file}")]


def opened(place: Open, body: str = BODY) -> Place:
    """A shop that moves and a domain that nobody held may ask for."""
    return place(body, service("domain/stuck.example", "zz99999-ovh", "zz99999-ovh", FINANCE))


def step(here: Place) -> dict[str, Path]:
    """Let commands run in a step of GitHub Actions, and return its files."""
    files = {name: here.desk.folder / name for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    for name, path in files.items():
        path.touch()
        here.desk.environ[name] = str(path)
    return files


def test_one_run_writes_every_format_and_each_says_the_same(place: Open) -> None:
    here = opened(place)
    step(here)
    done = here.run("plan", "--detailed-exitcode", "-o", "text", "-o", "github", *EVERYTHING)
    assert done.code == 4, done.err
    read = {style: (here.desk.folder / file).read_text() for style, file in FILES.items()}
    plan = json.loads(read["json"])
    assert plan == here.run("plan", "--format", "json").json
    assert plan["summary"]["requests"] == 1
    assert plan["summary"]["blocked"] == 2
    assert done.out.startswith(read["text"])
    assert read["markdown"].startswith("<!-- reconciler:plan -->\n")
    assert plan["fingerprint"] in read["markdown"]
    assert plan["fingerprint"] in read["html"]
    assert json.loads(read["sarif"])["runs"][0]["properties"]["fingerprint"] == plan["fingerprint"]
    assert len(json.loads(read["gitlab"])) == 3
    assert ET.fromstring(read["junit"]).attrib | {"name": ""} == {
        "name": "", "tests": "3", "failures": "2", "errors": "0",
    }  # fmt: skip


def test_annotations_stand_on_the_lines_that_cause_change_and_block(place: Open) -> None:
    here = opened(place)
    files = step(here)
    done = here.run("plan", "-o", "github")
    lines = here.desk.file.read_text().split("\n")
    commands = done.out.splitlines()
    assert [line.partition(" ")[0] for line in commands] == ["::warning", "::warning", "::notice"]
    for command, words in zip(
        commands, ["defaults: {admin: platform", "domain/stuck.example", "    technical: agency"], strict=True
    ):
        fields = dict(pair.split("=") for pair in command.split("::")[1].partition(" ")[2].split(","))
        assert fields["file"] == "contacts.yaml"
        assert words in lines[int(fields["line"]) - 1]
    assert files["GITHUB_STEP_SUMMARY"].read_text().startswith("<!-- reconciler:plan -->")
    outputs = dict(line.split("=") for line in files["GITHUB_OUTPUT"].read_text().splitlines())
    assert outputs["fingerprint"] == here.run("plan", "--format", "json").json["fingerprint"]
    assert (outputs["exit_code"], outputs["requests"], outputs["blocked"]) == ("4", "1", "2")
    assert done.code == 0


def test_what_a_step_wrote_before_stays(place: Open) -> None:
    here = opened(place, IN_SYNC)
    files = step(here)
    files["GITHUB_STEP_SUMMARY"].write_text("earlier words")
    files["GITHUB_OUTPUT"].write_text("mine=1\n")
    assert here.run("plan", "-o", "github").code == 0
    assert files["GITHUB_STEP_SUMMARY"].read_text().startswith("earlier words\n<!-- reconciler")
    assert files["GITHUB_OUTPUT"].read_text().startswith("mine=1\nfingerprint=")
    full = "x" * 1024 * 1024
    files["GITHUB_STEP_SUMMARY"].write_text(full)
    done = here.run("plan", "-o", "github")
    assert (done.code, files["GITHUB_STEP_SUMMARY"].read_text() == full) == (0, True)
    assert "the summary of this step is full already" in done.err


def test_json_on_stdout_stays_json_beside_annotations(place: Open) -> None:
    here = opened(place)
    step(here)
    here.desk.environ["GITHUB_ACTIONS"] = "true"
    done = here.run("plan", "-o", "json", "-o", "github")
    assert done.json["summary"]["requests"] == 1
    assert "\n::notice file=contacts.yaml" in done.err


def test_an_old_format_option_still_says_what_stdout_gets(place: Open) -> None:
    here = opened(place)
    assert here.run("plan", "--format", "json", "-o", "markdown=plan.md").json["version"] == 1
    assert (here.desk.folder / "plan.md").read_text() == here.run("plan", "--format", "markdown").out
    assert here.run("plan", "-o", "json=quiet.json").out == ""
    assert here.run("plan", "-o", "json=-").json["version"] == 1


def test_a_cut_comment_names_the_other_files_of_the_run(place: Open) -> None:
    many = "".join(
        f"  domain/{'s' * 80}{number:04}.example: {{technical: agency}}\n" for number in range(700)
    )
    here = place(f"services:\n{many}")
    (here.desk.folder / "all").mkdir()
    cut_too = ("-o", "sarif=x.sarif", "-o", "junit=x.xml")
    assert here.run("plan", *cut_too, "-o", "markdown=plan.md", "-o", "json=all/plan.json").code == 0
    markdown = (here.desk.folder / "plan.md").read_text()
    assert len(markdown) <= 65_536
    assert "left out; all of it: `all/plan.json`.**" in markdown


def test_a_key_tells_the_comments_of_several_files_apart(place: Open) -> None:
    here = opened(place)
    shown = here.run("plan", "-o", "markdown", "--comment-key", "team/a").out
    assert shown.startswith("<!-- reconciler:plan team/a -->\n")


def test_a_file_in_a_repository_is_named_as_a_review_names_it(place: Open) -> None:
    here = opened(place)
    root = here.desk.folder.parent
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "desk/contacts.yaml"], ["commit", "-qm", "contacts"]):
        subprocess.run([*git, *words], cwd=root, check=True, env={**here.desk.environ}, capture_output=True)
    assert here.run("plan", "-o", "gitlab=q.json", "-o", "markdown=plan.md").code == 0
    rows = json.loads((here.desk.folder / "q.json").read_text())
    assert {row["location"]["path"] for row in rows} == {"desk/contacts.yaml"}
    assert "Planned from `desk/contacts.yaml` at commit `" in (here.desk.folder / "plan.md").read_text()


@pytest.mark.parametrize(
    ("outputs", "code", "words"),
    [
        (["json=nowhere/plan.json"], 1, "nowhere/plan.json cannot be written: No such file or directory"),
        (["json=home"], 1, "home cannot be written: it is a folder"),
        (["json=contacts.yaml/x"], 1, "contacts.yaml/x cannot be written: Not a directory"),
        (["github"], 1, "is for a step of GitHub Actions: GITHUB_STEP_SUMMARY is not set"),
        (["jsonn=x"], 64, "no format 'jsonn'; did you mean json?"),
        (["json="], 64, "json= names no file"),
        (["github=x"], 64, "github takes no file"),
        (["json", "text"], 64, "standard output takes one format, not json and text"),
        (["json=a", "text=./a"], 64, "--output text=a would overwrite --output json"),
        (["json=contacts.yaml"], 64, "would overwrite the contacts file"),
    ],
)
def test_an_output_that_cannot_be_written_is_told_before_anything_is_looked_at(
    tmp_path: Path, outputs: list[str], code: int, words: str
) -> None:
    desk = Desk(tmp_path / "desk", "http://127.0.0.1:9/1.0", SHORT)  # nobody listens there
    desk.write(IN_SYNC)
    before = sorted(path.name for path in desk.folder.iterdir() if not path.name.startswith("run-"))
    done = desk.run("plan", *(word for output in outputs for word in ("-o", output)))
    assert done.code == code, done.err
    assert words in done.err
    assert "127.0.0.1" not in done.err
    assert "Traceback" not in done.err
    assert done.out == ""
    assert sorted(p.name for p in desk.folder.iterdir() if not p.name.startswith("run-")) == before


@pytest.mark.parametrize("option", ["--output=json=teams/shop.yaml", "--out=teams/shop.yaml"])
def test_a_file_that_the_contacts_file_includes_is_never_written(place: Open, option: str) -> None:
    desk = place(f"include: [teams/*.yaml]\n{IN_SYNC}").desk
    included = desk.folder / "teams" / "shop.yaml"
    included.parent.mkdir()
    included.write_text("version: 1\nservices:\n  domain/team.example: {admin: platform}\n")
    before = included.read_text()
    done = desk.run("plan", option)
    assert done.code == 64, done.err
    assert "teams/shop.yaml would overwrite" in done.err
    assert included.read_text() == before
    assert not [*included.parent.glob(".reconciler-*")]


def test_a_comment_key_that_could_end_the_marker_is_refused(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "desk", "http://127.0.0.1:9/1.0", SHORT)
    desk.write(IN_SYNC)
    assert desk.run("plan", "--comment-key", "a --> b").code == 64


def test_a_run_that_fails_leaves_what_was_there_and_nothing_beside_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "desk", "http://127.0.0.1:9/1.0", SHORT)
    desk.write(IN_SYNC)
    kept = desk.folder / "plan.json"
    kept.write_text("earlier")
    assert desk.run("plan", "-o", "json=plan.json").code == 1
    assert kept.read_text() == "earlier"
    assert not [*desk.folder.glob(".reconciler-*")]


def test_a_file_is_replaced_whole_through_its_link_and_keeps_its_mode(place: Open) -> None:
    here = opened(place)
    real, link = here.desk.folder / "real.json", here.desk.folder / "plan.json"
    real.write_text("x" * 100_000)
    real.chmod(0o640)
    link.symlink_to("real.json")
    node = real.stat().st_ino
    assert here.run("plan", "-o", "json=plan.json", "-o", "text=new.txt").code == 0
    assert link.is_symlink()
    assert json.loads(real.read_text())["version"] == 1
    assert (stat.S_IMODE(real.stat().st_mode), real.stat().st_ino != node) == (0o640, True)
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((here.desk.folder / "new.txt").stat().st_mode) == 0o666 & ~mask


def test_a_pipe_is_written_directly(place: Open) -> None:
    here = opened(place)
    assert here.run("plan", "-o", "json=/dev/stdout").json["version"] == 1
    assert here.run("plan", "-o", "json=/dev/null").code == 0
    assert Path("/dev/null").is_char_device()
    full = here.run("plan", "-o", "json=/dev/full")
    assert (full.code, full.err) == (1, "error: /dev/full cannot be written: No space left on device\n")


def test_hostile_words_of_the_file_start_no_workflow_command_in_the_log(place: Open) -> None:
    box = 'technical: {account: agency, until: 2099-01-31, then: platform, reason: "##[error]x\\n::error::y"}'
    body = BODY.replace("technical: agency\n", f"{box}\n")
    here = opened(place, body)
    step(here)
    done = here.run("plan", "-o", "text", "-o", "github")
    assert done.code == 0, done.err
    ours = [line for line in done.out.splitlines() if line.lstrip().startswith("::")]
    assert len(ours) == 3
    assert "##[" not in done.out
    assert not [line for line in ours if "::error" in line[:8]]
    here.desk.environ["GITHUB_ACTIONS"] = "true"
    assert "##[" not in here.run("plan").out


def test_a_line_that_an_error_shows_is_no_workflow_command(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "desk", "http://127.0.0.1:9/1.0", SHORT)
    desk.write(f'{IN_SYNC}\n::error title=x::y: 1\n"##[add-mask]1": {{}}\n')
    shown = desk.run("validate").err
    assert "\n    ::error title=x::y: 1\n" in shown
    desk.environ["GITHUB_ACTIONS"] = "true"
    harmless = desk.run("validate")
    assert harmless.code == 1
    assert [
        line for line in harmless.err.splitlines() if line.lstrip().startswith("::") or "##[" in line
    ] == []
    assert harmless.err == shown.replace("    ::", r"    \x3a:").replace("##[", r"#\x23[")


def test_a_file_outside_of_any_repository_is_named_as_seen_from_its_folder(place: Open) -> None:
    here = opened(place)
    away = here.desk.folder.parent / "away"
    away.mkdir()
    here.desk.file.rename(away / "contacts.yaml")
    assert here.run("plan", "--file", "../away/contacts.yaml", "-o", "gitlab=q.json").code == 0
    rows = json.loads((here.desk.folder / "q.json").read_text())
    assert {row["location"]["path"] for row in rows} == {"contacts.yaml"}


def test_outputs_can_be_given_by_a_variable(place: Open) -> None:
    here = opened(place)
    here.desk.environ["RECONCILER_PLAN_OUTPUT"] = "json=a.json markdown=b.md"
    assert here.run("plan").out == ""
    assert json.loads((here.desk.folder / "a.json").read_text())["version"] == 1
    assert (here.desk.folder / "b.md").read_text().startswith("<!-- reconciler:plan -->")


@pytest.mark.parametrize("style", ["markdown", "sarif"])
def test_every_account_of_the_plan_is_there(place: Open, style: str) -> None:
    here = opened(place)
    assert here.run("plan", "-o", f"{style}=x").code == 0
    text = (here.desk.folder / "x").read_text()
    assert PLATFORM in text
    assert AGENCY in text
