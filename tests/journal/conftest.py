"""Every journal test that asks for `journal_url` runs over both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journal.postgres import postgres_cluster, postgres_url

__all__ = ["journal_url", "postgres_cluster", "postgres_url"]


@pytest.fixture(params=["sqlite", "postgresql"])
def journal_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where a new journal may be kept: a file, then a PostgreSQL database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/state/journal.sqlite"
    url: str = request.getfixturevalue("postgres_url")
    return url
