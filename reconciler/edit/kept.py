"""Whether an edited text still means all that it is to mean."""

from __future__ import annotations

from dataclasses import replace

from reconciler.config import Config
from reconciler.errors import ReconcilerError


def assert_means(intended: Config, after: Config) -> None:
    """Assert that the edited files, read anew, declare what was intended; places may have moved.

    Raises:
        ReconcilerError: they do not; the edit must not be written.
    """
    if replace(intended, files=after.files, places=after.places, warnings=after.warnings) != after:
        raise cannot_be_made()


def cannot_be_made() -> ReconcilerError:
    """Return the failure of an edit that came out differently from what it is for."""
    return ReconcilerError(
        "the file is written in a way that this edit cannot keep; nothing was changed",
        hint="edit it by hand, or run reconciler fmt on it first",
    )
