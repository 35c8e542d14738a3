"""The runner of GitHub Actions, as far as `action.yml` uses it: bash runs its steps one after the other.

Of expressions it knows inputs, and outputs of steps joined by `||`. Anything else fails, so that no step is
silently taken for something else.
"""

from __future__ import annotations

import io
import json
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml

from tests.forks import ROOT
from tests.running import _forks

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
_ERRAND = re.compile(r'python3 -I "\$GITHUB_ACTION_PATH/ci/review" ([a-z-]+)')
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


@dataclass(frozen=True)
class Ran:
    """How a use of the action ended: the exit code of the step that failed, or 0."""

    code: int
    out: str
    err: str
    outputs: Mapping[str, str]
    summary: str
    steps: tuple[str, ...]


def shell(folder: Path) -> dict[str, str]:
    """Return the variables of a shell with a home of its own in `folder`, and `reconciler` on its PATH."""
    for name in ("home", "bin"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    shim = folder / "bin" / "reconciler"
    shim.write_text(f"#!{sys.executable} -IS\n{(ROOT / 'tests/ci/shim.py').read_text()}")
    shim.chmod(0o755)
    return {
        "PATH": f"{shim.parent}:{Path(sys.executable).parent}:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(folder / "home"),
        "FORKS": _forks(),
        "RECONCILER_TRACEBACK": "1",
    }


@dataclass
class Job:
    """A job on a machine of its own: a folder for temporary files, a home, and what GitHub tells it.

    Attributes:
        checkout: the working directory of its steps.
        api: GitHub's address.
        event: what the job was started for.
        quick: run what Python alone does here rather than in bash and a process of its own.
    """

    folder: Path
    checkout: Path
    api: str = "http://127.0.0.1:9/"
    event: Mapping[str, Any] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    token: str = "job-token-canary"
    quick: bool = False

    def __post_init__(self) -> None:
        self.environ = {**shell(self.folder), **self.environ}
        self.temp.mkdir(exist_ok=True)

    @property
    def temp(self) -> Path:
        """Return the job's folder for temporary files."""
        return self.folder / "temp"

    def use(self, **given: str) -> Ran:
        """Use the action with these inputs, `_` standing for `-`, and return how that ended."""
        inputs = {name: str(about.get("default", "")) for name, about in ACTION["inputs"].items()}
        inputs |= {name.replace("_", "-"): value for name, value in given.items()}
        assert inputs.keys() == ACTION["inputs"].keys()
        out, err, ran = "", "", []
        outputs: dict[str, dict[str, str]] = {}
        code = 0
        for step in STEPS:
            if step["id"] == "install" or not _is_meant(step.get("if"), inputs["command"]):
                continue
            done, outputs[step["id"]] = self._run(step, inputs)
            out, err, code = out + done.stdout, err + done.stderr, done.returncode
            ran.append(step["id"])
            if code:
                break
        shown = {name: _output(about["value"], outputs) for name, about in ACTION["outputs"].items()}
        summary = self.folder / "summary"
        return Ran(code, out, err, shown, summary.read_text() if summary.exists() else "", tuple(ran))

    def _run(
        self, step: Mapping[str, Any], inputs: Mapping[str, str]
    ) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
        assert "${{" not in step["run"], "whatever stands in a script is code"
        assert step["shell"] == "bash"
        names = {"output": "GITHUB_OUTPUT", "env": "GITHUB_ENV", "path": "GITHUB_PATH"}
        files = {name: self.folder / name for name in names}
        for file in files.values():
            file.write_text("")
        summary, event, script = (self.folder / name for name in ("summary", "event.json", "step.sh"))
        summary.touch()
        event.write_text(json.dumps(self.event))
        script.write_text(step["run"])
        environ = {
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_API_URL": self.api,
            "GITHUB_REPOSITORY": "company/contacts",
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_STEP_SUMMARY": str(summary),
            **{variable: str(files[name]) for name, variable in names.items()},
            **self.environ,
            **{name: self._value(str(value), inputs) for name, value in step.get("env", {}).items()},
        }
        if self.quick and (errand := _ERRAND.fullmatch(step["run"])):
            return in_this_process(errand[1], environ), _read_outputs(files["output"].read_text())
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.checkout,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert files["env"].read_text() == ""
        return done, _read_outputs(files["output"].read_text())

    def _value(self, text: str, inputs: Mapping[str, str]) -> str:
        def value(found: re.Match[str]) -> str:
            room, _, name = found[1].partition(".")
            if room == "inputs":
                return _EXPRESSION.sub(value, inputs[name])
            known = {"github.token": self.token, "github.event.repository.default_branch": "main"}
            return known[found[1]]

        return _EXPRESSION.sub(value, text)


def in_this_process(errand: str, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run an errand of `ci/review` as a process of its own would, without the time that one takes."""
    out, err = io.StringIO(), io.StringIO()
    command = [str(ROOT / "ci/review"), errand]
    with (
        patch.dict(os.environ, environ, clear=True),
        patch.object(sys, "argv", command),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            runpy.run_path(command[0], run_name="__main__")
        except SystemExit as end:
            return subprocess.CompletedProcess(command, int(end.code or 0), out.getvalue(), err.getvalue())
    raise AssertionError("a command ends with a code")


def _is_meant(condition: str | None, command: str) -> bool:
    if condition is None:
        return True
    if found := re.fullmatch(r"inputs\.command == '([a-z-]+)'", condition):
        return found[1] == command
    found = re.fullmatch(r"contains\(fromJSON\('(.*)'\), inputs\.command\)", condition)
    assert found, condition
    return command in json.loads(found[1])


def _output(expression: str, outputs: Mapping[str, Mapping[str, str]]) -> str:
    found = _EXPRESSION.fullmatch(expression)
    assert found, expression
    for part in found[1].split(" || "):
        place = re.fullmatch(r"steps\.([a-z-]+)\.outputs\.([a-z-]+)", part)
        assert place, part
        if value := outputs.get(place[1], {}).get(place[2]):
            return value
    return ""


def _read_outputs(text: str) -> dict[str, str]:
    """Read what a step left as the runner does: a name and a value a line; `<<` would begin a longer one."""
    found = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        assert equals, line
        assert "<<" not in name, line
        found[name] = value
    return found


def commands(log: str) -> list[str]:
    """Return the workflow commands that the runner finds in a log, in both spellings."""
    found: list[str] = []
    word = None
    for line in log.splitlines():
        stripped = line.strip()
        if word is not None:
            word = None if stripped == f"::{word}::" else word
        elif stripped.startswith("::stop-commands::"):
            word = stripped.removeprefix("::stop-commands::")
        elif stripped.startswith("::") or "##[" in stripped:
            found.append(stripped)
    assert word is None, "the runner is left deaf"
    return found
