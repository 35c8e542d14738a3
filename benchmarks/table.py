"""The rows of the table, and the table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Row(NamedTuple):
    """One measurement; `budget` None: told for information."""

    work: str
    measured: float
    budget: float | None = None
    higher_is_better: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the budget is met."""
        if self.budget is None:
            return None
        return self.measured >= self.budget if self.higher_is_better else self.measured <= self.budget


def show(rows: Iterable[Row]) -> None:
    """Print each row as soon as it is measured."""
    print(f"{'work':58} {'measured':>9} {'budget':>8}")
    for row in rows:
        sign = "" if row.budget is None else (">= " if row.higher_is_better else "<= ") + f"{row.budget:g}"
        verdict = {True: "met", False: "MISSED", None: ""}[row.met]
        print(f"{row.work:58} {row.measured:9.3f} {sign:>8}  {verdict}", flush=True)
