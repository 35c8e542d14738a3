"""`confirm`: one look into the letterbox, or many, until every request of ours is confirmed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import click

from reconciler.cli.exit_codes import ExitCode, worst
from reconciler.cli.letterbox import Letterbox
from reconciler.cli.noticing import look_and_tell
from reconciler.cli.recording import begin, end
from reconciler.config import Config
from reconciler.confirm.verdicts import Kind, Verdict
from reconciler.model import AccountId
from reconciler.render import visible
from reconciler.render.verdicts import VerdictRow, verdicts_json, verdicts_text
from reconciler.session import Session
from reconciler.session.confirming import Confirmer, Round
from reconciler.track import Waiting, watch

_AWAY, _HERE = 60.0, 1.0
"""Seconds between two looks: OVHcloud's fair use is 60 calls a minute; a sandbox has time."""

_LASTING = frozenset({Kind.CONFIRMED, Kind.REFUSED_BY_ENDPOINT, Kind.OUTCOME_UNKNOWN})
"""What a later look cannot undo: it would say of the same token only that it is used."""

_PARTIES = 2
"""As many accounts confirm a request at most; a token refused without an account was tried for both."""

_FAILED = frozenset({Kind.OUTCOME_UNKNOWN, Kind.NOT_SENT, Kind.NOT_SEEN})


_MAY_SERVE_YET = frozenset(
    {
        *(Kind.OUTCOME_UNKNOWN, Kind.NOT_SENT, Kind.NOT_SEEN, Kind.NOT_WAITING),
        *(Kind.UNDECLARED, Kind.UNMANAGED, Kind.OBSERVED, Kind.UNWANTED),
        *(Kind.NO_CREDENTIALS, Kind.OTHER_ACCOUNT),
    }
)
"""Verdicts on a token that a later look or run may come to another view of."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What `confirm` is told.

    Attributes:
        only: the one account that it confirms for; None: all.
        seconds: how long to wait; None: one look.
        style: how to write.
        config_now: reads what counts as the file; it may change while we wait.
    """

    only: AccountId | None
    seconds: float | None
    style: str
    config_now: Callable[[], Config]


@dataclass(frozen=True, slots=True)
class _Look:
    round: Round
    unreadable: dict[AccountId, str]

    @property
    def settled(self) -> bool:
        """Whether nothing is left to confirm, as far as could be seen."""
        return not self.round.left and not self.unreadable


def run(session: Session, letterbox: Letterbox, orders: Orders) -> ExitCode:
    """Confirm what may be confirmed, or show it where the session has no writers; return the exit code."""
    if not session.writers:
        return _run(session, letterbox, orders)
    run_record, code = begin(session, "confirm"), ExitCode.ERROR
    try:
        code = _run(session, letterbox, orders)
    finally:
        end(session, run_record, code)
    return code


def _run(session: Session, letterbox: Letterbox, orders: Orders) -> ExitCode:
    confirmer = Confirmer(session, only=orders.only, waiting=orders.seconds is not None)
    record = _Record()
    if orders.seconds is None:
        look, timed_out = _look(session, letterbox, confirmer, record, lambda: session.config), False
    else:
        pause = _AWAY if session.config.endpoint.is_remote else _HERE
        for last in watch(
            lambda: _look(session, letterbox, confirmer, record, orders.config_now),
            lambda shown: shown.settled,
            Waiting(pause, orders.seconds),
            monotonic=time.monotonic,
            sleep=letterbox.wait,
        ):
            look, timed_out = last.shown, last.timed_out
    code = _tell(session, orders, record, look, timed_out=timed_out)
    if session.writers:
        look_and_tell(session)
    return code


class _Record:
    """The newest verdict on each token of each mail, but for those that last."""

    def __init__(self) -> None:
        self._verdicts: dict[tuple[str, int], Verdict] = {}

    def take(self, verdicts: tuple[Verdict, ...]) -> Iterator[Verdict]:
        """Take in the verdicts of a look, and yield those that are new."""
        count: Counter[str] = Counter()
        for verdict in verdicts:
            count[verdict.mail] += 1
            key = verdict.mail, count[verdict.mail]
            earlier = self._verdicts.get(key)
            if earlier is None or (earlier != verdict and _goes_before(verdict, earlier)):
                self._verdicts[key] = verdict
                yield verdict

    def all(self) -> tuple[Verdict, ...]:
        """Return every verdict, in the order in which the tokens were first seen."""
        return tuple(self._verdicts.values())


def _goes_before(later: Verdict, earlier: Verdict) -> bool:
    """Tell whether a later verdict counts; a file may have been saved anew, with a token that was taken."""
    return earlier.kind not in _LASTING or (
        later.kind is Kind.CONFIRMED and earlier.kind is not Kind.CONFIRMED
    )


def _look(
    session: Session,
    letterbox: Letterbox,
    confirmer: Confirmer,
    record: _Record,
    config_now: Callable[[], Config],
) -> _Look:
    post = letterbox.look()
    done = confirmer.round(post.letters, config_now())  # the file after the mails: those can take a while
    for verdict in record.take(done.verdicts):
        if verdict.kind in _LASTING:
            _say(verdict, session)
    letterbox.done_with(_used_up(done.verdicts))
    return _Look(done, {**post.unreadable, **done.unreadable})


def _used_up(verdicts: Iterable[Verdict]) -> list[str]:
    """Return the mails that a token of was taken, but for those that hold another one for later."""
    kinds: dict[str, set[Kind]] = {}
    for verdict in verdicts:
        kinds.setdefault(verdict.mail, set()).add(verdict.kind)
    return [mail for mail, found in kinds.items() if Kind.CONFIRMED in found and not found & _MAY_SERVE_YET]


def _say(verdict: Verdict, session: Session) -> None:
    """Tell on stderr at once what was sent: a run that is killed later has told what it did."""
    whose = f" for {session.called(verdict.account)}" if verdict.account is not None else ""
    words = verdict.kind.replace("_", " ")
    click.echo(f"request {verdict.task}{whose}: {words}; {visible(verdict.detail)}", err=True)


def _tell(session: Session, orders: Orders, record: _Record, look: _Look, *, timed_out: bool) -> ExitCode:
    verdicts = record.all()
    rows = [VerdictRow(row.mail, row.task, row.account, row.kind, row.detail) for row in verdicts]
    if orders.style == "json":
        click.echo(verdicts_json(rows))
    else:
        click.echo(verdicts_text(rows, session.names))
    missing = {
        account: reason
        for account, reason in {**session.unreadable, **look.unreadable}.items()
        if orders.only in {None, account}
    }
    for account, reason in missing.items():
        click.echo(f"error: {visible(account)} cannot be read: {visible(reason)}", err=True)
    left = look.round.left
    if timed_out and left:
        waiting = sorted({f"request {task} for {session.called(account)}" for task, account in left})
        click.echo(f"time is up; no mail confirmed {', '.join(waiting)}", err=True)
    if not session.writers and any(row.kind is Kind.WOULD_CONFIRM for row in verdicts):
        click.echo("nothing was sent: confirm --yes confirms", err=True)
    codes = {ExitCode.ERROR} if missing or any(row.kind in _FAILED for row in verdicts) else set()
    if any(_stands_refused(row, verdicts) for row in verdicts):
        codes.add(ExitCode.BLOCKED)
    if timed_out:
        codes.add(ExitCode.WAITING)
    return worst(codes)


def _stands_refused(verdict: Verdict, verdicts: Iterable[Verdict]) -> bool:
    """Tell whether a token was refused, and no other one was taken in its place."""
    if verdict.kind is not Kind.REFUSED_BY_ENDPOINT:
        return False
    taken = {
        row.account
        for row in verdicts
        if row.task == verdict.task and row.kind in {Kind.CONFIRMED, Kind.ALREADY_CONFIRMED}
    }
    return len(taken) < _PARTIES if verdict.account is None else verdict.account not in taken
