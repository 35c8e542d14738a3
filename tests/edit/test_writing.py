"""An edit is put in place as a whole, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.cli.editing import Files, read_files
from reconciler.edit.splices import Splice
from reconciler.edit.texts import Edit
from reconciler.errors import ReconcilerError
from tests.edit.files import HEAD, replaced

BODY = "services: {domain/a.example: {admin: carol}}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file that includes another; both name the person."""
    (tmp_path / "team.yaml").write_text("version: 1\nservices: {domain/b.example: {admin: carol}}\n")
    main = tmp_path / "contacts.yaml"
    main.write_text(HEAD + "include: [team.yaml]\n" + BODY)
    return main


def put(files: Files, old: str, new: str) -> None:
    """Exchange a piece of the main file, which is to mean what it means."""
    at = files.sources[0].text.index(old)
    edit = Edit(0, files.sources[0], [Splice(at, at + len(old), new)])
    files.write([edit], lambda _: files.config)


def test_mode_and_links_stay_and_nothing_is_left_beside_the_file(path: Path) -> None:
    real = path.rename(path.with_name("real.yaml"))
    path.symlink_to("real.yaml")
    real.chmod(0o640)

    replaced(path)

    assert path.is_symlink()
    assert "admin: dave" in real.read_text()
    assert real.stat().st_mode & 0o777 == 0o640
    assert sorted(found.name for found in path.parent.iterdir()) == [
        "contacts.yaml",
        "real.yaml",
        "team.yaml",
    ]


@pytest.mark.parametrize("name", ["contacts.yaml", "team.yaml"])
def test_what_someone_else_changed_meanwhile_is_not_overwritten(path: Path, name: str) -> None:
    files = read_files(path)
    with (path.parent / name).open("a") as stream:
        stream.write("# added by an editor\n")
    before = {one: one.read_bytes() for one in path.parent.iterdir()}

    with pytest.raises(ReconcilerError, match="changed by someone else"):
        put(files, "admin: carol", "admin:  carol")

    assert {one: one.read_bytes() for one in path.parent.iterdir()} == before


def test_a_file_that_has_gone_meanwhile_is_not_made_again(path: Path) -> None:
    files = read_files(path)
    (path.parent / "team.yaml").unlink()
    before = path.read_bytes()

    with pytest.raises(ReconcilerError, match=r"cannot keep|changed by someone else"):
        put(files, "admin: carol", "admin:  carol")

    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "new", ["admin: dave", "admin: nobody", "admin: carol, owner: carol", "admin: [", ""]
)
def test_what_would_mean_something_else_is_never_written(path: Path, new: str) -> None:
    before = {one: one.read_bytes() for one in path.parent.iterdir()}

    with pytest.raises(ReconcilerError, match="nothing was changed"):
        put(read_files(path), "admin: carol", new)

    assert {one: one.read_bytes() for one in path.parent.iterdir()} == before


def test_of_two_files_none_is_written_when_one_cannot_be(path: Path) -> None:
    files = read_files(path)
    edits = [
        Edit(at, source, [Splice(source.text.index("carol}}"), source.text.index("carol}}"), " ")])
        for at, source in enumerate(files.sources)
    ]
    (path.parent / "team.yaml").write_text("version: 1\nservices: {}\n")
    before = path.read_bytes()

    with pytest.raises(ReconcilerError):
        files.write(edits, lambda _: files.config)

    assert path.read_bytes() == before
