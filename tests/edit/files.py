"""A file in a folder of its own, edited by the functions that the commands call."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from pathlib import Path

from reconciler.cli.editing import listed, read_files
from reconciler.cli.formatting import reformatted
from reconciler.config import Config, load
from reconciler.edit.replace import replace, with_replaced
from reconciler.model import ROLES, Role
from tests.running import Desk

HEAD = """\
version: 1
endpoint: sandbox
accounts: {platform: pl11111-ovh, carol: ca22222-ovh, dave: da33333-ovh}
"""


def replaced(path: Path, old: str = "carol", new: str = "dave", roles: Collection[str] = ROLES) -> None:
    """Replace an account in a file and in all that it includes."""
    files = read_files(path)
    before, after = listed(old, files.config), listed(new, files.config)
    within = {Role(role) for role in roles}
    edits = replace(files.sources, files.config, before, after, within)
    files.write(edits, lambda _: with_replaced(files.config, before.id, after.id, within))


def formatted_file(path: Path) -> None:
    """Bring a file and all that it includes into canonical form."""
    files = read_files(path)
    files.write(reformatted(files), lambda _: files.config)


def declared(raw: bytes) -> Config:
    """Return what a file of these bytes declares."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contacts.yaml"
        path.write_bytes(raw)
        return load(path, shown_as=Path("contacts.yaml"))


def desk_with(folder: Path, body: str, head: str = HEAD) -> Desk:
    """Return a desk at which this file lies, and no keys."""
    desk = Desk(folder, "sandbox", accounts={})
    desk.file.write_bytes((head + body).encode())
    return desk
