"""One comment of a pull request that shows its plan: made once, edited ever after.

Runs in a workflow on `workflow_run`, with a token that may write comments, on behalf of the finished run of a
pull request, which anybody may have opened. All that is known of that run for sure is what GitHub itself says
in the event: the commit, the branch and the repository that were planned. By these the pull request is looked
up. What the run left as an artifact is a stranger's word. So its text is shown only where the pull request
could not have replaced the workflow that made it; and whatever the run left, or did not, no comment goes on
showing the plan of an earlier push.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from refusal import Refusal, shown
from rest import Api
from settings import marker, plan_or_none, variable

LONGEST = 65_536
"""How many characters a comment on GitHub may hold."""

MOST_FILES = 3_000
"""GitHub lists so many files of a pull request and no more."""

AUTHOR = "github-actions[bot]"
"""Who comments with the token of a job."""

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.ASCII)
_ADDRESS = re.compile(r"https://[!-~]{1,500}", re.ASCII)
_WORKFLOWS = ".github/"


def main() -> None:
    """Post the plan that a run left, or say in its place why it is not shown.

    Nothing is posted where the pull request has moved on: the run for its new commit will tell.

    Raises:
        Refusal: nothing was posted, and why.
    """
    folder, first = variable("FOLDER"), marker()
    repository = variable("GITHUB_REPOSITORY")
    planned = planned_by(json.loads(Path(variable("GITHUB_EVENT_PATH")).read_text(encoding="utf-8")))
    api = github(variable("TOKEN"))
    number = _number(api, repository, planned)
    if number is None:
        return
    path = f"/repos/{repository}/pulls/{number}"
    forgeable = any(name.startswith(_WORKFLOWS) for name in _changed(api, path))
    pull = api.get(path)
    # Looked at again after its files: a push in between could have had others listed than were planned.
    if not planned.is_of(pull):
        _moved_on(planned)
        return
    forgeable = forgeable or pull["changed_files"] > MOST_FILES
    body = f"{first}\n{_FORGEABLE}" if forgeable else plan_or_none(folder, first, LONGEST)
    _tell(_post(api, f"/repos/{repository}/issues", number, first, _dated(body, planned.commit)))


@dataclass(frozen=True)
class Planned:
    """What a run planned, as GitHub's event tells it.

    Attributes:
        repository: the number of the one that the branch is in.
        owner: whose that is.
        into: the branch that is applied.
    """

    commit: str
    branch: str
    repository: int
    owner: str
    into: str

    def is_of(self, pull: Any) -> bool:
        """Tell whether this is the head of an open pull request for the branch that is applied."""
        head = pull["head"]
        return bool(
            pull["state"] == "open"
            and pull["base"]["ref"] == self.into
            and head["sha"] == self.commit
            and head["repo"]
            and head["repo"]["id"] == self.repository
        )


def planned_by(event: Any) -> Planned:
    """Return what the run planned after which this one was started.

    Raises:
        Refusal: it planned no pull request.
    """
    run = event.get("workflow_run")
    if not isinstance(run, dict):
        raise Refusal("this is for a workflow on workflow_run: its event tells whose artifact this is")
    if run.get("event") != "pull_request":
        raise Refusal(f"the run was for {shown(run.get('event'))}, and not for a pull request")
    where = run["head_repository"]
    if not _COMMIT.fullmatch(str(run["head_sha"])) or not isinstance(where, dict):
        raise Refusal("the event does not tell which commit was planned, and in which repository")
    into = event["repository"]["default_branch"]
    return Planned(run["head_sha"], run["head_branch"], where["id"], where["owner"]["login"], into)


def github(token: str) -> Api:
    """Return GitHub's API, as the runner names it.

    Raises:
        Refusal: its address is none to send a token to.
    """
    return Api(
        variable("GITHUB_API_URL"),
        Authorization=f"Bearer {token}",
        Accept="application/vnd.github+json",
        X_GitHub_Api_Version="2022-11-28",
    )


_FORGEABLE = """## Contact plan

**Not shown: this pull request changes files in `.github/`, and with them what would make its plan.**

Read those changes, then plan the branch yourself, or have them merged apart:

    reconciler plan --base origin/main
"""


def _number(api: Api, repository: str, planned: Planned) -> int | None:
    """Return the number of the pull request that was planned; None: it has moved on, which is said."""
    query = urlencode({"state": "open", "head": f"{planned.owner}:{planned.branch}", "per_page": 30})
    for pull in api.pages(f"/repos/{repository}/pulls?{query}"):
        if planned.is_of(pull):
            return int(pull["number"])
    _moved_on(planned)
    return None


def _moved_on(planned: Planned) -> None:
    print(
        f"nothing is posted: no open pull request for {shown(planned.into)} is at {planned.commit}, which was"
        " planned; if it was pushed to since, a newer run will tell",
        file=sys.stderr,
    )


def _changed(api: Api, path: str) -> Iterator[str]:
    for one in api.pages(f"{path}/files?per_page=100"):
        yield one["filename"]
        yield one.get("previous_filename") or ""


def _dated(body: str, commit: str) -> str:
    """Return a comment that says which commit it is about, where there is room; a cut plan says so itself."""
    longer = f"{body}\n\nThis is about commit {commit}.\n"
    return longer if len(longer) <= LONGEST else body


def _post(api: Api, issues: str, number: int, first: str, body: str) -> str:
    """Edit our comment, or make it, and return its address."""
    ours = [
        comment
        for comment in api.pages(f"{issues}/{number}/comments?per_page=30")
        if (comment.get("user") or {}).get("login") == AUTHOR
        and (comment.get("body") or "").split("\n", 1)[0].rstrip("\r") == first
    ]
    if not ours:
        return str(api.send("POST", f"{issues}/{number}/comments", {"body": body})["html_url"])
    return str(api.send("PATCH", f"{issues}/comments/{int(ours[0]['id'])}", {"body": body})["html_url"])


def _tell(address: str) -> None:
    if not _ADDRESS.fullmatch(address):
        return  # it is posted; an address that could be read as something else is not passed on
    with Path(variable("GITHUB_OUTPUT")).open("a", encoding="utf-8") as stream:
        stream.write(f"comment={address}\n")
    print(f"the plan is at {address}", file=sys.stderr)
