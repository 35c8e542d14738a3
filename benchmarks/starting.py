"""How long the commands that people wait for take to start, against importing click alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.table import Row
from benchmarks.timing import python, ratio

_EXAMPLE = str(Path(__file__).parent.parent / "examples" / "contacts.yaml")


def rows() -> Iterator[Row]:
    """Yield what starting costs."""
    yield Row("reconciler --help over importing click", _over_click("--help"), 1.3)
    yield Row("reconciler validate over importing click", _over_click("validate", "--file", _EXAMPLE), 4)


def _over_click(*arguments: str) -> float:
    return ratio(
        lambda: python("-m", "reconciler", *arguments).wall,
        lambda: python("-c", "import click").wall,
        rounds=15,
    )
