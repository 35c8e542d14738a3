"""The newest run that left a snapshot of OVHcloud, for plans of pull requests from forks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from github_comment import github
from refusal import Refusal
from settings import variable

TRUSTED = ("schedule", "push", "workflow_dispatch")
"""What starts a run of the default branch's own workflow. A pull request may bring a workflow of the same
name, from a branch of the same name in a fork, and leave a snapshot of its own making."""

_WORKFLOW = re.compile(r"[A-Za-z0-9._ -]+\.ya?ml", re.ASCII)


def main() -> None:
    """Pass on the number of the run as the output `run-id`.

    Raises:
        Refusal: there is none yet, or GitHub did not tell.
    """
    workflow, branch = variable("WORKFLOW"), variable("DEFAULT_BRANCH")
    repository = variable("GITHUB_REPOSITORY")
    if not _WORKFLOW.fullmatch(workflow):
        raise Refusal("the input workflow is the name of a file in .github/workflows, such as snapshot.yml")
    api = github(variable("TOKEN"))
    runs = f"/repos/{repository}/actions/workflows/{quote(workflow, safe='')}/runs"
    ours = [
        run["id"]
        for event in TRUSTED  # one by one, so that no number of a stranger's runs hides them
        for run in api.get(f"{runs}?{_query(branch, event)}")["workflow_runs"]
        if _is_ours(run, repository, branch)
    ]
    newest = max(ours, default=None)
    if newest is None:
        raise Refusal(f"no run of {workflow} on {branch} has left a snapshot yet: run that workflow once")
    with Path(variable("GITHUB_OUTPUT")).open("a", encoding="utf-8") as stream:
        stream.write(f"run-id={int(newest)}\n")


def _query(branch: str, event: str) -> str:
    return urlencode({"branch": branch, "event": event, "status": "success", "per_page": 10})


def _is_ours(run: Any, repository: str, branch: str) -> bool:
    where = (run.get("head_repository") or {}).get("full_name")
    return bool(where == repository and run["head_branch"] == branch)
