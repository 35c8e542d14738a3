"""Real repositories around one sandbox: where people push to, and checkouts with a desk each."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.running import Desk, Done

NOBODYS = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "PATH": "/usr/bin:/bin"}


def git(folder: Path, *words: str) -> str:
    """Run git in a folder, with nobody's settings."""
    done = subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *words],
        cwd=folder,
        env=NOBODYS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass
class Checkout:
    """A work tree of the shared repository, and a desk in it with a home and a journal of its own."""

    desk: Desk

    @classmethod
    def of(cls, origin: Path, desk: Desk) -> Checkout:
        """Make a checkout of what is pushed to `origin`, which may be nothing yet."""
        if not origin.exists():
            git(origin.parent, "init", "-q", "--bare", "-b", "main", str(origin))
        git(desk.folder, "init", "-q", "-b", "main")
        git(desk.folder, "remote", "add", "origin", str(origin))
        (desk.folder / ".git/info/exclude").write_text("home\nrun-*\n*.json\n*.md\n*.html\n*.xml\n*.sarif\n")
        here = cls(desk)
        if here.git("ls-remote", "origin"):
            here.pull()
        return here

    def git(self, *words: str) -> str:
        """Run git here."""
        return git(self.desk.folder, *words)

    def branch(self, name: str) -> None:
        """Begin a branch at what main is now."""
        self.git("fetch", "-q", "origin")
        self.git("switch", "-q", "-c", name, "origin/main")

    def commit(self, services: str, *, push: bool = True) -> str:
        """Write what the file declares, commit it and push it; return the commit."""
        self.desk.write(services)
        self.git("add", "contacts.yaml")
        self.git("commit", "-qm", "contacts")
        if push:
            self.git("push", "-q", "origin", "HEAD")
        return self.git("rev-parse", "HEAD")

    def merge(self, branch: str, *, squash: bool = False) -> None:
        """Merge a pushed branch into main and push that, as the button in a review does."""
        self.git("fetch", "-q", "origin")
        self.git("switch", "-q", "-C", "main", "origin/main")
        if squash:
            self.git("merge", "-q", "--squash", f"origin/{branch}")
            self.git("commit", "-qm", branch)
        else:
            self.git("merge", "-q", "--no-ff", "-m", branch, f"origin/{branch}")
        self.git("push", "-q", "origin", "main")

    def pull(self) -> None:
        """Check out what main is now."""
        self.git("fetch", "-q", "origin")
        self.git("checkout", "-q", "-f", "-B", "main", "origin/main")

    def run(self, *arguments: str) -> Done:
        """Run a command here."""
        return self.desk.run(*arguments)

    def take(self, plan: Path) -> str:
        """Take a plan that was made elsewhere, as an artifact; return its name here."""
        (self.desk.folder / plan.name).write_bytes(plan.read_bytes())
        return plan.name

    def path(self, name: str) -> Path:
        """Return where a file is."""
        return self.desk.folder / name

    def document(self, name: str) -> Any:
        """Return what a JSON file here holds."""
        return json.loads(self.path(name).read_text())

    def edit(self, name: str, changes: Mapping[str, Any]) -> None:
        """Edit keys of a JSON file by hand."""
        self.path(name).write_text(json.dumps({**self.document(name), **changes}))
