"""Whose snapshot a fork's plan is made from: one that no pull request can have left."""

from __future__ import annotations

from typing import Any

from tests.ci.github import COMMIT, GitHub
from tests.ci.runner import Job


def run(number: int, **changes: Any) -> dict[str, Any]:
    """Return a run as GitHub lists it: of the default branch, unless said."""
    usual = {"event": "push", "head_branch": "main", "head_repository": {"full_name": "company/contacts"}}
    return {"id": number, "head_sha": COMMIT, **usual, **changes}


def test_the_newest_snapshot_is_of_a_run_that_no_pull_request_can_have_made(
    hub: GitHub, comment: Job
) -> None:
    hub.runs = [
        run(6, event="pull_request", head_repository={"full_name": "stranger/contacts"}),
        run(5, head_repository={"full_name": "stranger/contacts"}),
        run(4, event="pull_request"),
        run(3, head_branch="change"),
        run(2, event="schedule"),
        run(1),
    ]
    hub.runs = [*(run(100 + more, head_repository={"full_name": "x/y"}) for more in range(5)), *hub.runs]
    done = comment.use(command="find-snapshot")
    assert done.code == 0, done.err
    assert done.outputs["run-id"] == "2"


def test_where_no_snapshot_was_taken_yet_it_is_said_what_to_do(hub: GitHub, comment: Job) -> None:
    hub.runs = [run(5, event="pull_request")]
    done = comment.use(command="find-snapshot")
    assert done.code == 1
    assert "run that workflow once" in done.err
    hostile = comment.use(command="find-snapshot", workflow="../../x.yml")
    assert hostile.code == 1
    assert all("/contacts-snapshot.yml/" in asked.path for asked in hub.server.asked)
