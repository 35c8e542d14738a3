"""Random histories of a contacts file in a real repository: a main line, and a branch beside it.

The branch merges main in, main takes what the branch has and the branch goes on, or both at a time: then
there is no single commit at which they parted.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ACCOUNTS = ("anna", "berta", "carol")
ROLES = ("admin", "technical", "billing")
SERVICES = tuple(f"domain/s{number}.example" for number in range(4))
CONTACTS = [(service, role) for service in SERVICES for role in ROLES]

Contents = dict[tuple[str, str], str]
"""The holder of each managed contact, by service and role."""


@dataclass(frozen=True)
class History:
    """A branch beside its base, by the names of the refs, with what the file holds at three commits."""

    number: int
    fork: Mapping[tuple[str, str], str]
    base: Mapping[tuple[str, str], str]
    here: Mapping[tuple[str, str], str]

    @property
    def main(self) -> str:
        """Return the ref of the main line."""
        return f"main{self.number}"

    @property
    def branch(self) -> str:
        """Return the ref of the branch."""
        return f"branch{self.number}"


def written(contents: Mapping[tuple[str, str], str]) -> str:
    """Return a contacts file that declares these contacts and no others."""
    lines = ["version: 1", "endpoint: sandbox", "accounts:"]
    lines += [f"  {name}: {name[:2]}11111-ovh" for name in ACCOUNTS]
    lines.append("services:" if contents else "services: {}")
    for service in sorted({service for service, _ in contents}):
        roles = ", ".join(
            f"{role}: {contents[service, role]}" for role in ROLES if (service, role) in contents
        )
        lines.append(f"  {service}: {{{roles}}}")
    return "\n".join(lines) + "\n"


def make(folder: Path, number: int, seed: int) -> list[History]:
    """Make a repository with so many histories in it, by one `git fast-import`."""
    dice = random.Random(seed)
    stream: list[str] = []
    marks = iter(range(1, 1_000_000))
    found = [_history(index, dice, stream, marks) for index in range(number)]
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    subprocess.run(
        ["git", "-C", str(folder), "fast-import", "--quiet"], input="".join(stream).encode(), check=True
    )
    return found


def _history(index: int, dice: random.Random, stream: list[str], marks: Iterator[int]) -> History:
    start: Contents = {}
    for _ in range(8):
        _edit(start, dice)
    lines = _Lines(index, stream, marks, start)
    for _ in range(dice.randrange(1, 8)):
        step = dice.choice(["main", "main", "branch", "branch", "merge", "land", "cross"])
        if step in lines.held:
            lines.edit(step, dice)
        elif step == "cross":
            lines.cross(dice)
        else:
            lines.merge("main" if step == "land" else "branch")
    return History(index, lines.fork, lines.held["main"], lines.held["branch"])


class _Lines:
    """The two lines of a history while it grows, and what both had where they parted."""

    def __init__(self, index: int, stream: list[str], marks: Iterator[int], start: Contents) -> None:
        self._index, self._stream, self._marks = index, stream, marks
        self.fork, self.held = start, {"main": dict(start), "branch": dict(start)}
        first = _commit(stream, marks, f"refs/heads/main{index}", start)
        stream.append(f"reset refs/heads/branch{index}\nfrom :{first}\n\n")
        self._tips = dict.fromkeys(self.held, first)

    def edit(self, line: str, dice: random.Random, among: Iterable[tuple[str, str]] = CONTACTS) -> None:
        """Change a contact in one line."""
        _edit(self.held[line], dice, among)
        self._commit(line)

    def merge(self, *into: str) -> None:
        """Merge the other line into one, or both into each other at a time."""
        ours, theirs = self.held["branch"], self.held["main"]
        own = _changed(self.fork, ours)
        merged = {contact: holder for contact, holder in theirs.items() if contact not in own}
        merged |= {contact: holder for contact, holder in ours.items() if contact in own}
        before = dict(self._tips)
        for line in into:
            (other,) = self.held.keys() - {line}
            if before["main"] != before["branch"]:
                self.held[line] = dict(merged)
                self._commit(line, before[other])
        self.fork = dict(self.held["branch" if into == ("main",) else "main"])

    def cross(self, dice: random.Random) -> None:
        """Let both lines change, merge each into the other, and main change again what one of them did."""
        self.merge("branch")
        self.edit("branch", dice)
        own = _changed(self.fork, self.held["branch"])
        contact = dice.choice([contact for contact in CONTACTS if contact not in own])
        self.edit("main", dice, [contact])
        self.merge("main", "branch")
        self.edit("main", dice, [contact, *sorted(own)])

    def _commit(self, line: str, *merged: int) -> None:
        ref = f"refs/heads/{line}{self._index}"
        parents = (self._tips[line], *merged)
        self._tips[line] = _commit(self._stream, self._marks, ref, self.held[line], *parents)


def _changed(before: Contents, after: Contents) -> set[tuple[str, str]]:
    return {contact for contact in {*before, *after} if before.get(contact) != after.get(contact)}


def _edit(contents: Contents, dice: random.Random, among: Iterable[tuple[str, str]] = CONTACTS) -> None:
    _put(contents, dice.choice([*among]), dice.choice([*ACCOUNTS, *ACCOUNTS, None]))


def _put(contents: Contents, contact: tuple[str, str], holder: str | None) -> None:
    contents.pop(contact, None)
    if holder is not None:
        contents[contact] = holder


def _commit(stream: list[str], marks: Iterator[int], ref: str, contents: Contents, *parents: int) -> int:
    mark, text = next(marks), written(contents)
    lines = [f"commit {ref}", f"mark :{mark}", f"committer A <a@b> {1_700_000_000 + mark} +0000", "data 0"]
    lines += [f"{'merge' if at else 'from'} :{parent}" for at, parent in enumerate(parents)]
    lines += [f"M 100644 inline contacts.yaml\ndata {len(text)}\n{text}"]
    stream.append("\n".join(lines) + "\n")
    return mark
