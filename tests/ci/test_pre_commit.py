"""The hooks in a repository of their user, run by a hook manager from the manifest that we publish.

The manager would install us, with what we need, into an environment of its own, which takes minutes; here
`reconciler` is on the PATH.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.ci.runner import shell
from tests.forks import ROOT
from tests.review.checkouts import git

HEAD = "version: 1\nendpoint: sandbox\naccounts: {a: aa11111-ovh}\n"
PLAIN = f"{HEAD}services:\n  domain/shop.example: {{admin: a}}\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a user's repository whose configuration names ours."""
    ours = tmp_path / "ours"
    ours.mkdir()
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", ours)
    git(ours, "init", "-q")
    git(ours, "add", ".")
    git(ours, "commit", "-qm", "hooks")
    here = tmp_path / "theirs"
    here.mkdir()
    git(here, "init", "-q")
    hooks = [{"id": hook["id"], "language": "system"} for hook in manifest()]
    settings = {"repos": [{"repo": str(ours), "rev": git(ours, "rev-parse", "HEAD"), "hooks": hooks}]}
    (here / ".pre-commit-config.yaml").write_text(yaml.safe_dump(settings))
    return here


def manifest() -> list[dict[str, object]]:
    """Return the hooks that we publish."""
    found: list[dict[str, object]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    return found


def committed(repository: Path, file: str, text: str) -> subprocess.CompletedProcess[str]:
    """Stage a file and run the hooks as a commit would."""
    path = repository / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    git(repository, "add", ".")
    environ = shell(repository.parent / "shell") | {"PREK_HOME": str(repository.parent / "prek")}
    return subprocess.run(
        [str(Path(sys.executable).parent / "prek"), "run", "--color=never"],
        cwd=repository,
        env=environ | {"GIT_CONFIG_GLOBAL": "/dev/null"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_commit_of_a_contacts_file_is_checked(repository: Path) -> None:
    good = committed(repository, "contacts.yaml", PLAIN)
    assert good.returncode == 0, good.stdout + good.stderr
    assert good.stdout.count("Passed") == 2

    untidy = committed(repository, "contacts.yaml", PLAIN.replace("  domain/", "      domain/"))
    assert untidy.returncode == 1
    assert "would reformat" in untidy.stdout
    assert untidy.stdout.count("Passed") == 1

    wrong = committed(repository, "contacts.yaml", PLAIN.replace("admin: a", "admin: nobody"))
    assert wrong.returncode == 1
    assert "contacts.yaml:5:" in wrong.stdout


def test_an_included_file_is_checked_as_part_of_the_whole(repository: Path) -> None:
    (repository / "contacts.yaml").write_text(PLAIN + "include: [teams/*.yaml]\n")
    done = committed(
        repository, "teams/web.yaml", "version: 1\nservices:\n  domain/shop.example: {admin: a}\n"
    )
    assert done.returncode == 1
    assert "teams/web.yaml" in done.stdout
    assert "contacts.yaml:5" in done.stdout, "two files declare one service"


def test_a_commit_that_touches_no_yaml_starts_nothing(repository: Path) -> None:
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "settings")
    done = committed(repository, "notes.txt", "nothing")
    assert done.returncode == 0
    assert done.stdout.count("Skipped") == 2


def test_the_hooks_are_installed_with_our_package_and_look_at_the_whole() -> None:
    for hook in manifest():
        assert hook["language"] == "python"
        assert hook["pass_filenames"] is False
        assert str(hook["entry"]).startswith("reconciler ")
