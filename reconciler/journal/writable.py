"""Whether a journal could be written to, found out without writing."""

from __future__ import annotations

import os
from pathlib import Path

from reconciler.journal.location import locate


def why_not_writable(url: str | Path) -> str | None:
    """Return why the journal at a path or URL cannot be written to; None where nothing speaks against it.

    Of a file, its mode and that of its folder are looked at, for SQLite keeps files beside it. What a role of
    a PostgreSQL server may write is not looked at.

    Raises:
        JournalError: it is neither a path nor a URL of a journal.
    """
    path = locate(url).path
    if path is None:
        return None
    if path.exists() and not os.access(path, os.W_OK):
        return f"{path} cannot be written to"
    folder = path.absolute().parent
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        return f"{folder} is no folder"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"the folder {folder} cannot be written to"
    return None
