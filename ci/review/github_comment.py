"""One comment of a pull request that shows its plan: made once, edited ever after.

Runs in a workflow on `workflow_run`, with a token that may write comments, on behalf of the finished run of a
pull request, which anybody may have opened. All that is known of that run for sure is what GitHub itself says
in the event; what the run left as an artifact is a stranger's word. So the number in it counts only where the
pull request of that number stands at the very commit that was planned, in the same repository; and its text
is shown only where the pull request could not have replaced the workflow that made it.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from refusal import Refusal, shown
from rest import Api
from settings import marker, plan_of, text_of, variable

LONGEST = 65_536
"""How many characters a comment on GitHub may hold."""

MOST_FILES = 3_000
"""GitHub lists so many files of a pull request and no more."""

_LARGEST_EVENT = 8 * 1024 * 1024
_NUMBER = re.compile(r"[1-9][0-9]{0,8}\n?", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.ASCII)
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+", re.ASCII)
_ADDRESS = re.compile(r"https://[!-~]{1,500}", re.ASCII)
_WORKFLOWS = ".github/"


def main() -> None:
    """Post the plan that a run left, or say in its place why it is not shown.

    Raises:
        Refusal: nothing was posted, and why.
    """
    folder, first = variable("FOLDER"), marker()
    repository = variable("GITHUB_REPOSITORY")
    if not _REPOSITORY.fullmatch(repository):
        raise Refusal("GITHUB_REPOSITORY is no owner/name")
    event = json.loads(Path(variable("GITHUB_EVENT_PATH")).read_text(encoding="utf-8"))
    api = github(variable("TOKEN"))
    number = _number(folder)
    pull = api.get(f"/repos/{repository}/pulls/{number}")
    _check(number, pull, event)
    body = plan_of(folder, first, LONGEST)
    if _may_have_forged(api, f"/repos/{repository}/pulls/{number}", pull):
        body = f"{first}\n{_FORGEABLE}"
    address = _post(api, f"/repos/{repository}/issues", number, first, body)
    _tell(address)


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


def _number(folder: str) -> int:
    text = text_of(folder, "number", 16)
    if not _NUMBER.fullmatch(text):
        raise Refusal(f"the artifact names no pull request: {shown(text)}")
    return int(text)


def _check(number: int, pull: Any, event: Any) -> None:
    """Refuse a pull request other than the one that was planned, as GitHub's own event tells it."""
    run = event.get("workflow_run")
    if not isinstance(run, dict):
        raise Refusal("this is for a workflow on workflow_run: its event tells whose artifact this is")
    if run.get("event") != "pull_request":
        raise Refusal(f"the run was for {shown(run.get('event'))}, and not for a pull request")
    planned, where = run["head_sha"], run["head_repository"]
    if not _COMMIT.fullmatch(str(planned)) or not isinstance(where, dict):
        raise Refusal("the event does not tell which commit was planned, and in which repository")
    head, base = pull["head"], pull["base"]
    if head["sha"] != planned or not head["repo"] or head["repo"]["id"] != where["id"]:
        raise Refusal(
            f"pull request {number} is not at {planned}, which this run planned: either it was pushed to"
            " since, and a newer run will tell, or the artifact names a pull request that is not its own"
        )
    if base["ref"] != event["repository"]["default_branch"]:
        raise Refusal(f"pull request {number} is not for the branch that is applied: {shown(base['ref'])}")
    if pull["state"] != "open":
        raise Refusal(f"pull request {number} is not open any more")


def _may_have_forged(api: Api, path: str, pull: Any) -> bool:
    """Tell whether the branch may have had another workflow make its plan."""
    if pull["changed_files"] > MOST_FILES:
        return True
    files = api.pages(f"{path}/files?per_page=100")
    names = (name for one in files for name in (one["filename"], one.get("previous_filename") or ""))
    return any(name.startswith(_WORKFLOWS) for name in names)


def _post(api: Api, issues: str, number: int, first: str, body: str) -> str:
    """Edit our comment, or make it, and return its address."""
    author = os.environ.get("AUTHOR") or "github-actions[bot]"
    ours = [
        comment
        for comment in api.pages(f"{issues}/{number}/comments?per_page=100")
        if (comment.get("user") or {}).get("login") == author
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
