"""A file that was renamed on one side is still compared with what it was, and people are told."""

from __future__ import annotations

import subprocess
from pathlib import Path

import click
import pytest

from reconciler.cli.base import Base, base_of
from reconciler.cli.past import _DEEPEST
from reconciler.config import load
from reconciler.errors import ReconcilerError
from tests.branch.histories import Contents, written
from tests.branch.test_own_changes import TODAY
from tests.review.checkouts import git

SERVICES = [f"domain/s{number}.example" for number in range(6)]
START: Contents = dict.fromkeys(((service, "technical") for service in SERVICES), "anna")


class Repository:
    """A repository with a branch in the work tree, and `main`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        git(folder, "init", "-q", "-b", "main")
        self.commit("contacts.yaml", START)
        git(folder, "branch", "branch")

    def commit(self, name: str, contents: Contents, *, instead_of: str | None = None) -> None:
        """Commit a file, in place of another one, which may lie in a folder that is no longer there."""
        if instead_of:
            git(self.folder, "rm", "-q", instead_of)
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(written(contents))
        git(self.folder, "add", name)
        git(self.folder, "commit", "-qm", "x")

    def base(self, name: str, ref: str = "main") -> Base:
        """Return the base of the branch, for a file of this name."""
        git(self.folder, "switch", "-q", "branch")
        return base_of(self.folder / name, ref, load(self.folder / name))

    def own(self, name: str) -> dict[tuple[str, str], str]:
        """Return the contacts that the branch adds to main, with the account that it wants."""
        here = load(self.folder / name)
        branch = self.base(name).branch(here, TODAY)
        return {(service, role): str(branch.desired[service].of(role)) for service, role in branch.own}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a repository in which main has moved on, and a branch that is to."""
    repository = Repository(tmp_path)
    repository.commit("contacts.yaml", START | {(SERVICES[0], "technical"): "berta"})
    git(tmp_path, "switch", "-q", "branch")
    return repository


OWN: Contents = {(SERVICES[5], "technical"): "carol"}


@pytest.mark.parametrize("name", ["team.yaml", "teams/all.yaml"])
def test_a_branch_that_renames_the_file_takes_nothing_back(repository: Repository, name: str) -> None:
    repository.commit(name, START | OWN, instead_of="contacts.yaml")

    assert repository.own(name) == {(SERVICES[5], "technical"): "ca11111-ovh"}
    assert repository.base(name).note == f"{name} is contacts.yaml at main, and compared with it"


def test_a_branch_takes_nothing_back_where_main_renames_the_file(repository: Repository) -> None:
    repository.commit("contacts.yaml", START | OWN)
    git(repository.folder, "switch", "-q", "main")
    repository.commit(
        "old/people.yaml", START | {(SERVICES[0], "technical"): "berta"}, instead_of="contacts.yaml"
    )
    git(repository.folder, "switch", "-q", "branch")

    assert repository.own("contacts.yaml") == {(SERVICES[5], "technical"): "ca11111-ovh"}
    assert repository.base("contacts.yaml").note == (
        "contacts.yaml is old/people.yaml at main, and compared with it"
    )


def test_a_new_file_is_not_taken_for_another_new_one_of_main(repository: Repository) -> None:
    repository.commit("north.yaml", START)
    git(repository.folder, "switch", "-q", "main")
    repository.commit("south.yaml", START)
    git(repository.folder, "switch", "-q", "branch")

    assert repository.own("north.yaml").keys() == START.keys()
    assert repository.base("north.yaml").note == (
        "main holds no north.yaml: what the branch declares counts as its own"
    )


def test_the_same_name_on_both_sides_needs_no_word(repository: Repository) -> None:
    repository.commit("contacts.yaml", START | OWN)

    assert repository.base("contacts.yaml").note is None


def test_a_base_of_another_endpoint_is_an_error(repository: Repository) -> None:
    file = repository.folder / "contacts.yaml"
    file.write_text(file.read_text().replace("endpoint: sandbox", "endpoint: ovh-eu"))

    with pytest.raises(ReconcilerError, match="the file means ovh-eu here and sandbox at main"):
        repository.base("contacts.yaml")


def test_an_empty_ref_is_wrong_usage(repository: Repository) -> None:
    with pytest.raises(click.UsageError, match="--base is empty"):
        repository.base("contacts.yaml", "")


def test_what_crossed_too_often_says_how_to_be_told_apart(tmp_path: Path) -> None:
    text = written(START)
    stream = [f"blob\nmark :1\ndata {len(text)}\n{text}\n"]

    def commit(mark: int, *parents: int) -> None:
        line = "branch" if mark % 2 else "main"
        stream.append(f"commit refs/heads/{line}\nmark :{mark}\ncommitter A <a@b> {mark} +0000\ndata 0\n")
        stream.extend(f"{'merge' if at else 'from'} :{parent}\n" for at, parent in enumerate(parents))
        stream.append("" if parents else "M 100644 :1 contacts.yaml\n")

    commit(2)
    commit(3, 2)
    commit(4, 2)
    for ours in range(4, 4 + 2 * (_DEEPEST + 2), 2):
        commit(ours + 1, ours - 1, ours)
        commit(ours + 2, ours, ours - 1)
    git(tmp_path, "init", "-q", "-b", "branch")
    subprocess.run(
        ["git", "-C", tmp_path, "fast-import", "--quiet"], input="".join(stream).encode(), check=True
    )
    file = tmp_path / "contacts.yaml"
    file.write_text(text)

    with pytest.raises(ReconcilerError, match="this branch and main crossed too often") as refused:
        base_of(file, "main", load(file))
    assert refused.value.hint == "merge main into this branch once more, and plan again"
