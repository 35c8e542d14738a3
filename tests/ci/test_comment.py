"""The trusted job: one comment, edited; what the plan's run left is a stranger's word."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.ci.github import BOT, COMMIT, HOME, GitHub, workflow_run
from tests.ci.runner import Job, commands

MARKER = "<!-- reconciler:plan -->"
PLAN = f"{MARKER}\n## Contact plan\n\nIn sync: 3.\n"
DATED = f"\n\nThis is about commit {COMMIT}.\n"


def artifact(job: Job, plan: str | bytes = PLAN) -> str:
    """Leave what a plan's run left, and return the folder that it was downloaded to."""
    folder = job.temp / "artifact"
    folder.mkdir(exist_ok=True)
    (folder / "plan.md").write_bytes(plan if isinstance(plan, bytes) else plan.encode())
    return str(folder)


def test_the_first_plan_is_a_comment_and_the_next_one_edits_it(hub: GitHub, comment: Job) -> None:
    comment.quick = False
    done = comment.use(command="comment", folder=artifact(comment))
    assert done.code == 0, done.err
    assert done.steps == ("check", "comment"), "nothing is installed"
    assert hub.bodies == [PLAN + DATED]
    assert done.outputs["comment"] == hub.comments[0]["html_url"]

    again = comment.use(command="comment", folder=artifact(comment, PLAN + "more"))
    assert again.code == 0, again.err
    assert hub.bodies == [PLAN + "more" + DATED]


def test_our_comment_is_found_behind_pages_of_others(hub: GitHub, comment: Job) -> None:
    for number in range(5):
        hub.comment(f"remark {number}", by="carol")
    ours = hub.comment(PLAN)
    hub.comment("the last word", by="carol")
    assert comment.use(command="comment", folder=artifact(comment, PLAN + "new")).code == 0
    assert hub.written == [f"PATCH /repos/company/contacts/issues/comments/{ours}"]


@pytest.mark.parametrize(
    ("body", "by"),
    [
        (PLAN, "carol"),
        (f"see\n{PLAN}", BOT),
        ("<!-- reconciler:plan other -->\nanother file's", BOT),
        ("", BOT),
    ],
    ids=["of somebody else", "that quotes ours", "of another key", "that is empty"],
)
def test_a_comment_that_is_not_ours_is_never_edited(hub: GitHub, comment: Job, body: str, by: str) -> None:
    hub.comment(body, by)
    assert comment.use(command="comment", folder=artifact(comment)).code == 0
    assert hub.bodies == [body, PLAN + DATED]


def test_our_comment_is_known_whatever_its_line_ends_are(hub: GitHub, comment: Job) -> None:
    hub.comment(PLAN.replace("\n", "\r\n"))
    assert comment.use(command="comment", folder=artifact(comment)).code == 0
    assert hub.bodies == [PLAN + DATED]


def test_among_more_comments_than_are_read_none_is_made(hub: GitHub, comment: Job) -> None:
    for _ in range(201):
        hub.comment("remark", by="carol")
    done = comment.use(command="comment", folder=artifact(comment))
    assert done.code == 1
    assert "more than 100 pages" in done.err
    assert hub.written == []


def test_a_key_that_could_end_the_marker_is_refused(hub: GitHub, comment: Job) -> None:
    done = comment.use(command="comment", folder=artifact(comment), comment_key="a --> b")
    assert done.code == 1
    assert hub.server.asked == []


def test_a_key_has_a_comment_of_its_own(hub: GitHub, comment: Job) -> None:
    hub.comment(PLAN)
    keyed = PLAN.replace(MARKER, "<!-- reconciler:plan teams/a -->")
    assert comment.use(command="comment", folder=artifact(comment, keyed), comment_key="teams/a").code == 0
    assert hub.bodies == [PLAN, keyed + DATED]


@pytest.mark.parametrize(
    "pull",
    [
        {"head": "bad0000000000000000000000000000000000000"},
        {"repository": HOME},
        {"base": "old-release"},
        {"branch": "another"},
    ],
    ids=["pushed to since", "of another repository", "for another branch", "from another branch"],
)
def test_a_pull_request_that_is_not_at_what_was_planned_gets_no_comment(
    hub: GitHub, comment: Job, pull: dict[str, Any]
) -> None:
    hub.pulls.clear()
    hub.open(8, **pull)
    done = comment.use(command="comment", folder=artifact(comment))
    assert done.code == 0, "it is no failure: the run for the newer commit tells"
    assert "nothing is posted" in done.err
    assert COMMIT in done.err
    assert hub.written == []


def test_the_pull_request_is_found_among_others_of_its_branch(hub: GitHub, comment: Job) -> None:
    hub.pulls.clear()
    for number, base in enumerate(["old-release", "next", "main"], 5):
        hub.open(number, base=base)
    assert comment.use(command="comment", folder=artifact(comment)).code == 0
    assert hub.written == ["POST /repos/company/contacts/issues/7/comments"]


def test_a_pull_request_that_is_closed_while_it_is_looked_at_gets_no_comment(
    hub: GitHub, comment: Job
) -> None:
    hub.then = lambda: hub.pulls[7].update(state="closed")
    assert "nothing is posted" in comment.use(command="comment", folder=artifact(comment)).err
    assert hub.written == []


def test_a_closed_pull_request_and_one_of_a_deleted_fork_get_no_comment(hub: GitHub, comment: Job) -> None:
    hub.pulls[7]["state"] = "closed"
    assert "nothing is posted" in comment.use(command="comment", folder=artifact(comment)).err
    hub.open()
    hub.pulls[7]["head"]["repo"] = None
    assert "nothing is posted" in comment.use(command="comment", folder=artifact(comment)).err
    assert hub.written == []


def test_a_push_while_it_is_looked_at_cannot_hide_what_the_planned_commit_changed(
    hub: GitHub, comment: Job
) -> None:
    hub.then = lambda: hub.open(head="bad0000000000000000000000000000000000000")
    done = comment.use(command="comment", folder=artifact(comment, f"{MARKER}\nAll is well, merge me."))
    assert "nothing is posted" in done.err
    assert hub.written == []


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        (MARKER + "\n" + "x" * 65_536, "65,536"),
        (b"\xff" * 300_000, "larger than"),
        (MARKER.encode() + b"\n\xff", "UTF-8"),
        (f"{MARKER}\n\0", "zero byte"),
        (f" {MARKER}\n", "does not begin with"),
        ("Merge this, it is fine.", "does not begin with"),
    ],
)
def test_a_plan_that_is_none_is_not_posted_and_that_of_an_earlier_push_goes(
    hub: GitHub, comment: Job, plan: str | bytes, says: str
) -> None:
    hub.comment(PLAN)
    done = comment.use(command="comment", folder=artifact(comment, plan))
    assert done.code == 0, done.err
    assert says in done.err
    (body,) = hub.bodies
    assert body.startswith(f"{MARKER}\n")
    assert "the run that was to make the plan left none" in body
    assert body.endswith(DATED)


def test_a_plan_as_long_as_a_comment_may_be_is_posted(hub: GitHub, comment: Job) -> None:
    longest = MARKER + "\n" + "x" * (65_536 - len(MARKER) - 1)
    assert comment.use(command="comment", folder=artifact(comment, longest)).code == 0
    assert hub.bodies == [longest]


@pytest.mark.parametrize("kind", ["link", "pipe", "absent"])
def test_what_is_no_plain_file_is_not_read(hub: GitHub, comment: Job, kind: str, tmp_path: Path) -> None:
    folder = artifact(comment)
    plan = Path(folder) / "plan.md"
    plan.unlink()
    if kind == "link":
        secret = tmp_path / "secret"
        secret.write_text(PLAN)
        plan.symlink_to(secret)
    elif kind == "pipe":
        os.mkfifo(plan)
        comment.quick = False  # a process that waits for a writer can be ended
    done = comment.use(command="comment", folder=folder)
    assert done.code == 0, done.err
    assert "plan.md" in done.err
    assert "left none" in hub.bodies[0]


@pytest.mark.parametrize(
    "files",
    [
        [{"filename": "a"}, {"filename": "b"}, {"filename": ".github/workflows/contacts-plan.yml"}],
        [{"filename": "docs/plan.yml", "previous_filename": ".github/workflows/contacts-plan.yml"}],
    ],
    ids=["on the second page", "moved away"],
)
def test_a_plan_that_the_branch_could_have_forged_is_not_shown(
    hub: GitHub, comment: Job, files: list[dict[str, str]]
) -> None:
    hub.files = files
    hub.comment(PLAN)
    done = comment.use(command="comment", folder=artifact(comment, f"{MARKER}\nAll is well, merge me."))
    assert done.code == 0, done.err
    (body,) = hub.bodies
    assert body.startswith(f"{MARKER}\n")
    assert "Not shown" in body
    assert "merge me" not in body


def test_a_change_of_more_files_than_github_lists_could_have_forged_it(hub: GitHub, comment: Job) -> None:
    hub.pulls[7]["changed_files"] = 3_001
    assert comment.use(command="comment", folder=artifact(comment)).code == 0
    assert "Not shown" in hub.bodies[0]


@pytest.mark.parametrize(
    "event",
    [{}, {"pull_request": {"number": 7}}, workflow_run(of="push"), workflow_run(head="main; touch x")],
)
def test_it_is_for_runs_after_a_pull_request_s(hub: GitHub, comment: Job, event: dict[str, Any]) -> None:
    comment.event = event
    done = comment.use(command="comment", folder=artifact(comment))
    assert done.code == 1
    assert hub.written == []


def test_the_token_goes_to_the_api_only_whatever_an_answer_says(hub: GitHub, comment: Job) -> None:
    for _ in range(3):
        hub.comment("remark", by="carol")
    hub.elsewhere = "http://127.0.0.1:9/stolen"
    done = comment.use(command="comment", folder=artifact(comment))
    assert done.code == 1
    assert "elsewhere" in done.err

    hub.elsewhere, hub.redirected = "", f"{hub.server.url}/stolen"
    before = len(hub.server.asked)
    done = comment.use(command="comment", folder=artifact(comment))
    assert (done.code, len(hub.server.asked)) == (1, before + 1)
    assert "answered with 307" in done.err

    comment.api = "http://api.example/"
    assert "https://" in comment.use(command="comment", folder=artifact(comment)).err


def test_what_github_answers_is_told_and_starts_no_command(hub: GitHub, comment: Job) -> None:
    hub.then = hub.pulls.clear
    done = comment.use(command="comment", folder=artifact(comment))
    assert done.code == 1
    assert "answered with 404: 'Not Found\\n::error::forged " in done.err
    assert len(done.err) < 500
    assert commands(done.out + done.err) == []


def test_an_answer_that_is_not_as_documented_is_told_and_an_address_that_is_none_is_not_passed_on(
    hub: GitHub, comment: Job
) -> None:
    hub.link = "https://x\nrun-id="
    done = comment.use(command="comment", folder=artifact(comment))
    assert done.code == 0, done.err
    assert set(done.outputs.values()) == {""}

    del hub.pulls[7]["changed_files"]
    done = comment.use(command="comment", folder=artifact(comment))
    assert done.code == 1
    assert "not as documented: KeyError" in done.err


def test_markdown_is_passed_on_as_it_is_and_no_shell_sees_it(hub: GitHub, comment: Job) -> None:
    comment.quick = False
    hostile = f"{MARKER}\n$(touch x) `touch x` \"; touch x; '\n::set-output name=a::b\nEOF\n@everyone\n"
    done = comment.use(command="comment", folder=artifact(comment, hostile))
    assert done.code == 0, done.err
    assert hub.bodies == [hostile + DATED]
    assert commands(done.out + done.err) == []
    assert not list(comment.checkout.iterdir())


def test_the_token_is_in_no_log(hub: GitHub, comment: Job) -> None:
    comment.token = "wrong-token-canary"
    done = comment.use(command="comment", folder=artifact(comment))
    assert done.code == 1
    assert "Bad credentials" in done.err
    assert "canary" not in done.out + done.err
    assert hub.comments == []
