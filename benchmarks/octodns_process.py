"""octoDNS doing as much: one zone with as many records, 1 % of them not as desired.

`octodns_process.py write FOLDER SIZE` writes its files, `octodns_process.py plan FOLDER` plans.
Runs in an environment of its own, so it imports nothing of ours.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

ZONE = "example.org."


def write(folder: Path, size: int) -> None:
    """Write the desired and the live zone and the configuration."""
    for side in ("desired", "live"):
        (folder / side).mkdir(parents=True, exist_ok=True)
        with (folder / side / f"{ZONE}yaml").open("w") as out:
            out.write("---\n")
            for number in range(size):
                differs = side == "live" and number % 100 == 50
                address = "192.0.2.2" if differs else "192.0.2.1"
                out.write(f"name{number:07d}:\n  ttl: 300\n  type: A\n  value: {address}\n")
    (folder / "config.yaml").write_text(
        f"""\
providers:
  desired: {{class: octodns.provider.yaml.YamlProvider, directory: {folder}/desired, enforce_order: false}}
  live: {{class: octodns.provider.yaml.YamlProvider, directory: {folder}/live, enforce_order: false}}
zones:
  {ZONE}:
    sources: [desired]
    targets: [live]
"""
    )


def plan(folder: Path) -> None:
    """Plan, changing nothing."""
    manager = import_module("octodns.manager").Manager

    manager(str(folder / "config.yaml")).sync(dry_run=True, force=True)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        plan(Path(sys.argv[2]))
