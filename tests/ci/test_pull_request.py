"""A pull request's plan by the steps of `action.yml`: from a fork without secrets, and live."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import requests

from reconciler.sandbox import application_key, application_secret
from tests.ci.github import GitHub, workflow_run
from tests.ci.runner import Job, commands
from tests.forks import ROOT
from tests.review.checkouts import Checkout
from tests.review.conftest import BLOG, SHOP, SHORT, Company, wanted
from tests.running import Desk

HOSTILE = "$(touch x)\"; touch x; '`touch x`\n::set-output name=a::b\n--lift=protected"


@pytest.fixture
def fork(company: Company, tmp_path: Path) -> Checkout:
    """Return a fork of the company's repository, whose owner holds no keys."""
    return Checkout.of(company.origin, Desk(tmp_path / "fork", company.town.url, SHORT, held=()))


def keys(company: Company) -> str:
    """Return what the job's secrets hold: a whole `credentials.toml`."""
    path = Path(company.main.desk.environ["XDG_CONFIG_HOME"]) / "reconciler/credentials.toml"
    return path.read_text()


def reading_keys(company: Company) -> str:
    """Return keys that are granted what `docs/ci/github.md` says that keys need which only read."""
    told = (ROOT / "docs/ci/github.md").read_text().partition("Keys that only read are granted")[2]
    granted = [
        {"method": "GET", "path": path} for path in re.findall("`(/[^`]+)`", told.partition("Never")[0])
    ]
    tables = []
    for one in SHORT.values():
        made = company.town.customer(one).post("/auth/credential", accessRules=granted)
        requests.post(made["validationUrl"], data={"answer": "grant"}, timeout=10).raise_for_status()
        tables.append(
            f'[accounts."{one}"]\nendpoint = "{company.town.url}"\n'
            f'application_key = "{application_key(one)}"\n'
            f'application_secret = "{application_secret(one)}"\nconsumer_key = "{made["consumerKey"]}"\n'
        )
    return "".join(tables)


def pull_request(number: int = 7) -> dict[str, Any]:
    """Return the event of a job that plans a pull request."""
    return {"pull_request": {"number": number}}


def test_a_fork_without_secrets_is_planned_in_one_comment_that_every_push_edits(
    company: Company, fork: Checkout, hub: GitHub, tmp_path: Path
) -> None:
    fork.branch("change")
    company.main.commit(wanted(blog="agency"))
    company.town.edit("PUT", "services", [{"service": BLOG, "technical": SHORT["agency"]}])
    taken = Job(tmp_path / "on-main", company.main.desk.folder).use(
        command="snapshot", credentials=keys(company)
    )
    assert taken.code == 0, taken.err
    assert taken.out.startswith("::stop-commands::")
    unheld = Job(tmp_path / "unheld", company.main.desk.folder).use(command="snapshot")
    assert (unheld.code, unheld.outputs["exit-code"]) == (1, "1"), "no keys, no snapshot"
    before = company.town.edit("GET", "requests")

    for pushed in ({"shop": "agency"}, {"shop": "agency", "mail": "carol"}):
        head = fork.commit(wanted(**pushed))
        fork.git("fetch", "-q", "origin")
        untrusted = Job(tmp_path / f"plan-{head}", fork.desk.folder, event=pull_request())
        planned = untrusted.use(
            command="plan", file="contacts.yaml", base="origin/main", snapshot=taken.outputs["snapshot"]
        )
        assert planned.code == 0, planned.err
        assert planned.outputs["changes"] == "true"
        assert planned.outputs["exit-code"] == "2"
        assert SHOP in planned.summary
        assert any(line.startswith("::notice file=contacts.yaml,line=") for line in commands(planned.out))

        hub.open(head=head)
        trusted = Job(tmp_path / f"comment-{head}", tmp_path, api=hub.server.url, event=workflow_run(head))
        assert trusted.use(command="comment", folder=planned.outputs["folder"]).code == 0
        (body,) = hub.bodies
        assert SHOP in body
        saved = json.loads(Path(planned.outputs["plan"]).read_text())
        assert BLOG not in {row["service"] for row in saved["requests"]}, "main's own is not the branch's"
        assert ("mail.example" in body) == ("mail" in pushed)
        assert planned.outputs["fingerprint"] in body
    assert company.town.edit("GET", "requests") == before, "no keys, and nothing sent to OVHcloud"


def test_the_same_plan_live_with_keys_that_only_read_has_the_same_fingerprint_and_leaves_no_key(
    company: Company, tmp_path: Path
) -> None:
    fingerprint = company.propose(shop="agency")
    here = company.proposer.desk.folder
    job = Job(tmp_path / "live", here, event=pull_request(12), environ={"PLATFORM": "as-secret-canary"})
    planned = job.use(command="plan", credentials=reading_keys(company), base="origin/main", valid_for="24h")
    assert planned.code == 0, planned.err
    assert planned.outputs["fingerprint"] == fingerprint
    folder = Path(planned.outputs["folder"])
    assert {path.name for path in folder.iterdir()} == {"plan.md", "plan.html", "plan.json"}
    assert Path(planned.outputs["plan"]) == folder / "plan.json"
    assert [*job.temp.iterdir()] == [folder], "neither keys nor logs are left"


def test_a_plan_that_cannot_be_made_replaces_that_of_an_earlier_push(
    company: Company, hub: GitHub, comment: Job, tmp_path: Path
) -> None:
    here = company.proposer.desk
    here.file.write_text("version: 1\nservices: {domain/shop.example: {technical: '::error::##[error]x'}}\n")
    job = Job(tmp_path / "plan", here.folder, event=pull_request())
    stale = job.temp / "contacts-plan"
    stale.mkdir()
    for name in ("plan.md", "plan.html", "plan.json"):
        (stale / name).write_text("The plan of an earlier push.")
    planned = job.use(command="plan", comment_key="teams/a")
    assert planned.code == 1
    assert [path.name for path in stale.iterdir()] == ["plan.md"]
    assert planned.outputs["plan-digest"] == ""
    assert planned.out.startswith("::stop-commands::")
    assert planned.outputs["exit-code"] == "1"
    assert planned.outputs["changes"] == "false"
    assert "::error::" in planned.out, "the line at fault is shown"
    assert commands(planned.out + planned.err) == []
    assert comment.use(command="comment", folder=planned.outputs["folder"], comment_key="teams/a").code == 0
    assert "could not be made" in hub.bodies[0]


def test_a_plan_that_a_guard_stopped_has_nothing_to_approve(company: Company, tmp_path: Path) -> None:
    many = [f"domain/d{number}.example" for number in range(10)]
    holders = {"admin": SHORT["platform"], "technical": SHORT["platform"], "billing": SHORT["platform"]}
    company.town.edit("PUT", "services", [{"service": one, **holders} for one in many])
    services = "".join(f"  {one}: {{technical: agency}}\n" for one in many)
    company.main.desk.write(f"services:\n{services}", guards="{max_changes_percent: 30}")
    done = Job(tmp_path / "job", company.main.desk.folder).use(command="plan", credentials=keys(company))
    assert (done.code, done.outputs["exit-code"]) == (5, "5")
    assert done.outputs["changes"] == "false"


def test_an_input_is_never_code(company: Company, tmp_path: Path) -> None:
    here = company.main.desk.folder
    before = {path.name for path in here.iterdir()}
    for name in ("file", "base", "snapshot", "comment_key", "valid_for", "folder"):
        done = Job(tmp_path / name, here).use(command="plan", credentials=keys(company), **{name: HOSTILE})
        assert done.code in {1, 64}, (name, done.out)
        assert done.outputs["changes"] in {"", "false"}
        assert commands(done.out + done.err) == []
        assert {path.name for path in here.iterdir()} == before


def test_a_command_that_the_action_does_not_have_fails(tmp_path: Path) -> None:
    done = Job(tmp_path / "job", tmp_path).use(command="plan; touch x")
    assert done.code == 64
    assert done.steps == ("check",)
    assert "one of plan, apply" in done.err
