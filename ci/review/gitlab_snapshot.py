"""The newest snapshot that the protected branch's job left, for plans of merge requests without keys."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote, urlencode

from refusal import Refusal
from rest import Api
from settings import variable

LARGEST = 512 * 1024 * 1024
"""A snapshot of a million services is smaller."""

JOB = "contacts snapshot"
FILE = "contacts-snapshot.json"


def main() -> None:
    """Write the snapshot to the file that SNAPSHOT names.

    Raises:
        Refusal: there is none, or it may not be read.
    """
    project, branch = variable("CI_MERGE_REQUEST_PROJECT_ID"), variable("CI_DEFAULT_BRANCH")
    if not (project.isascii() and project.isdigit()):
        raise Refusal("CI_MERGE_REQUEST_PROJECT_ID is to be a number")
    api = Api(variable("CI_API_V4_URL"), **_authority())
    where = f"/projects/{project}/jobs/artifacts/{quote(branch, safe='')}/raw/{FILE}"
    content = api.read(f"{where}?{urlencode({'job': JOB})}", LARGEST)
    if content is None:
        raise Refusal(f"the job {JOB!r} has left no snapshot on {branch!r} yet, or this job may not read it")
    Path(variable("SNAPSHOT")).write_bytes(content)


def _authority() -> dict[str, str]:
    """Return the header that lets us read: of a token for that, else of the job's own, else none."""
    for name, header in (("CONTACTS_SNAPSHOT_TOKEN", "PRIVATE_TOKEN"), ("CI_JOB_TOKEN", "JOB_TOKEN")):
        if token := os.environ.get(name, ""):
            return {header: token}
    return {}
