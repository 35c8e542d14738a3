"""The contacts file as a commit holds it: what was agreed on counts, not what lies about."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.cli.repository import config_at, config_that_counts
from reconciler.errors import ConfigError, ReconcilerError
from reconciler.model import ServiceId

HEAD = "version: 1\nendpoint: sandbox\naccounts: {a: aa11111-ovh, b: bb22222-ovh}\n"
SHOP = ServiceId("domain/shop.example")


def wants(who: str, more: str = "", service: str = SHOP) -> str:
    """Return a main file that declares one service."""
    return f"{HEAD}{more}services: {{{service}: {{technical: {who}}}}}\n"


def team(who: str, service: str = SHOP) -> str:
    """Return an included file that declares one service."""
    return f"version: 1\nservices: {{{service}: {{technical: {who}}}}}\n"


@dataclass
class Repo:
    """A repository of its own, untouched by whoever runs the tests."""

    root: Path

    def git(self, *words: str) -> str:
        """Run git in it."""
        done = subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *words],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def write(self, name: str, text: str) -> Path:
        """Write a file of the work tree."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def commit(self) -> str:
        """Commit everything."""
        self.git("add", "-A")
        self.git("commit", "-qm", "x")
        return self.git("rev-parse", "HEAD")


Build = Callable[[str], Repo]


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    """Return a function that makes an empty repository in a folder of that name."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)

    def make(name: str) -> Repo:
        repo = Repo(tmp_path / name)
        repo.root.mkdir(parents=True)
        repo.git("init", "-q", "-b", "main")
        return repo

    return make


@pytest.fixture
def repo(build: Build) -> Repo:
    """Return an empty repository."""
    return build("repo")


def technical(file: Path, service: str = SHOP) -> str | None:
    """Return whom the file that counts wants as technical contact."""
    row = config_that_counts(file).config.rows.get(ServiceId(service))
    return None if row is None else row.technical


def test_a_change_that_is_not_committed_does_not_count_and_is_told(repo: Repo) -> None:
    file = repo.write("contacts.yaml", wants("a"))
    commit = repo.commit()
    assert config_that_counts(file).note is None
    repo.write("contacts.yaml", wants("b"))
    counted = config_that_counts(file)
    assert counted.config.rows[SHOP].technical == "aa11111-ovh"
    assert counted.note == (
        f"{file} has changes that are not committed: what is committed counts (HEAD is {commit[:10]})"
    )


def test_what_is_staged_does_not_count_either(repo: Repo) -> None:
    file = repo.write("contacts.yaml", wants("a"))
    repo.commit()
    repo.write("contacts.yaml", wants("b"))
    repo.git("add", "-A")
    assert technical(file) == "aa11111-ovh"


def test_a_broken_work_tree_does_not_matter(repo: Repo) -> None:
    file = repo.write("contacts.yaml", wants("a"))
    repo.commit()
    repo.write("contacts.yaml", "services: [\n")
    counted = config_that_counts(file)
    assert counted.config.rows[SHOP].technical == "aa11111-ovh"
    assert counted.note is not None
    file.unlink()
    assert technical(file) == "aa11111-ovh"


def test_line_ends_of_the_work_tree_are_no_change(repo: Repo) -> None:
    file = repo.write("contacts.yaml", wants("a"))
    repo.commit()
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert config_that_counts(file).note is None


def test_a_file_outside_of_git_counts_as_it_is(tmp_path: Path) -> None:
    file = Repo(tmp_path).write("contacts.yaml", wants("a"))
    counted = config_that_counts(file)
    assert (counted.config.rows[SHOP].technical, counted.note) == ("aa11111-ovh", None)
    assert config_at(file, "HEAD") is None


def test_a_file_that_head_does_not_hold_wants_nothing_yet(repo: Repo) -> None:
    file = repo.write("contacts.yaml", wants("a"))
    with pytest.raises(ReconcilerError, match="is not committed: HEAD wants nothing yet"):
        config_that_counts(file)  # no commit at all
    file.unlink()
    repo.write("other", "")
    repo.commit()
    repo.write("contacts.yaml", wants("b"))
    with pytest.raises(ReconcilerError, match="is not committed: HEAD wants nothing yet"):
        config_that_counts(file)
    assert config_at(file, "HEAD") is None


def test_without_git_nothing_of_a_repository_counts(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    file = repo.write("contacts.yaml", wants("a"))
    repo.commit()
    repo.write("contacts.yaml", wants("b"))
    monkeypatch.setenv("PATH", str(repo.root))
    with pytest.raises(ReconcilerError, match="git is not here to tell what HEAD holds"):
        config_that_counts(file)


def test_a_repository_that_git_does_not_open_is_an_error(repo: Repo) -> None:
    file = repo.write("contacts.yaml", wants("a"))
    repo.commit()
    (repo.root / ".git" / "HEAD").write_text("nonsense\n")
    with pytest.raises(ReconcilerError, match="git does not open the repository of the file"):
        config_that_counts(file)


def test_the_file_may_lie_in_a_folder_of_the_repository_and_be_named_from_anywhere(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = repo.write("ovh/contacts.yaml", wants("a"))
    repo.commit()
    repo.write("ovh/contacts.yaml", wants("b"))
    assert technical(file) == "aa11111-ovh"
    monkeypatch.chdir(repo.root / "ovh")
    counted = config_that_counts(Path("contacts.yaml"))
    assert counted.config.rows[SHOP].technical == "aa11111-ovh"
    assert counted.config.files == ("contacts.yaml",)
    assert counted.config.places[SHOP] == ("contacts.yaml", 4, 12)


@pytest.mark.parametrize("pattern", ["teams/*.yaml", "**/one.yaml", "teams/one.yaml", "t*/[o]ne.y?ml"])
def test_included_files_are_those_of_the_commit(repo: Repo, pattern: str) -> None:
    file = repo.write("ovh/contacts.yaml", f"{HEAD}include: ['{pattern}']\nservices: {{}}\n")
    one = repo.write("ovh/teams/one.yaml", team("a"))
    repo.write("teams/one.yaml", "no contacts\n")
    repo.commit()
    assert config_that_counts(file).note is None
    one.write_text(team("b"))
    counted = config_that_counts(file)
    assert counted.config.rows[SHOP].technical == "aa11111-ovh"
    assert counted.config.files == (str(file), str(one))
    assert counted.config.places[SHOP].file == str(one)
    assert counted.note is not None


def test_a_file_that_was_only_added_to_the_work_tree_is_not_included_and_told(repo: Repo) -> None:
    file = repo.write("contacts.yaml", f"{HEAD}include: [teams/*.yaml]\nservices: {{}}\n")
    repo.write("teams/one.yaml", team("a"))
    repo.commit()
    repo.write("teams/two.yaml", team("b", "domain/two.example"))
    counted = config_that_counts(file)
    assert list(counted.config.rows) == [SHOP]
    assert counted.note is not None


def test_problems_of_a_commit_name_the_file_itself(repo: Repo) -> None:
    file = repo.write("contacts.yaml", f"{HEAD}include: [teams/*.yaml, gone/*.yaml]\nservices: {{}}\n")
    one = repo.write("teams/one.yaml", team("nobody"))
    repo.commit()
    with pytest.raises(ConfigError) as caught:
        config_that_counts(file)
    assert [problem.file for problem in caught.value.problems] == [str(file), str(one)]
    assert "reconciler-" not in str(caught.value)


def test_a_commit_of_the_past_is_read_as_it_was(repo: Repo) -> None:
    file = repo.write("contacts.yaml", wants("a"))
    first = repo.commit()
    repo.git("tag", "v1")
    repo.write("contacts.yaml", wants("b"))
    repo.commit()
    for ref in (first, "v1", "HEAD~1", "main~1"):
        config = config_at(file, ref)
        assert config is not None
        assert config.rows[SHOP].technical == "aa11111-ovh"
    assert technical(file) == "bb22222-ovh"


@pytest.mark.parametrize("ref", ["nowhere", "--help", "HEAD:contacts.yaml", "main..main", ""])
def test_what_is_no_commit_is_told(repo: Repo, ref: str) -> None:
    file = repo.write("contacts.yaml", wants("a"))
    repo.commit()
    with pytest.raises(ReconcilerError, match="is no commit of the repository"):
        config_at(file, ref)


def test_a_linked_file_is_followed_within_the_commit(repo: Repo) -> None:
    repo.write("real/contacts.yaml", wants("a", "include: [teams/*.yaml]\n"))
    file = repo.root / "contacts.yaml"
    file.symlink_to("real/contacts.yaml")
    repo.write("real/teams/one.yaml", team("b", "domain/one.example"))
    (repo.root / "teams").symlink_to("real/teams")
    repo.commit()
    repo.write("real/contacts.yaml", wants("b", "include: [teams/*.yaml]\n"))
    repo.write("real/teams/one.yaml", team("a", "domain/one.example"))
    assert technical(file) == "aa11111-ovh"
    assert technical(file, "domain/one.example") == "bb22222-ovh"


def test_a_link_to_a_file_beside_it_is_followed(repo: Repo) -> None:
    repo.write("real.yaml", wants("a"))
    file = repo.root / "contacts.yaml"
    file.symlink_to("real.yaml")
    repo.commit()
    repo.write("real.yaml", wants("b"))
    assert technical(file) == "aa11111-ovh"


def test_a_link_from_outside_of_git_leads_to_the_file_that_git_holds(repo: Repo, tmp_path: Path) -> None:
    repo.write("contacts.yaml", wants("a"))
    repo.commit()
    repo.write("contacts.yaml", wants("b"))
    link = tmp_path / "contacts.yaml"
    link.symlink_to(repo.root / "contacts.yaml")
    assert technical(link) == "aa11111-ovh"


def test_a_link_that_leads_out_of_the_repository_is_an_error(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text(wants("a"))
    file = repo.root / "contacts.yaml"
    for target in (str(tmp_path / "outside.yaml"), "../outside.yaml"):
        file.unlink(missing_ok=True)
        file.symlink_to(target)
        repo.commit()
        with pytest.raises(ReconcilerError, match="leads out of the repository"):
            config_that_counts(file)


def test_a_link_in_a_circle_is_an_error_and_no_hang(repo: Repo) -> None:
    file = repo.root / "contacts.yaml"
    file.symlink_to("other.yaml")
    (repo.root / "other.yaml").symlink_to("contacts.yaml")
    repo.commit()
    with pytest.raises(ReconcilerError):
        config_that_counts(file)


def test_a_shallow_clone_knows_its_head(repo: Repo, build: Build, tmp_path: Path) -> None:
    repo.write("contacts.yaml", wants("b"))
    repo.commit()
    repo.write("contacts.yaml", wants("a"))
    repo.commit()
    build("any").git("clone", "-q", "--depth=1", f"file://{repo.root}", str(tmp_path / "shallow"))
    file = Repo(tmp_path / "shallow").write("contacts.yaml", wants("b"))
    assert technical(file) == "aa11111-ovh"


def test_in_a_submodule_its_own_head_counts(repo: Repo, build: Build) -> None:
    inner = build("inner")
    inner.write("contacts.yaml", wants("a"))
    inner.commit()
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.root), "sub")
    repo.commit()
    file = repo.write("sub/contacts.yaml", wants("b"))
    assert technical(file) == "aa11111-ovh"


def test_included_files_of_a_submodule_are_those_of_the_commit_that_head_names(
    repo: Repo, build: Build
) -> None:
    inner = build("inner")
    inner.write("one.yaml", team("a"))
    inner.commit()
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.root), "teams")
    file = repo.write("contacts.yaml", f"{HEAD}include: [teams/*.yaml]\nservices: {{}}\n")
    repo.commit()
    sub = Repo(repo.root / "teams")
    sub.write("one.yaml", team("b"))
    sub.commit()
    assert technical(file) == "aa11111-ovh"
    repo.git("submodule", "deinit", "-q", "-f", "teams")
    with pytest.raises(ReconcilerError, match="the submodule teams is not here"):
        config_that_counts(file)


def test_nothing_that_a_repository_configures_is_run(repo: Repo, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {ran}\ncat\n")
    trap.chmod(0o755)
    repo.write(".gitattributes", "*.yaml filter=trap diff=trap export-ignore\n")
    file = repo.write("contacts.yaml", wants("a"))
    repo.commit()
    for name in ("core.fsmonitor", "filter.trap.smudge", "filter.trap.clean", "diff.trap.command"):
        repo.git("config", name, str(trap))
    for hook in ("post-checkout", "post-index-change"):
        (repo.root / ".git" / "hooks").mkdir(exist_ok=True)
        (repo.root / ".git" / "hooks" / hook).symlink_to(trap)
    repo.write("contacts.yaml", wants("b"))
    assert technical(file) == "aa11111-ovh"
    assert not ran.exists()


@pytest.mark.parametrize("transport", ["ext::{trap}", "{root}"])
def test_what_a_partial_clone_lacks_is_told_and_no_program_is_run_to_fetch_it(
    repo: Repo, tmp_path: Path, transport: str
) -> None:
    ran, trap = tmp_path / "ran", tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {ran}\n")
    trap.chmod(0o755)
    file = repo.write("contacts.yaml", wants("a"))
    repo.commit()
    blob = repo.git("rev-parse", "HEAD:contacts.yaml")
    (repo.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    told = {"url": transport.format(trap=trap, root=repo.root), "promisor": "true", "uploadpack": str(trap)}
    for name, value in told.items():
        repo.git("config", f"remote.origin.{name}", value)
    repo.git("config", "protocol.ext.allow", "always")
    repo.git("config", "core.repositoryformatversion", "1")
    repo.git("config", "extensions.partialClone", "origin")
    with pytest.raises(ReconcilerError, match="git lacks the content of contacts") as caught:
        config_that_counts(file)
    assert blob in str(caught.value.hint)
    assert not ran.exists()


def test_what_was_committed_counts_and_not_what_git_replace_shows_in_its_place(repo: Repo) -> None:
    file = repo.write("contacts.yaml", wants("b"))
    repo.commit()
    other = repo.git("rev-parse", "HEAD:contacts.yaml")
    repo.write("contacts.yaml", wants("a"))
    repo.commit()
    repo.git("replace", repo.git("rev-parse", "HEAD:contacts.yaml"), other)
    assert technical(file) == "aa11111-ovh"


def test_variables_of_git_do_not_lead_elsewhere(
    repo: Repo, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = build("other")
    other.write("contacts.yaml", wants("b"))
    other.commit()
    file = repo.write("contacts.yaml", wants("a"))
    repo.commit()
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
    assert technical(file) == "aa11111-ovh"


def test_names_of_any_letters_are_read(repo: Repo) -> None:
    file = repo.write("größe 1\n2/contacts.yaml", f"{HEAD}include: ['té am/*.yaml']\nservices: {{}}\n")
    repo.write('größe 1\n2/té am/a "b".yaml', team("a"))
    repo.commit()
    repo.write('größe 1\n2/té am/a "b".yaml', team("b"))
    assert technical(file) == "aa11111-ovh"


def test_nothing_is_left_behind(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = repo.write("contacts.yaml", wants("a"))
    repo.commit()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    config_that_counts(file)
    assert list(temporary.iterdir()) == []
    assert repo.git("status", "--porcelain") == ""
