"""One note of a merge request that shows its plan: made once, edited ever after."""

from __future__ import annotations

import os
import re
import sys

from refusal import Refusal
from rest import Api
from settings import marker, plan_or_none, variable

LONGEST = 1_000_000
"""How many characters a note on GitLab may hold."""


def main() -> None:
    """Post the plan that an earlier job left. Without a token nothing is posted, and it is said.

    Raises:
        Refusal: nothing was posted, and why.
    """
    token = os.environ.get("CONTACTS_NOTE_TOKEN", "")
    if not token:
        print("CONTACTS_NOTE_TOKEN is not set: the plan is not posted as a note", file=sys.stderr)
        return
    first = marker()
    body = _without_quick_actions(plan_or_none(variable("FOLDER"), first, LONGEST))
    project, number = variable("CI_MERGE_REQUEST_PROJECT_ID"), variable("CI_MERGE_REQUEST_IID")
    if not (project.isascii() and project.isdigit() and number.isascii() and number.isdigit()):
        raise Refusal("CI_MERGE_REQUEST_PROJECT_ID and CI_MERGE_REQUEST_IID are to be numbers")
    api = Api(variable("CI_API_V4_URL"), PRIVATE_TOKEN=token)
    request = f"/projects/{project}/merge_requests/{number}"
    # The branch's own commit: where results of merges are planned, the job's is that of a merge.
    planned = os.environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or variable("CI_COMMIT_SHA")
    if api.get(request)["sha"] != planned:
        print(
            f"nothing is posted: merge request {number} has moved on from what was planned", file=sys.stderr
        )
        return
    ourselves = api.get("/user")["id"]
    notes = f"{request}/notes"
    ours = [
        note
        for note in api.pages(f"{notes}?per_page=100&sort=asc")
        if note["author"]["id"] == ourselves and note["body"].split("\n", 1)[0].rstrip("\r") == first
    ]
    if ours:
        api.send("PUT", f"{notes}/{int(ours[0]['id'])}", {"body": body})
    else:
        api.send("POST", notes, {"body": body})
    print(f"the plan is a note of merge request {number}", file=sys.stderr)


def _without_quick_actions(body: str) -> str:
    """Return a note without lines that begin with `/`: GitLab would carry them out as commands of ours."""
    return re.sub(r"(^|[\r\n])([ \t>]*)/", r"\1\2\\/", body)
