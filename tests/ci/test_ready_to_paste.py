"""What is pasted is judged by the linters of its kind: schemas, shell, workflows, images."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from tests.ci.runner import ACTION, STEPS, commands
from tests.forks import ROOT

WORKFLOWS = sorted((ROOT / "examples/github").glob("*.yml"))
SCRIPTS = sorted((ROOT / "ci/action").glob("*.sh"))
BIN = Path(sys.executable).parent


def judge(tool: str, *arguments: str | Path) -> str:
    """Run a linter, which has to find nothing, and return what it says."""
    done = subprocess.run(
        [str(BIN / tool), *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("github-actions", [ROOT / "action.yml"]),
        ("github-workflows", WORKFLOWS),
        ("gitlab-ci", [ROOT / "ci/gitlab.yml"]),
    ],
    ids=["action", "workflows", "gitlab"],
)
def test_it_has_the_form_that_its_reader_documents(schema: str, files: list[Path]) -> None:
    (tool,) = entry_points(group="console_scripts", name="check-jsonschema")
    done = CliRunner().invoke(tool.load(), ["--builtin-schema", f"vendor.{schema}", *map(str, files)])
    assert done.exit_code == 0, done.output


def test_the_scripts_are_sound_shell() -> None:
    judge("shellcheck", "-x", "-P", ROOT / "ci/action", *SCRIPTS)


def test_the_workflows_have_no_known_hole(tmp_path: Path) -> None:
    settings = tmp_path / "zizmor.yml"
    settings.write_text(
        "rules:\n"
        "  unpinned-uses: {config: {policies: {'*': ref-pin}}}\n"  # tags can be read; it is said
        "  anonymous-definition: {disable: true}\n"
        "  concurrency-limits: {disable: true}\n"  # the job that asks has one
    )
    said = judge(
        "zizmor",
        "--offline",
        "--persona=pedantic",
        "--format=json",
        "--config",
        settings,
        ROOT / "action.yml",
        *WORKFLOWS,
    )
    assert json.loads(said) == []


def test_the_image_is_built_as_the_linter_wants() -> None:
    judge("hadolint", "--failure-threshold", "style", ROOT / "Dockerfile")


def test_the_image_holds_no_secret_runs_as_nobody_special_and_installs_what_is_pinned() -> None:
    words = instructions((ROOT / "Dockerfile").read_text())
    assert [rest for word, rest in words if word == "USER"] == ["10001:10001"]
    assert not [word for word, _ in words if word in {"ADD", "ARG"}]
    for base in (rest for word, rest in words if word == "FROM"):
        assert re.fullmatch(r"python:3\.\d+-slim( AS build)?", base), base
    for installs in (rest for word, rest in words if word == "RUN" and "pip install" in rest):
        assert "--require-hashes" in installs or "--no-index --no-deps" in installs
    assert not re.search(
        "(?i)secret|token|password|_key", " ".join(rest for word, rest in words if word == "ENV")
    )
    assert words[-2:] == [("ENTRYPOINT", '["reconciler"]'), ("CMD", '["--help"]')]
    for source in (rest.split()[:-1] for word, rest in words if word == "COPY" and "--from" not in rest):
        assert all((ROOT / one).exists() for one in source), source
    sent = (ROOT / ".dockerignore").read_text().split("\n")
    assert "*" in sent, "nothing goes to the builder but what is named"


def instructions(text: str) -> list[tuple[str, str]]:
    """Return the instructions of a Dockerfile, with lines that go on joined."""
    lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    joined = "\n".join(lines).replace("\\\n", " ")
    return [
        (word, " ".join(rest.split()))
        for word, _, rest in (line.partition(" ") for line in joined.split("\n"))
    ]


def test_what_is_printed_starts_no_command_and_the_runner_reads_on_after_it() -> None:
    hostile = "::error::x\n  ::set-output name=a::b\n##[error]y\n::stop-commands::z"
    for said in (hostile, f"{hostile}\n"):
        done = subprocess.run(
            ["bash", "-ec", f". {ROOT}/ci/action/step.sh; printed; echo ::notice::after"],
            input=said,
            capture_output=True,
            text=True,
            check=True,
        )
        assert said in done.stdout
        assert commands(done.stdout) == ["::notice::after"]


def test_keys_are_in_a_file_of_their_user_alone_and_no_variable_of_what_is_started(tmp_path: Path) -> None:
    said = subprocess.run(
        ["bash", "-ec", f'. {ROOT}/ci/action/step.sh; share_options; env; stat -c "mode %a" "$keys"'],
        env={"PATH": "/usr/bin:/bin", "RUNNER_TEMP": str(tmp_path), "CREDENTIALS": "canary", "JOURNAL": "j"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "canary" not in said
    assert "RECONCILER_JOURNAL=j\n" in said
    assert said.endswith("mode 600\n")
    assert [*tmp_path.iterdir()] == [], "it is gone with the step"


def test_an_output_of_two_lines_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "outputs"
    done = subprocess.run(
        ["bash", "-ec", f". {ROOT}/ci/action/step.sh; output folder $'a\\nfingerprint=b'"],
        env={"PATH": "/usr/bin:/bin", "GITHUB_OUTPUT": str(place)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, place.exists()) == (64, False)
    assert "one line" in done.stderr


def test_no_expression_stands_in_a_script() -> None:
    for step in STEPS:
        assert "${{" not in step["run"]
    for path in WORKFLOWS:
        for job in yaml.safe_load(path.read_text())["jobs"].values():
            assert not [step for step in job["steps"] if "run" in step], path


def test_every_input_that_a_workflow_gives_is_one_and_only_known_actions_are_used() -> None:
    used = set()
    for path in WORKFLOWS:
        for job in yaml.safe_load(path.read_text())["jobs"].values():
            for step in job["steps"]:
                name, _, version = step["uses"].partition("@")
                used.add(name)
                assert version
                if name == "your-organisation/contact-reconciler":
                    assert step["with"].keys() <= ACTION["inputs"].keys(), path
                    assert step["with"]["command"] in ACTION["inputs"]["command"]["description"]
    ours = {"checkout", "setup-python", "upload-artifact", "download-artifact"}
    assert used == {"your-organisation/contact-reconciler", *(f"actions/{one}" for one in ours)}


def jobs(name: str) -> dict[str, Any]:
    """Return the jobs of a workflow to paste."""
    found: dict[str, Any] = yaml.safe_load((ROOT / f"examples/github/{name}.yml").read_text())["jobs"]
    return found


def test_what_a_stranger_starts_holds_nothing_and_what_may_write_takes_nothing_of_the_stranger_s() -> None:
    stranger = jobs("contacts-plan")["from-a-snapshot"]
    assert "secrets." not in json.dumps(stranger)
    assert "environment" not in stranger
    assert set(stranger["permissions"].values()) == {"read"}
    trusted = jobs("contacts-comment")["comment"]
    assert [step["uses"].partition("@")[0] for step in trusted["steps"]] == [
        "actions/download-artifact",
        "your-organisation/contact-reconciler",
    ]
    assert trusted["steps"][-1]["with"]["command"] == "comment"


def test_keys_that_a_branch_may_see_are_in_an_environment_of_their_own() -> None:
    places = {
        name: {job["environment"] for job in jobs(name).values() if "environment" in job}
        for name in ("contacts-plan", "contacts-snapshot", "contacts-apply")
    }
    assert places == {
        "contacts-plan": {"contacts-branches"},
        "contacts-snapshot": {"contacts-read"},
        "contacts-apply": {"contacts-read", "contacts"},
    }
    for name in ("contacts-snapshot", "contacts-apply"):
        triggers = yaml.safe_load((ROOT / f"examples/github/{name}.yml").read_text())[True]
        assert triggers.keys() <= {"push", "schedule", "workflow_dispatch"}
        assert triggers["push"]["branches"] == ["main"]


def test_what_workflows_hand_each_other_has_one_name_and_may_be_left_again_by_a_run_started_again() -> None:
    left, taken = [], []
    for name in ("contacts-plan", "contacts-snapshot", "contacts-apply", "contacts-comment"):
        for step in (step for job in jobs(name).values() for step in job["steps"]):
            if "upload-artifact" in step["uses"]:
                assert step["with"]["overwrite"] is True
                left.append(step["with"]["name"])
            elif "download-artifact" in step["uses"]:
                taken.append(step["with"]["name"])
    assert {*left} == {*taken}
    planning = yaml.safe_load((ROOT / "examples/github/contacts-plan.yml").read_text())
    commenting = yaml.safe_load((ROOT / "examples/github/contacts-comment.yml").read_text())
    assert commenting[True]["workflow_run"]["workflows"] == [planning["name"]]


def test_every_checkout_has_the_history_that_plans_are_made_from_and_keeps_no_token() -> None:
    for name in ("contacts-plan", "contacts-snapshot", "contacts-apply"):
        for job in jobs(name).values():
            checkout = job["steps"][0]
            assert checkout["uses"].startswith("actions/checkout@")
            assert checkout["with"]["persist-credentials"] is False
            assert name == "contacts-snapshot" or checkout["with"]["fetch-depth"] == 0


def test_the_approved_plan_reaches_apply_by_outputs_of_the_job_that_made_it() -> None:
    found = jobs("contacts-apply")
    given = found["apply"]["steps"][-1]["with"]
    for name in ("plan-digest", "fingerprint"):
        assert given[name] == f"${{{{ needs.plan.outputs.{name} }}}}"
        assert name in found["plan"]["outputs"]
    assert found["apply"]["if"] == "needs.plan.outputs.changes == 'true'"
    assert found["apply"]["needs"] == "plan"
    assert found["apply"]["concurrency"] == {"group": "contacts-apply", "cancel-in-progress": False}


def test_everything_is_installed_by_hash_and_nothing_is_imported_from_the_checkout(tmp_path: Path) -> None:
    """The install step is run for real, with a Python that only writes down what it was told."""
    calls = tmp_path / "calls"
    python = tmp_path / "python3"
    python.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$*" >> "{calls}"\n'
        'if [ "$3" = venv ]; then mkdir -p "$4/bin" && cp "$0" "$4/bin/python"; fi\n'
    )
    python.chmod(0o755)
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / "pip.py").write_text("raise SystemExit('the code under review was run')")
    environ = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "GITHUB_PATH": str(tmp_path / "path"),
        "GITHUB_ACTION_PATH": str(ROOT),
    }
    (step,) = (step for step in STEPS if step["id"] == "install")
    subprocess.run(["bash", "-ec", step["run"]], cwd=checkout, env=environ, check=True, timeout=60)
    check, venv, pinned, ours = calls.read_text().splitlines()
    assert all(call.startswith("-I ") for call in (check, venv, pinned, ours))
    assert venv == f"-I -m venv {tmp_path}/temp/reconciler"
    assert f"install --require-hashes --only-binary :all: -r {ROOT}/requirements/runtime.txt" in pinned
    assert ours.endswith(f"install --no-index --no-deps --no-build-isolation {ROOT}")
    assert (tmp_path / "path").read_text() == f"{tmp_path}/temp/reconciler/bin\n"


def test_every_pinned_requirement_has_hashes() -> None:
    text = (ROOT / "requirements/runtime.txt").read_text().replace("\\\n", " ")
    rows = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert len(rows) > 30
    assert all(re.match(r"[a-z0-9.-]+==[^ ]+ .*--hash=sha256:[0-9a-f]{64}", row) for row in rows)
    assert any(row.startswith("hatchling==") for row in rows), "what builds ours is pinned, too"
