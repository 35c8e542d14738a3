"""`watch`: the requests again and again, live on a terminal, as plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from io import StringIO
from typing import Self

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.noticing import Noticing
from reconciler.cli.output import console, in_tables, on_a_terminal
from reconciler.cli.planning import warn_of_unreadable
from reconciler.cli.verdict import code_watched
from reconciler.model import Observation
from reconciler.plan import Plan
from reconciler.progress import Progress
from reconciler.render import visible
from reconciler.render.requests import RequestRow, status_cells, status_lines, status_text
from reconciler.render.wording import Accounts
from reconciler.session import Session
from reconciler.session.requests import follow_requests, request_rows
from reconciler.track import Waiting, watch

_AWAY, _HERE = 60.0, 2.0
"""Seconds between two looks: OVHcloud's fair use is 60 calls a minute; a sandbox has time."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One look of `watch`; `blind`: something could not be read that the next look may show."""

    observation: Observation
    plan: Plan
    rows: tuple[Progress, ...]
    blind: bool

    @property
    def settled(self) -> bool:
        """Whether nothing is open any more, as far as the accounts that let us in can tell."""
        return not (self.blind or self.plan.pending or any(row.task.is_open for row in self.rows))


def run(session: Session, *, timeout: float | None, interval: float | None) -> ExitCode:
    """Watch until all is settled or time is up, and return the exit code."""
    waiting = Waiting(interval or (_AWAY if session.config.endpoint.is_remote else _HERE), timeout)
    looks = watch(
        lambda: _look(session),
        lambda shown: shown.settled,
        waiting,
        monotonic=time.monotonic,
        sleep=time.sleep,
    )
    followed: set[int] = set()
    noticing = Noticing(session)
    with ExitStack() as stack:
        display = stack.enter_context(_Screen(session)) if on_a_terminal() else _Lines(session)
        for look in looks:
            rows = [row for row in look.shown.rows if row.task.is_open or row.task.id in followed]
            followed.update(row.task.id for row in rows)
            display.show(request_rows(rows, session, look.shown.observation, look.shown.plan))
            noticing.tell(look.shown.observation, look.shown.plan, look.shown.rows)
    shown = look.shown
    warn_of_unreadable(shown.observation)
    code = code_watched(shown.plan, shown.observation, timed_out=look.timed_out)
    click.echo(_ALL_BUT_OBSERVED if code is ExitCode.OK and shown.plan.observed else _ENDS[code], err=True)
    return code


_ENDS = {
    ExitCode.OK: "all done: every managed contact is as the file wants it",
    ExitCode.ERROR: "something could not be read",
    ExitCode.SOMETHING_TO_REQUEST: "nothing is open, and something is left to ask: reconciler apply",
    ExitCode.WAITING: "time is up; people are still to confirm",
    ExitCode.BLOCKED: "something needs a person: reconciler plan says what",
}

_ALL_BUT_OBSERVED = (
    "all done: every contact that is more than observed is as the file wants it; "
    "reconciler plan lists the others"
)


def _look(session: Session) -> Shown:
    observation = session.observe()
    plan = session.propose(observation)
    rows = follow_requests(session, observation, everything=True)
    passing = bool(observation.unreadable.keys() - session.unreadable.keys())
    blind = passing or (bool(plan.unknown) and not session.unreadable)
    return Shown(observation, plan, tuple(row for row in rows if _concerns(row, session)), blind)


def _concerns(row: Progress, session: Session) -> bool:
    declared = session.config.rows
    return row.ours or row.service in declared or any(service in declared for service in row.candidates)


class _Lines:
    """Plain lines, one whenever a request has changed: for logs and pipes."""

    def __init__(self, session: Session) -> None:
        self._accounts = Accounts(session.names)
        self._told: dict[int, str] = {}

    def show(self, rows: Sequence[RequestRow]) -> None:
        """Write what is new."""
        for row in rows:
            line = self._line(row)
            if self._told.get(row.task) != line:
                self._told[row.task] = line
                click.echo(line)

    def _line(self, row: RequestRow) -> str:
        """Return all that may change about a request but its age and the time that is left."""
        *cells, _age = status_cells(row, self._accounts)
        return visible("  ".join(cells) + "; " + "; ".join(status_lines(row, self._accounts, steady=True)))


class _Screen:
    """What `status` shows, drawn anew in place."""

    def __init__(self, session: Session) -> None:
        from rich.live import Live  # noqa: PLC0415

        self._names = session.names
        self._console = console()
        self._live = Live(console=self._console, auto_refresh=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, rows: Sequence[RequestRow]) -> None:
        """Draw the requests."""
        from rich.text import Text  # noqa: PLC0415

        self._live.update(Text.from_ansi(self._drawn(rows)), refresh=True)

    def _drawn(self, rows: Sequence[RequestRow]) -> str:
        if not in_tables():
            return status_text(rows, self._names)
        from reconciler.render.terminal import status_rich  # noqa: PLC0415  # rich

        paper = console(StringIO(), width=self._console.width)
        status_rich(rows, self._names, paper)
        drawn: str = paper.file.getvalue().rstrip("\n")
        return drawn
