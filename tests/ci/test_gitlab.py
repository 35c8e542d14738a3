"""The template for GitLab: its script lines as shell, against GitLab's API on loopback and the sandbox."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from tests.ci.runner import in_this_process, shell
from tests.ci.test_pull_request import keys
from tests.forks import ROOT
from tests.providers.loopback import Asked, Reply, Server, serving
from tests.review.checkouts import Checkout, git
from tests.review.conftest import BLOG, CAROL, SHOP, SHORT, Company, wanted
from tests.running import Desk

TEMPLATE: dict[str, Any] = yaml.safe_load((ROOT / "ci/gitlab.yml").read_text())
MARKER = "<!-- reconciler:plan -->"


def script(name: str) -> str:
    """Return what the runner gives to bash for a job: lists within lists are flattened."""
    job = TEMPLATE[".contacts"] | TEMPLATE[name]
    nested = [*job["before_script"], *job["script"]]
    return "\n".join(line for lines in nested for line in ([lines] if isinstance(lines, str) else lines))


@dataclass
class GitLab:
    """Project 5 with merge request 3: its notes and its newest snapshot."""

    snapshot: bytes | None = None
    head: str = "c0ffee"
    notes: list[dict[str, Any]] = field(default_factory=list)
    server: Server = field(init=False)

    def note(self, body: str, author: int) -> dict[str, Any]:
        """Leave a note."""
        self.notes.append({"id": 40 + len(self.notes), "author": {"id": author}, "body": body})
        return self.notes[-1]

    def answer(self, asked: Asked) -> Reply:
        """Answer a call as GitLab's documentation has it."""
        path = unquote(urlsplit(asked.path).path)
        if path == "/projects/5/jobs/artifacts/main/raw/contacts-snapshot.json":
            assert "job=contacts+snapshot" in asked.path
            assert ("Job-Token" in asked.headers) != ("Private-Token" in asked.headers)
            shown = asked.headers.get("Job-Token") or asked.headers["Private-Token"]
            assert shown in {"job-token-canary", "snapshot-token-canary"}
            return (
                Reply(404, {"message": "404 Not found"})
                if self.snapshot is None
                else Reply(body=self.snapshot)
            )
        if asked.headers.get("Private-Token") != "note-token-canary":
            return Reply(401, {"message": "401 Unauthorized"})
        if path == "/user":
            return Reply(body={"id": 9})
        if path == "/projects/5/merge_requests/3":
            return Reply(body={"sha": self.head})
        assert path.startswith("/projects/5/merge_requests/3/notes"), path
        return Reply(body=self._noted(asked, path.rpartition("/")[2]))

    def _noted(self, asked: Asked, last: str) -> Any:
        if asked.method == "GET":
            return self.notes
        body = json.loads(asked.body)["body"]
        if asked.method == "POST":
            return self.note(body, author=9)
        assert asked.method == "PUT"
        self.notes[int(last) - 40]["body"] = body
        return self.notes[int(last) - 40]


@pytest.fixture
def lab() -> Iterator[GitLab]:
    """Yield GitLab."""
    here = GitLab()
    with serving(here.answer) as here.server:
        yield here


@dataclass
class Runner:
    """Runs jobs of the template in a checkout."""

    folder: Path
    checkout: Path
    lab: GitLab
    origin: Path

    def run(self, name: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a job to its end."""
        (self.folder / "tmp").mkdir(parents=True, exist_ok=True)
        environ = {
            **shell(self.folder),
            "TMPDIR": str(self.folder / "tmp"),
            "REVIEW": str(ROOT / "ci/review"),
            "CI_PROJECT_DIR": str(self.checkout),
            "CI_API_V4_URL": self.lab.server.url,
            "CI_DEFAULT_BRANCH": "main",
            "CI_SERVER_URL": "https://gitlab.example",
            "CI_PROJECT_ID": "6",  # of a fork; the merge request is of the project that it came from
            "CI_COMMIT_SHA": git(self.checkout, "rev-parse", "HEAD"),
            "CI_MERGE_REQUEST_PROJECT_ID": "5",
            "CI_MERGE_REQUEST_PROJECT_URL": str(self.origin).removesuffix(".git"),
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "CI_MERGE_REQUEST_IID": "3",
            "CI_JOB_TOKEN": "job-token-canary",
            "FOLDER": str(self.checkout / "contacts-plan"),
            **{one: str(value) for one, value in self.defaults().items()},
            **variables,
        }
        return subprocess.run(
            ["bash", "-c", script(name)],
            cwd=self.checkout,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    @staticmethod
    def defaults() -> Mapping[str, Any]:
        """Return the variables that the template sets itself."""
        return {name: value for name, value in TEMPLATE["variables"].items() if "$" not in value}


@pytest.fixture
def main(company: Company, lab: GitLab, tmp_path: Path) -> tuple[Runner, dict[str, str]]:
    """Return where jobs of the default branch run, and the variables that only they are given."""
    secret = tmp_path / "credentials-variable"
    secret.write_text(keys(company))
    secret.chmod(0o644)  # as the runner writes it
    here = Runner(tmp_path / "on-main", company.main.desk.folder, lab, company.origin)
    return here, {"CONTACTS_CREDENTIALS": str(secret)}


def test_a_merge_request_from_a_fork_is_planned_in_one_note(
    company: Company, lab: GitLab, tmp_path: Path, main: tuple[Runner, dict[str, str]]
) -> None:
    runner, secrets = main
    lab.note(f"{MARKER}\nThe plan of an earlier push.", author=9)
    lab.head = company.main.git("rev-parse", "HEAD")
    missing = runner.run("contacts plan", CONTACTS_NOTE_TOKEN="note-token-canary")
    assert missing.returncode == 1
    assert "left no snapshot" in missing.stderr
    assert "left none" in lab.notes.pop()["body"]
    company.main.commit(wanted(blog="agency"))
    company.town.edit("PUT", "services", [{"service": BLOG, "technical": SHORT["agency"]}])
    taken = runner.run("contacts snapshot", **secrets)
    assert taken.returncode == 0, taken.stderr
    lab.snapshot = (company.main.desk.folder / "contacts-snapshot.json").read_bytes()
    lab.note(f"{MARKER}\nnot ours", author=4)

    fork = Checkout.of(company.origin, Desk(tmp_path / "fork", company.town.url, SHORT, held=()))
    fork.git("reset", "-q", "--hard", "HEAD~1")
    fork.git("switch", "-q", "-c", "change")
    untrusted = Runner(tmp_path / "untrusted", fork.desk.folder, lab, company.origin)
    for who in ("agency", "carol"):
        lab.head = fork.commit(wanted(shop=who))
        done = untrusted.run("contacts plan", CONTACTS_NOTE_TOKEN="note-token-canary")
        assert done.returncode == 0, done.stderr
        assert "canary" not in done.stdout + done.stderr
        theirs, ours = (note["body"] for note in lab.notes)
        assert theirs == f"{MARKER}\nnot ours"
        assert SHOP in ours
        assert who in ours
    without = untrusted.run("contacts plan", CONTACTS_SNAPSHOT_TOKEN="snapshot-token-canary")
    assert without.returncode == 0, without.stderr
    assert "CONTACTS_NOTE_TOKEN is not set" in without.stderr
    assert lab.server.calls(path="/projects/5/jobs")[-1].headers["Private-Token"] == "snapshot-token-canary"

    left = fork.desk.folder / "contacts-plan"
    quality = json.loads((left / "codequality.json").read_text())
    assert {row["location"]["path"] for row in quality} == {"contacts.yaml"}
    assert not any(BLOG in row["description"] for row in quality), "main's own change is not the branch's"
    assert "<testsuite" in (left / "plan.xml").read_text()
    paths = TEMPLATE["contacts plan"]["artifacts"]
    for path in (*paths["paths"], *paths["reports"].values()):
        assert (fork.desk.folder / path).is_file(), path


def note(lab: GitLab, folder: Path, plan: str | None, **variables: str) -> str:
    """Post a plan as the note of merge request 3, and return what is said on stderr."""
    if plan is not None:
        (folder / "plan.md").write_text(plan)
    environ = {
        "FOLDER": str(folder),
        "CI_API_V4_URL": lab.server.url,
        "CI_MERGE_REQUEST_PROJECT_ID": "5",
        "CI_MERGE_REQUEST_IID": "3",
        "CI_COMMIT_SHA": lab.head,
        "CONTACTS_NOTE_TOKEN": "note-token-canary",
        **variables,
    }
    done = in_this_process("gitlab-note", environ)
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_a_job_that_was_overtaken_posts_nothing(lab: GitLab, tmp_path: Path) -> None:
    assert "moved on" in note(lab, tmp_path, f"{MARKER}\nold", CI_COMMIT_SHA="0ld")
    assert lab.notes == []
    of_a_merge = {"CI_COMMIT_SHA": "merge", "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "c0ffee"}
    note(lab, tmp_path, f"{MARKER}\nnew", **of_a_merge)
    assert [row["body"] for row in lab.notes] == [f"{MARKER}\nnew"]


def test_a_job_without_a_plan_replaces_that_of_an_earlier_push(lab: GitLab, tmp_path: Path) -> None:
    lab.note(f"{MARKER}\nThe plan of an earlier push.", author=9)
    note(lab, tmp_path, None)
    (body,) = (row["body"] for row in lab.notes)
    assert body.startswith(f"{MARKER}\n")
    assert "left none" in body


def test_no_line_of_a_note_is_a_command_to_gitlab(lab: GitLab, tmp_path: Path) -> None:
    note(lab, tmp_path, f"{MARKER}\n/merge\n  /approve\r/close\n> /label ~x\na/b and /c\n")
    assert lab.notes[0]["body"] == f"{MARKER}\n\\/merge\n  \\/approve\r\\/close\n> \\/label ~x\na/b and /c\n"


def test_the_job_s_token_is_a_password_for_its_own_gitlab_only(tmp_path: Path) -> None:
    lines = [line for line in TEMPLATE[".contacts"]["before_script"] if "credential" in line]
    environ = shell(tmp_path) | {
        "CI_SERVER_URL": "https://gitlab.example",
        "CI_JOB_TOKEN": "job-token-canary",
    }
    for host, told in {"gitlab.example": True, "elsewhere.example": False}.items():
        done = subprocess.run(
            ["bash", "-ec", "\n".join([*lines, "git credential fill"])],
            env=environ | {"GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_SYSTEM": "/dev/null"},
            input=f"protocol=https\nhost={host}\n\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert ("password=job-token-canary" in done.stdout) == told


def test_main_is_applied_as_its_own_plan_says_and_a_changed_world_fails_the_job(
    company: Company, main: tuple[Runner, dict[str, str]]
) -> None:
    runner, secrets = main
    company.main.commit(wanted(shop="agency"))
    reading = {
        "CONTACTS_READ_CREDENTIALS": secrets["CONTACTS_CREDENTIALS"],
        "CONTACTS_CREDENTIALS": "/nowhere",
    }
    planned = runner.run("contacts plan of the default branch", **reading)
    assert planned.returncode == 0, planned.stderr
    saved = json.loads((company.main.desk.folder / "contacts-plan/plan.json").read_text())
    assert saved["made"]["valid_for_seconds"] == 24 * 3600
    company.town.edit("PUT", "services", [{"service": SHOP, "technical": CAROL}])
    stale = runner.run("contacts apply", **secrets)
    assert stale.returncode == 6
    assert "held by carol now" in stale.stderr
    assert company.posts() == 0

    company.town.edit("PUT", "services", [{"service": SHOP, "technical": SHORT["platform"]}])
    company.main.git("remote", "set-url", "origin", "/nowhere")
    blind = runner.run("contacts apply", **secrets)
    assert blind.returncode not in {0, 6}, "what was merged meanwhile cannot be seen"
    assert company.posts() == 0
    company.main.git("remote", "set-url", "origin", str(company.origin))

    company.proposer.pull()
    company.proposer.commit(wanted(shop="agency", blog="agency"))
    behind = runner.run("contacts apply", **secrets)
    assert behind.returncode == 6, "somebody merged after the plan was made"
    assert BLOG in behind.stderr
    assert company.posts() == 0

    company.proposer.commit(wanted(shop="agency"))
    journal = runner.folder / "journal.sqlite3"
    done = runner.run("contacts apply", **secrets, CONTACTS_JOURNAL=str(journal))
    assert done.returncode == 0, done.stderr
    assert journal.exists()
    assert company.asked() == {SHOP: 1}
    assert list((runner.folder / "tmp").iterdir()) == [], "the keys are gone"


def test_only_the_default_branch_is_applied_one_at_a_time_by_hand() -> None:
    assert TEMPLATE[".contacts"]["variables"]["GIT_DEPTH"] == "0", "commits are looked up"
    job = TEMPLATE["contacts apply"]
    assert job["resource_group"]
    assert job["environment"]["name"]
    (rule,) = job["rules"]
    assert rule["when"] == "manual"
    assert '$CI_PIPELINE_SOURCE != "merge_request_event"' in rule["if"]
    assert "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH" in rule["if"]
    assert "CREDENTIALS" not in script("contacts plan"), "a merge request has no keys"
