"""Random histories of a contacts file in a real repository: a main line, and a branch that merges it in."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ACCOUNTS = ("anna", "berta", "carol")
ROLES = ("admin", "technical", "billing")
SERVICES = tuple(f"domain/s{number}.example" for number in range(4))

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
    main_ref, branch_ref = f"refs/heads/main{index}", f"refs/heads/branch{index}"
    start: Contents = {}
    for _ in range(8):
        _edit(start, dice)
    fork, main, branch = start, dict(start), dict(start)
    main_tip = branch_tip = _commit(stream, marks, main_ref, start)
    stream.append(f"reset {branch_ref}\nfrom :{branch_tip}\n\n")
    for _ in range(dice.randrange(1, 7)):
        step = dice.choice(["main", "main", "branch", "branch", "merge"])
        if step == "main":
            _edit(main, dice)
            main_tip = _commit(stream, marks, main_ref, main, main_tip)
        elif step == "branch":
            _edit(branch, dice)
            branch_tip = _commit(stream, marks, branch_ref, branch, branch_tip)
        elif main_tip != branch_tip:
            for contact in {*fork, *main, *branch}:  # main's side, but where the branch itself has changed
                if branch.get(contact) == fork.get(contact):
                    _put(branch, contact, main.get(contact))
            branch_tip = _commit(stream, marks, branch_ref, branch, branch_tip, main_tip)
            fork = dict(main)
    return History(index, dict(fork), dict(main), dict(branch))


def _edit(contents: Contents, dice: random.Random) -> None:
    contact = dice.choice(SERVICES), dice.choice(ROLES)
    _put(contents, contact, dice.choice([*ACCOUNTS, *ACCOUNTS, None]))


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
