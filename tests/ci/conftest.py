"""GitHub on loopback, jobs with machines of their own, and the company of the review's stories."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ci.github import GitHub, github, workflow_run
from tests.ci.runner import Job
from tests.review.conftest import company

__all__ = ["comment", "company", "hub"]


@pytest.fixture
def hub() -> Iterator[GitHub]:
    """Yield GitHub with an open pull request 7 from a fork."""
    with github() as here:
        here.open()
        yield here


@pytest.fixture
def comment(hub: GitHub, tmp_path: Path) -> Job:
    """Return the trusted job, after the run that planned pull request 7; it has no checkout."""
    checkout = tmp_path / "empty"
    checkout.mkdir()
    return Job(tmp_path / "comment", checkout, api=hub.server.url, event=workflow_run(), quick=True)
