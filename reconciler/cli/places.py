"""Where files of ours live: the journal and the sandboxes in the XDG state folder."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path


def state_folder() -> Path:
    """Return the folder of the journal and of embedded sandboxes."""
    from platformdirs import user_state_path  # noqa: PLC0415  # only commands with state need it

    return user_state_path("reconciler")


def journal_file() -> Path:
    """Return where the journal is kept."""
    return state_folder() / "journal.sqlite3"


def sandbox_folder(file: Path) -> Path:
    """Return where the embedded sandbox of a contacts file keeps its world and its journal.

    A world file beside it counts in: who edits it wants the world that it says, not the one from before.
    """
    world = world_file(file)
    key = sha256(str(file.resolve()).encode())
    if world.is_file():
        key.update(world.read_bytes())
    return state_folder() / "sandbox" / key.hexdigest()[:16]


def world_file(file: Path) -> Path:
    """Return where the world of the embedded sandbox may be described."""
    return file.parent / "sandbox.yaml"
