"""Estates of any size, 1 % of them not as desired, written to disk the way that a user and a server would."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

ACCOUNTS = {
    "platform": "pl11111-ovh",
    "finance": "fi22222-ovh",
    "agency": "ag33333-ovh",
    "shop": "sh44444-ovh",
}
HEAD = "version: 1\nendpoint: ovh-eu\naccounts:\n" + "".join(f"  {k}: {v}\n" for k, v in ACCOUNTS.items())
DEFAULTS = "defaults: {admin: platform, technical: platform, billing: finance}\n"
PRODUCTS = ("domain", "domain/zone", "hosting/web", "email/domain")


def services(size: int) -> Iterator[tuple[str, str, str | None]]:
    """Yield service key, its line in the file, and its technical contact if it names one."""
    for number in range(size):
        key = f"{PRODUCTS[number % len(PRODUCTS)]}/name{number:07d}.example"
        if number % 4 == 0:
            yield key, f"  {key}: {{}}\n", None
        else:
            short = ("agency", "shop", "platform")[number % 3]
            yield key, f"  {key}: {{technical: {short}}}\n", short


def write(folder: Path, size: int, *, mistake: bool = False) -> tuple[Path, Path]:
    """Write `contacts.yaml` and `live.json` for `size` services and return their paths.

    Args:
        folder: where to; it is made.
        size: how many services.
        mistake: put one unknown account into the middle of the file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file, live = folder / "contacts.yaml", folder / "live.json"
    wrong = size // 2
    with file.open("w") as out:
        out.write(HEAD + DEFAULTS + "services:\n")
        for number, (_, line, _) in enumerate(services(size)):
            out.write(line.replace(": {", ": {billing: nobody, ", 1) if mistake and number == wrong else line)
    _write_live(live, size)
    return file, live


def write_split(folder: Path, size: int) -> Path:
    """Write the same estate as one file a service, all included by one main file; return that file's path."""
    (folder / "teams").mkdir(parents=True, exist_ok=True)
    for number, (_, line, _) in enumerate(services(size)):
        (folder / f"teams/{number:07d}.yaml").write_text(f"version: 1\n{DEFAULTS}services:\n{line}")
    file = folder / "contacts.yaml"
    file.write_text(HEAD + "include: [teams/*.yaml]\nservices: {}\n")
    return file


def _write_live(path: Path, size: int) -> None:
    """Write who holds what: each set of three contacts that occurs, with all services that have it."""
    held: dict[tuple[str, str, str], list[str]] = {}
    for number, (key, _, technical) in enumerate(services(size)):
        holder = ACCOUNTS["finance" if number % 100 == 50 else technical or "platform"]
        held.setdefault((ACCOUNTS["platform"], holder, ACCOUNTS["finance"]), []).append(key)
    path.write_text(json.dumps(list(held.items()), separators=(",", ":")))
