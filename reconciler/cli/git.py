"""git's plumbing: which commit, which files it holds, what is in them. Nothing of the repository is run.

No hook, filter or file system monitor has a part in these calls, and nothing is fetched: what a repository
configures may be a stranger's. What lies in a commit is read as it was committed, byte by byte, whatever
`git replace` puts in its place here.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reconciler.errors import ReconcilerError
from reconciler.model.text import visible

_SECONDS = 60
_LINK, _SUBMODULE = "120000", "160000"


@dataclass(frozen=True, slots=True)
class Entry:
    """One path of a commit, below the root of its repository; `folder` is where git knows its object."""

    path: PurePosixPath
    mode: str
    object: str
    folder: Path

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link, whose content is where it leads."""
        return self.mode == _LINK

    @property
    def is_submodule(self) -> bool:
        """Whether it is another repository, of which only the commit is known here."""
        return self.mode == _SUBMODULE


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository's work tree."""

    root: Path

    def commit(self, ref: str) -> str | None:
        """Return the id of the commit that a ref, tag or id names; None where there is none."""
        words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        done = _run(self.root, words)
        return _text(done.stdout) if done.returncode == 0 else None

    def forks(self, one: str, *others: str) -> tuple[str, ...]:
        """Return the newest commits that one and the others, taken as merged, share, as far as they are here.

        There are several where the two lines were merged into each other, both ways at a time.
        """
        done = _run(self.root, ("merge-base", "--all", one, *others))
        return tuple(sorted(_text(done.stdout).split())) if done.returncode == 0 else ()

    def renamed(self, earlier: str, later: str) -> dict[PurePosixPath, PurePosixPath]:
        """Return the files that go by another name in a later commit, much as they were: old to new."""
        done = _run(
            self.root,
            ("diff-tree", "-r", "-z", "--find-renames", "--diff-filter=R", "--name-status", earlier, later),
        )
        if done.returncode:
            raise _failure(done, "git does not compare two commits")
        words = [PurePosixPath(os.fsdecode(word)) for word in done.stdout.split(b"\0")]
        return dict(zip(words[1::3], words[2::3], strict=False))

    def contains(self, commit: str, earlier: str) -> bool:
        """Tell whether `earlier` is `commit` or in its history, as far as that history is here."""
        return _run(self.root, ("merge-base", "--is-ancestor", "--", earlier, commit)).returncode == 0

    def is_shallow(self) -> bool:
        """Tell whether only the newest commits are here, as CI fetches them."""
        return _text(_run(self.root, ("rev-parse", "--is-shallow-repository")).stdout) == "true"

    def entries(self, commit: str, path: PurePosixPath | None = None) -> Iterator[Entry]:
        """Yield everything that a commit holds at and below a path; None: all."""
        yield from _entries(self.root, commit, path)

    def inside(self, submodule: Entry) -> Iterator[Entry]:
        """Yield everything in the commit of a submodule, below the root of the outer repository.

        Raises:
            ReconcilerError: that commit is not here.
        """
        folder = self.root / submodule.path
        try:
            for entry in list(_entries(folder, submodule.object, None)):
                yield Entry(submodule.path / entry.path, entry.mode, entry.object, folder)
        except (ReconcilerError, OSError):
            raise ReconcilerError(
                f"the submodule {visible(str(submodule.path))} is not here in the commit that counts",
                hint="git submodule update --init",
            ) from None


def repository_of(folder: Path) -> Repository | None:
    """Return the repository whose work tree a folder is in; None where there is none, or no git.

    Raises:
        ReconcilerError: there is one, but git does not open it.
    """
    try:
        done = _run(folder, ("rev-parse", "--show-toplevel"))
    except FileNotFoundError:
        return None
    if done.returncode == 0:
        return Repository(Path(_text(done.stdout)))
    if looks_tracked(folder):
        raise _failure(done, "git does not open the repository of the file")
    return None


def looks_tracked(folder: Path) -> bool:
    """Tell whether a folder lies in what looks like a repository, whether or not git can open it."""
    real = Path(os.path.realpath(folder))
    return any((above / ".git").exists() for above in (real, *real.parents))


def contents(entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
    """Yield files and links with what is in them.

    Raises:
        ReconcilerError: an object is missing, as in a partial clone.
    """
    by_folder: dict[Path, list[Entry]] = {}
    for entry in entries:
        by_folder.setdefault(entry.folder, []).append(entry)
    for folder, several in by_folder.items():
        done = _run(folder, ("cat-file", "--batch"), "".join(f"{entry.object}\n" for entry in several))
        if done.returncode:
            raise _failure(done, "git does not hand over a file")
        at = 0
        for entry in several:
            end = done.stdout.index(b"\n", at)
            head = done.stdout[at:end].split()
            if len(head) != 3 or head[1] != b"blob":  # noqa: PLR2004 - object, type, size
                raise ReconcilerError(
                    f"git lacks the content of {visible(str(entry.path))}",
                    hint=f"in a partial clone, git cat-file -e {entry.object} fetches it",
                )
            size = int(head[2])
            yield entry, done.stdout[end + 1 : end + 1 + size]
            at = end + 1 + size + 1


def _entries(folder: Path, commit: str, path: PurePosixPath | None) -> Iterator[Entry]:
    only = () if path is None else ("--", str(path))
    done = _run(folder, ("--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", commit, *only))
    if done.returncode:
        raise _failure(done, "git does not list the files of the commit")
    for row in done.stdout.split(b"\0"):
        if row:
            facts, _, name = row.partition(b"\t")
            mode, _, identity = facts.decode("ascii").split()
            yield Entry(PurePosixPath(os.fsdecode(name)), mode, identity, folder)


def _run(folder: Path, words: Iterable[str], stdin: str = "") -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - a fixed command
            ["git", "-c", "core.fsmonitor=false", *words],  # noqa: S607 - the user's git
            cwd=folder,
            env=_environment(),
            input=stdin.encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ReconcilerError(f"git did not answer within {_SECONDS} s") from None


def _environment() -> dict[str, str]:
    """Return the variables for git: none of those that would lead it to another repository."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "GIT_ALLOW_PROTOCOL": "none",  # a partial clone would fetch, by whatever program it configures
        "GIT_NO_REPLACE_OBJECTS": "1",  # HEAD is what others have too
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }


def _failure(done: subprocess.CompletedProcess[bytes], what: str) -> ReconcilerError:
    words = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ").split("\n")[0]
    hint = None
    if "dubious ownership" in words:
        hint = "the repository belongs to another user: see safe.directory in git help config"
    return ReconcilerError(f"{what}: {visible(words)}", hint=hint)


def _text(output: bytes) -> str:
    return os.fsdecode(output).removesuffix("\n")
