"""From a branch to open requests: what was approved is what runs, once, and nothing else ever does."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from tests.review.checkouts import Checkout
from tests.review.conftest import AGENCY, BLOG, CAROL, MAIL, PLATFORM, SHOP, SHORT, Company, wanted
from tests.running import Desk, accept_all

OUTPUTS = {
    "text": "plan.txt",
    "json": "plan-as.json",
    "markdown": "plan.md",
    "html": "plan.html",
    "github": "summary.md",
    "sarif": "plan.sarif",
    "gitlab": "quality.json",
    "junit": "plan.xml",
}


def every_output() -> list[str]:
    """Return the options for all of them; GitHub's summary goes where the runner says."""
    outputs = [form if form == "github" else f"{form}={name}" for form, name in OUTPUTS.items()]
    return [word for output in outputs for word in ("-o", output)]


def test_branch_plan_review_merge_and_apply_by_fingerprint(company: Company) -> None:
    company.proposer.desk.environ["GITHUB_STEP_SUMMARY"] = str(company.proposer.path("summary.md"))
    approved = company.propose(*every_output(), shop="agency")
    for name in OUTPUTS.values():
        assert SHOP in company.proposer.path(name).read_text(), name
    assert approved in company.proposer.path("plan.md").read_text()
    assert company.asked() == {}, "a plan asks nothing"

    company.approve()
    done = company.main.run("apply", "--expect", approved, "--detailed-exitcode")
    assert done.code == 3, done.err
    assert company.asked() == {SHOP: 1}

    again = company.main.run("apply", "--expect", approved)
    assert again.code == 0
    assert "nothing left to ask" in again.err
    accept_all(company.town)
    assert company.town.contacts(PLATFORM, SHOP)[1] == AGENCY
    assert company.main.run("plan", "--detailed-exitcode").code == 0
    assert company.main.run("apply", "--expect", approved).code == 0
    assert company.asked() == {SHOP: 1}


@pytest.mark.parametrize("squash", [False, True], ids=["merged", "squashed"])
def test_a_saved_plan_is_applied_after_the_merge_and_again_is_a_no_op_that_says_so(
    company: Company, squash: bool
) -> None:
    company.propose(shop="agency")
    plan = company.approve(squash=squash)
    assert company.main.run("apply", plan, "--detailed-exitcode").code == 3
    again = company.main.run("apply", plan, "--detailed-exitcode")
    assert (again.code, company.posts()) == (3, 1)
    assert "nothing left to ask" in again.err
    accept_all(company.town)
    last = company.main.run("apply", plan, "--detailed-exitcode")
    assert (last.code, company.posts()) == (0, 1)
    assert "nothing left to ask" in last.err


def test_a_plan_that_is_not_merged_is_not_applied(company: Company) -> None:
    company.propose(shop="agency")
    company.main.pull()
    plan = company.main.take(company.proposer.path("plan.json"))
    done = company.main.run("apply", plan)
    assert done.code == 6
    assert "HEAD" in done.err
    assert "contacts.yaml" in done.err
    assert company.posts() == 0


def test_a_stale_branch_whose_plan_would_revert_what_main_merged_is_refused(company: Company) -> None:
    company.propose(shop="agency")
    other = company.main
    other.commit(wanted(blog="agency"))
    assert other.run("apply", "--yes").code == 0
    accept_all(company.town)
    stale = company.proposer.run("plan", "--out", "stale.json")
    assert stale.code == 0
    assert company.proposer.document("stale.json")["summary"]["requests"] == 2, "it takes back the blog"

    company.proposer.git("fetch", "-q", "origin")
    based = company.proposer.run("plan", "--base", "origin/main", "--out", "mine.json")
    assert based.code == 0
    mine = company.proposer.document("mine.json")
    assert [row["service"] for row in mine["requests"]] == [SHOP]
    assert mine["made"]["base"] == "origin/main"

    company.proposer.merge("change")
    other.pull()
    refused = other.run("apply", other.take(company.proposer.path("stale.json")))
    assert refused.code == 6
    assert f"{BLOG} technical: agency -> platform when the plan was made" in refused.err
    assert company.asked() == {BLOG: 1}
    assert other.run("apply", other.take(company.proposer.path("mine.json"))).code == 0
    assert company.asked() == {BLOG: 1, SHOP: 1}


def test_what_main_wants_is_looked_for_though_the_branch_does_not_name_it(company: Company) -> None:
    here = company.proposer
    here.commit(f"services:\n  {SHOP}: {{technical: platform}}\n")
    here.git("branch", "stale")
    here.commit(f"services:\n  {SHOP}: {{technical: platform}}\n  {MAIL}: {{technical: agency}}\n")
    here.git("switch", "-q", "stale")
    here.commit(f"services:\n  {SHOP}: {{technical: carol}}\n", push=False)
    company.town.edit("POST", "faults", [{"method": "GET", "path": "/services", "status": 403}])

    plan = here.run("plan", "--base", "origin/main", "--format", "json").json

    assert [row["service"] for row in plan["requests"]] == [SHOP]
    assert [(row["service"], row["tray"]) for row in plan["base"]["wanted"]] == [(MAIL, "requests")]


def test_a_contact_changed_meanwhile_in_the_panel_is_told_and_nothing_is_asked(company: Company) -> None:
    approved = company.propose(shop="agency", blog="agency")
    plan = company.approve()
    company.town.edit("PUT", "services", [{"service": SHOP, "technical": CAROL}])
    done = company.main.run("apply", plan)
    assert done.code == 6
    assert f"{SHOP} technical: platform -> agency when the plan was made, held by carol now" in done.err
    assert BLOG not in done.err, "what has not moved is not told"
    by_fingerprint = company.main.run("apply", "--expect", approved)
    assert by_fingerprint.code == 6
    assert approved in by_fingerprint.err
    assert f"{SHOP} technical: carol -> agency" in by_fingerprint.err
    assert company.posts() == 0


def test_a_request_made_meanwhile_in_the_panel_is_told_and_nothing_is_asked(company: Company) -> None:
    company.propose(shop="agency", blog="agency")
    plan = company.approve()
    (theirs,) = company.town.ask(PLATFORM, SHOP, contactTech=CAROL)
    done = company.main.run("apply", plan)
    assert done.code == 6
    assert f"{SHOP}: task {theirs} is open now (technical: platform -> carol)" in done.err
    assert company.asked() == {SHOP: 1}


def test_the_same_asked_meanwhile_by_somebody_else_is_told_and_the_rest_is_not_asked(
    company: Company,
) -> None:
    company.propose(shop="agency", blog="agency")
    plan = company.approve()
    (theirs,) = company.town.ask(PLATFORM, SHOP, contactTech=AGENCY)
    done = company.main.run("apply", plan)
    assert done.code == 6
    assert "not with this plan" in done.err
    assert (
        f"{SHOP} technical: platform -> agency when the plan was made, requested meanwhile: task {theirs}"
        in (done.err)
    )
    assert company.asked() == {SHOP: 1}


@pytest.mark.parametrize("by", ["file", "fingerprint"])
def test_after_a_partial_failure_only_what_failed_is_asked_again(company: Company, by: str) -> None:
    approved = company.propose(shop="agency", blog="agency", mail="agency")
    plan = company.approve()
    how = [plan] if by == "file" else ["--expect", approved]
    company.town.edit("POST", "faults", [{"method": "POST", "path": f"/{BLOG}/*", "reset": "before"}])
    failed = company.main.run("apply", *how)
    assert failed.code == 8, failed.err
    assert company.asked() == {SHOP: 1, MAIL: 1}
    company.town.edit("POST", "faults", [])

    retried = company.main.run("apply", *how)
    assert retried.code == 0, retried.err
    assert "1 failed and will be asked again" in retried.err
    assert company.asked() == {SHOP: 1, BLOG: 1, MAIL: 1}
    with closing(sqlite3.connect(company.main.desk.journal)) as database:
        bodies = database.execute("SELECT body FROM reconciler_entries WHERE kind = 'run'").fetchall()
    assert {json.loads(body)["fingerprint"] for (body,) in bodies} == {approved}


def test_what_failed_is_not_asked_again_once_it_is_another_request(company: Company) -> None:
    company.propose(shop="agency", blog="agency")
    plan = company.approve()
    company.town.edit("POST", "faults", [{"method": "POST", "path": f"/{BLOG}/*", "reset": "before"}])
    assert company.main.run("apply", plan).code == 8
    company.town.edit("POST", "faults", [])
    company.town.edit("PUT", "services", [{"service": BLOG, "technical": CAROL}])
    done = company.main.run("apply", plan)
    assert done.code == 6
    assert f"{BLOG} technical: platform -> agency when the plan was made, held by carol now" in done.err
    assert company.asked() == {SHOP: 1}


def test_a_plan_asks_once_even_where_it_came_to_nothing(company: Company) -> None:
    company.propose(shop="agency")
    plan = company.approve()
    company.town.edit("POST", "settings", {"expiry_days": 0.000001})
    assert company.main.run("apply", plan).code == 0
    (task,) = company.town.edit("GET", "tasks")
    done = company.main.run("apply", plan)
    assert done.code == 6, done.err
    assert "a plan is carried out once" in done.err
    assert str(task["id"]) in done.err
    assert company.asked() == {SHOP: 1}

    assert company.main.run("plan", "--out", "anew.json").code == 0
    assert company.main.document("anew.json")["fingerprint"] == company.main.document(plan)["fingerprint"]
    assert company.main.run("apply", "anew.json").code == 0, "a plan that is made again may ask again"
    assert company.asked() == {SHOP: 2}


def test_a_plan_edited_by_hand_is_refused_before_any_request(company: Company) -> None:
    company.propose(shop="agency")
    plan = company.approve()
    text = company.main.path(plan).read_text()
    company.main.path(plan).write_text(text.replace(AGENCY, CAROL))
    done = company.main.run("apply", plan)
    assert done.code == 6
    assert "edited by hand" in done.err
    assert company.posts() == 0


def test_what_main_wants_beside_the_plan_is_not_asked_with_it(company: Company) -> None:
    company.propose("--base", "origin/main", shop="agency")
    company.main.commit(wanted(blog="agency"))
    done = company.main.run("apply", company.approve())
    assert done.code == 6
    assert "made with --base origin/main, and lacks what was wanted there already" in done.err
    assert (
        f"{BLOG} technical: platform -> agency is asked for now and is not in the approved plan" in done.err
    )
    assert company.posts() == 0


def test_a_plan_made_from_uncommitted_changes_says_so_and_wants_them_committed_as_they_are(
    company: Company,
) -> None:
    here = company.main
    here.desk.write(wanted(shop="agency"))
    planned = here.run("plan", "--out", "plan.json")
    assert planned.code == 0
    assert "not committed" in planned.err
    assert here.document("plan.json")["made"]["dirty"] is True
    refused = here.run("apply", "plan.json")
    assert refused.code == 6
    assert "not committed" in refused.err
    assert company.posts() == 0
    here.git("commit", "-qam", "as it is")
    assert here.run("apply", "plan.json").code == 0
    assert company.asked() == {SHOP: 1}


def test_a_fork_without_secrets_gets_the_full_plan_and_what_it_approves_is_applied_by_fingerprint(
    company: Company,
) -> None:
    fork = Checkout.of(company.origin, Desk(company.origin.parent / "fork", company.town.url, SHORT, held=()))
    fork.branch("change")
    fork.commit(wanted(shop="agency"))
    company.main.commit(wanted(blog="agency"))
    assert company.main.run("apply", "--yes").code == 0
    assert company.main.run("snapshot", "--out", "snapshot.json").code == 0
    fork.take(company.main.path("snapshot.json"))
    fork.git("fetch", "-q", "origin")
    before = company.town.edit("GET", "requests")

    assert fork.run("plan").code == 1, "it has no keys"
    fork.desk.environ["GITHUB_STEP_SUMMARY"] = str(fork.path("summary.md"))
    planned = fork.run("plan", "--snapshot", "snapshot.json", "--base", "origin/main", *every_output())
    assert planned.code == 0, planned.err
    assert company.town.edit("GET", "requests") == before, "nothing was asked for over the network"
    shown = fork.document("plan-as.json")
    assert [row["service"] for row in shown["requests"]] == [SHOP]
    assert [row["service"] for row in shown["base"]["wanted"]] == [BLOG]
    assert SHOP in fork.path("plan.md").read_text()

    company.proposer.git("fetch", "-q", "origin")
    company.proposer.git("checkout", "-q", "-f", "origin/change")
    with_keys = company.proposer.run("plan", "--base", "origin/main", "-o", "json=plan-as.json")
    assert with_keys.code == 0, with_keys.err
    assert shown["requests"] == company.proposer.document("plan-as.json")["requests"]
    assert shown["fingerprint"] == company.proposer.document("plan-as.json")["fingerprint"]

    company.proposer.merge("change")
    company.main.pull()
    done = company.main.run("apply", "--expect", shown["fingerprint"])
    assert done.code == 0, done.err
    assert company.asked() == {BLOG: 1, SHOP: 1}


def test_what_moved_since_the_snapshot_of_a_fork_is_not_asked_for(company: Company) -> None:
    assert company.main.run("snapshot", "--out", "snapshot.json").code == 0
    fork = Checkout.of(company.origin, Desk(company.origin.parent / "fork", company.town.url, SHORT, held=()))
    fork.branch("change")
    fork.commit(wanted(shop="agency"))
    fork.take(company.main.path("snapshot.json"))
    assert fork.run("plan", "--snapshot", "snapshot.json", "--out", "plan.json").code == 0
    company.town.edit("PUT", "services", [{"service": SHOP, "technical": CAROL}])
    company.proposer.merge("change")
    company.main.pull()
    refused = company.main.run("apply", company.main.take(fork.path("plan.json")))
    assert refused.code == 6
    assert f"{SHOP} technical: platform -> agency when the plan was made, held by carol now" in refused.err
    assert company.asked() == {}
