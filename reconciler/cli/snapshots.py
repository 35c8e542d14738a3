"""Snapshots: taken from a session, and a session made from one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler import __version__
from reconciler.cli.drafts import Draft
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.opening import open_session
from reconciler.cli.options import Settings, find_file
from reconciler.cli.planning import warn_of_unreadable
from reconciler.config import load
from reconciler.errors import ReconcilerError
from reconciler.model import Look
from reconciler.model.text import visible
from reconciler.observe import judge
from reconciler.render.wording import age, counted
from reconciler.session import Session
from reconciler.session.replaying import Recalled, unasked
from reconciler.snapshot.kept import Snapshot, remembered
from reconciler.snapshot.writing import snapshot_json

if TYPE_CHECKING:
    from reconciler.cli.base import Base

OLD = timedelta(hours=24)
"""From this age on, what a snapshot shows may well have changed."""

_AHEAD = timedelta(minutes=5)
"""How far the endpoint's clock may be ahead of ours."""

_STDOUT = Path("-")


def write_snapshot(settings: Settings, out: Path, *, pseudonymize: bool = False) -> ExitCode:
    """Look at everything, write it, and return how well it could be seen.

    Raises:
        ReconcilerError: the place cannot be written to.
    """
    file = find_file(settings.file)
    with ExitStack() as stack:
        draft = None
        if out != _STDOUT:
            if os.path.realpath(out) == os.path.realpath(file):
                raise click.UsageError(f"--out {out} would overwrite the contacts file")
            draft = stack.enter_context(Draft(out, private=True))
        session = stack.enter_context(open_session(settings, remembering=False))
        config = session.config
        look = session.look(everything=True, declared=config.rows)
        memory = remembered(session.journal, (task.id for task in look.tasks))
        taken = Snapshot(config.endpoint.name, config.endpoint.region, look, memory)
        if pseudonymize:
            from random import SystemRandom  # noqa: PLC0415  # an order that nobody can repeat

            from reconciler.snapshot.pseudonyms import pseudonyms_of  # noqa: PLC0415

            taken = pseudonyms_of(taken, SystemRandom().shuffle).snapshot(taken)
        text = snapshot_json(taken, version=__version__)
        if draft is None:
            click.echo(text)
        else:
            draft.finish(f"{text}\n")
    observation = judge(look, config.rows, region=config.endpoint.region, everything=True)
    warn_of_unreadable(observation)
    for service, why in observation.unknown.items():
        click.echo(f"error: {visible(service)} cannot be read: {visible(why)}", err=True)
    if draft is not None and settings.verbosity >= 0 and not pseudonymize:
        click.echo(
            f"saved: {counted(len(look.live), 'service')}; reconciler plan --snapshot {visible(str(out))} "
            "plans from it without keys and network",
            err=True,
        )
    return ExitCode.ERROR if observation.unreadable or observation.unknown else ExitCode.OK


@contextmanager
def session_or_snapshot(settings: Settings, snapshot: Path | None) -> Iterator[Session]:
    """Open a session that reads, or, where one is named, a snapshot in place of endpoint and journal."""
    if snapshot is not None:
        yield recall(settings, snapshot)
        return
    with open_session(settings, remembering=False) as session:
        yield session


def recall(settings: Settings, place: Path) -> Session:
    """Return a session in which a snapshot stands for the endpoint and the journal; its age is told.

    Raises:
        click.UsageError: there is no such file, or it holds no snapshot.
        ReconcilerError: it is of another endpoint than the file's.
    """
    config = load(find_file(settings.file))
    if settings.verbosity >= 0:
        for warning in config.warnings:
            click.echo(f"warning: {visible(warning)}", err=True)
    taken = _read(place)
    endpoint = config.endpoint
    if (taken.endpoint, taken.region) != (endpoint.name, endpoint.region):
        raise ReconcilerError(
            f"the snapshot {visible(str(place))} is of {visible(taken.endpoint)}, "
            f"and the file means {visible(endpoint.name)}",
            hint="take one where this file is: reconciler snapshot --out FILE",
        )
    _tell_age(taken.look, place, settings)
    return Session(config, {}, {}, {}, Recalled(taken.memory), snapshot=taken.look)


def warn_of_unasked(session: Session, base: Base | None = None) -> None:
    """Tell on stderr of declared services that the snapshot has neither seen nor looked for."""
    if session.snapshot is None:
        return
    declared = {*session.config.rows, *(base.services if base else ())}
    unseen = unasked(session.snapshot, sorted(declared), session.config.endpoint.region)
    if unseen:
        first = f"{visible(unseen[0])}{f' and {len(unseen) - 1} more' if len(unseen) > 1 else ''}"
        click.echo(
            f"warning: {counted(len(unseen), 'service')} not known when the snapshot was taken: {first}; "
            "take another one if this is a new service",
            err=True,
        )


def _read(place: Path) -> Snapshot:
    from reconciler.snapshot.reading import LARGEST, NoSnapshotError, read_snapshot  # noqa: PLC0415  # pydantic

    shown = visible(str(place))
    try:
        with place.open("rb") as stream:
            return read_snapshot(stream.read(LARGEST + 1))
    except OSError as error:
        raise click.UsageError(f"{shown} cannot be read: {error.strerror}") from None
    except NoSnapshotError as error:
        raise click.UsageError(f"{shown}: {error.message}{f'; {error.hint}' if error.hint else ''}") from None


def _tell_age(look: Look, place: Path, settings: Settings) -> None:
    since = datetime.now(UTC) - look.at
    words = f"the snapshot {visible(str(place))} was taken {look.at:%Y-%m-%d %H:%M} UTC"
    if since < -_AHEAD:
        click.echo(
            f"warning: {words}, which is yet to come by the clock of this machine: one of the two is wrong",
            err=True,
        )
    elif since > OLD:
        click.echo(
            f"warning: {words}, {age(since.total_seconds())} ago: much may have changed since; "
            "the plan is the one of that day",
            err=True,
        )
    elif settings.verbosity >= 0:
        click.echo(f"{words}, {age(since.total_seconds())} ago", err=True)
