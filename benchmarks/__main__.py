"""Prints the table of budgets. Every figure is a ratio of two things run side by side on this machine.

Absolute seconds differ from machine to machine and from minute to minute; ratios differ less. Run it when
nothing else runs.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import journalling, observing, planning, rendering, serving, starting
from benchmarks.table import Row, show


def _rows(folder: Path, *, quick: bool, full: bool) -> Iterator[Row]:
    sizes = (1_000, 10_000) if quick else (1_000, 10_000, 100_000)
    yield from starting.rows()
    yield from rendering.rows()
    yield from journalling.rows(folder)
    yield from observing.rows(folder)
    yield from serving.rows(folder / "page")
    yield from planning.rows(folder, sizes)
    if not quick:
        yield from planning.growth(folder)
    yield from planning.against_octodns(folder, sizes if full else sizes[:2])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="up to 10,000 services only; a minute or two")
    parser.add_argument("--full", action="store_true", help="octoDNS with 100,000 records too; minutes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="reconciler-bench-") as folder:
        show(_rows(Path(folder), quick=options.quick, full=options.full))


if __name__ == "__main__":
    main()
