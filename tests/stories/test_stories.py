"""Stories: a file, a world, commands, and what they print, kept in golden files that read like a log.

Each ends by planning and asking again: nothing is asked twice.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.sandbox import load_world
from tests.golden import assert_golden
from tests.running import Desk, accept_all, sandbox, tokens
from tests.sandbox.town import Town

HERE = Path(__file__).parent
STORIES = sorted(HERE.glob("*.yaml"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_the_story_ends_as_told(path: Path, tmp_path: Path) -> None:
    story = yaml.safe_load(path.read_text())
    (tmp_path / "world.yaml").write_text(yaml.safe_dump(story["world"]))
    with sandbox(load_world(tmp_path / "world.yaml")) as town:
        desk = Desk(tmp_path / "desk", town.url, story["accounts"], held=story.get("held"))
        teller = _Teller(desk, town, story)
        for step in story["steps"]:
            teller.tell(step)
        before = len(town.edit("GET", "tasks"))
        teller.tell({"run": "plan"})
        teller.tell({"run": "apply --yes"})
        assert len(town.edit("GET", "tasks")) == before, "something was asked twice"
    assert_golden(teller.told, path.with_suffix(".txt"))


class _Teller:
    """Takes the steps of a story and writes down what happens."""

    def __init__(self, desk: Desk, town: Town, story: dict[str, Any]) -> None:
        self._desk, self._town = desk, town
        self._numbers: dict[str, str] = {}
        self._lines = [f"# {story['story']}"]

    @property
    def told(self) -> str:
        return "\n".join(self._lines)

    def tell(self, step: dict[str, Any]) -> None:
        (verb, what), *rest = step.items()
        assert not rest, f"one thing a step: {step}"
        getattr(self, f"_{verb}")(what)

    def _file(self, text: str) -> None:
        self._desk.write(text)
        self._say(f"\n{text.rstrip()}")

    def _run(self, command: str) -> None:
        arguments = [self._numbers_back(word) for word in command.split()]
        if arguments[0] in {"plan", "apply", "status"}:
            arguments.append("--detailed-exitcode")
        done = self._desk.run(*arguments)
        self._say(f"\n$ reconciler {command}")
        self._say(done.out.rstrip())
        self._say(*(f"2> {line}" for line in done.err.splitlines()))
        self._say(f"-> {done.code}")

    def _accept(self, who: str) -> None:
        """Answer as people would, by the mail."""
        everybody = None if who == "everybody" else {self._desk.accounts[who]}
        count = accept_all(self._town, everybody)
        self._say(f"\n({who}: {count} confirmations by mail)")

    def _refuse(self, answer: dict[str, Any]) -> None:
        account, task = self._desk.accounts[answer["as"]], int(self._numbers_back(answer["task"]))
        self._town.customer(account).post(
            f"/me/task/contactChange/{task}/refuse", token=tokens(self._town, account)[task]
        )
        self._say(f"\n({answer['as']} refuses {answer['task']} by mail)")

    def _panel(self, edit: dict[str, Any]) -> None:
        """Somebody changes the world behind our back."""
        self._town.edit("PUT", "services", [edit])
        self._say(f"\n(in the panel: {edit})")

    def _asks(self, request: dict[str, Any]) -> None:
        """Somebody asks in the panel."""
        self._town.ask(**request)
        self._say(f"\n(in the panel: {request})")

    def _say(self, *lines: str) -> None:
        self._lines += [self._steady(line) for line in lines if line]

    def _steady(self, text: str) -> str:
        """Return a text without what differs from run to run."""
        text = re.sub(r"\b\d{7,}\b", lambda found: self._number(found[0]), text)
        text = re.sub(r"query id [\w.\-]+", "query id QUERY", text)
        text = re.sub(r"(?<=  )\d+ s$", "AGE", text, flags=re.MULTILINE)
        text = re.sub(r"\bon \d{4}-\d\d-\d\d\b", "on DATE", text)
        return text.replace(self._town.url, "URL")

    def _number(self, task: str) -> str:
        return self._numbers.setdefault(task, f"TASK-{len(self._numbers) + 1}")

    def _numbers_back(self, word: str) -> str:
        return next((task for task, name in self._numbers.items() if name == word), word)
