"""`plan --out`: what the plan is made from, and the file that it is saved in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from reconciler import __version__
from reconciler.cli.drafts import Draft
from reconciler.cli.durations import duration
from reconciler.cli.origin import Origin
from reconciler.cli.planning import Planned
from reconciler.model.text import visible
from reconciler.plan import Selection
from reconciler.session import Session

_out = click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Save the plan, for reconciler apply FILE."
)
_valid_for = click.option(
    "--valid-for",
    callback=duration,
    metavar="DURATION",
    help="With --out: refuse it once older, such as 24h.",
)


def saving(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--out` and `--valid-for`."""
    return _out(_valid_for(function))


@contextmanager
def drafted(
    place: Path | None, valid_for: timedelta | None, *, taken: Iterable[Path]
) -> Iterator[Draft | None]:
    """Make sure, before anything is looked at, that the plan can be saved; None: it is not to be.

    Args:
        place: what `--out` names.
        valid_for: what `--valid-for` says.
        taken: the contacts file, and what this run writes beside.

    Raises:
        click.UsageError: what is not saved cannot expire; or the place is taken.
        ReconcilerError: the place cannot be written to.
    """
    if place is None:
        if valid_for is not None:
            raise click.UsageError("--valid-for is about a saved plan: it needs --out FILE")
        yield None
        return
    for other in taken:
        if os.path.realpath(place) == os.path.realpath(other):
            raise click.UsageError(f"--out {place} would overwrite {other}, which this run reads or writes")
    with Draft(place) as draft:
        yield draft


@dataclass(frozen=True, slots=True)
class Saving:
    """A plan that is about to be made and saved, and what it is made from."""

    draft: Draft
    origin: Origin
    valid_for: timedelta | None
    base: str | None
    retry: Sequence[str]
    lifted: Mapping[str, str]
    selection: Selection | None = None

    def save(self, session: Session, planned: Planned) -> None:
        """Write the plan in one go, and tell on stderr what becomes of it."""
        from reconciler.approval.document import (  # noqa: PLC0415  # pydantic
            FileDigest,
            Made,
            Narrowing,
            saved_plan_json,
        )
        from reconciler.cli.agreed import present_of  # noqa: PLC0415  # for who saves

        narrowing = None
        if self.selection is not None:
            chosen = self.selection
            narrowing = Narrowing(
                only=[*map(_storable, chosen.only)], roles=[*chosen.roles], limit=chosen.limit
            )
        made = Made(
            version=__version__,
            at=planned.observation.at,
            endpoint=session.config.endpoint.name,
            commit=self.origin.commit,
            dirty=self.origin.dirty,
            files=[FileDigest(file=name, sha256=digest) for name, digest in self.origin.files.items()],
            base=self.base and _storable(self.base),
            valid_for_seconds=int(self.valid_for.total_seconds()) if self.valid_for else None,
            retry=[*self.retry],
            narrowing=narrowing,
            lifted={guard: _storable(reason) for guard, reason in self.lifted.items()},
        )
        approved = present_of(session, planned).bases
        self.draft.finish(saved_plan_json(planned.plan, approved, made) + "\n")
        shown = visible(str(self.draft.path))
        if self.origin.dirty:
            click.echo(
                f"warning: {shown} is made from changes that are not committed: "
                "it can be applied once HEAD holds exactly these",
                err=True,
            )
        click.echo(
            f"saved: reconciler apply {shown} asks for exactly this, once; "
            f"its fingerprint is {planned.plan.fingerprint}",
            err=True,
        )


def _storable(text: str) -> str:
    """Return text that every encoding takes: an argument may hold bytes that are no text."""
    return text.encode("utf-8", "replace").decode("utf-8")
