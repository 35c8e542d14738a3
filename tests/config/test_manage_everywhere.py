"""Every combination of places that say `manage`, in blocks: which one counts, and that its line is found."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import product
from pathlib import Path

from reconciler.config import load
from reconciler.config.deciding import Deciding
from reconciler.model import Role, ServiceId
from tests.config.files import HEAD, write

ONE = ServiceId("domain/one.example")
NEAREST_FIRST = ("role", "service", "team role", "team", "default role", "defaults", "file")
SAID = (None, "observe", "request")


def said(at: Mapping[str, str | None], layer: str, indent: int) -> str:
    """Return the line of a layer, marked with its name; empty where it says nothing."""
    word = at.get(layer)
    return f"{' ' * indent}manage: {word}  # {layer}\n" if word else ""


def role_and_whole(at: Mapping[str, str | None], role: str, whole: str, indent: int, account: str) -> str:
    """Return a mapping of roles that names an account for technical."""
    margin = " " * indent
    return (
        f"{margin}technical:\n{margin}  account: {account}\n{said(at, role, indent + 2)}"
        f"{said(at, whole, indent)}{margin}billing: finance\n"
    )


def check(folder: Path, at: Mapping[str, str | None], *, included: bool) -> None:
    """Assert that the loader and whoever looks for the line agree with the plain order of the layers."""
    entry = f"services:\n  {ONE}:\n{role_and_whole(at, 'role', 'service', 4, 'agency')}"
    main = f"{HEAD}{said(at, 'file', 0)}defaults:\n"
    main += role_and_whole(at, "default role", "defaults", 2, "platform")
    if included:
        team = f"version: 1\ndefaults:\n{role_and_whole(at, 'team role', 'team', 2, 'platform')}{entry}"
        write(folder, team, "teams/team.yaml")
        path = write(folder, f"{main}include: [teams/*.yaml]\n")
    else:
        path = write(folder, main + entry)
    config = load(path)
    deciding = Deciding(config)
    for role, layers in (
        (Role.TECHNICAL, NEAREST_FIRST),
        (Role.BILLING, tuple(layer for layer in NEAREST_FIRST if not layer.endswith("role"))),
    ):
        counts = next((layer for layer in layers if at.get(layer)), None)
        observed = counts is not None and at[counts] == "observe"
        assert (role in config.observed.get(ONE, ())) is observed, (at, role)
        found = deciding.management(ONE, role)
        line = deciding.source_line(found.place).strip() if found else None
        assert line == (f"manage: {at[counts]}  # {counts}" if counts else None), (at, role)


def test_in_one_file_the_nearest_place_counts_and_its_line_is_found(tmp_path: Path) -> None:
    layers = [layer for layer in NEAREST_FIRST if not layer.startswith("team")]
    for words in product(SAID, repeat=len(layers)):
        check(tmp_path, dict(zip(layers, words, strict=True)), included=False)


def test_in_an_included_file_its_own_defaults_come_before_those_of_the_main_file(tmp_path: Path) -> None:
    chance = random.Random(4)
    for _ in range(150):
        check(tmp_path, {layer: chance.choice(SAID) for layer in NEAREST_FIRST}, included=True)
