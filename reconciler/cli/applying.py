"""The steps of `apply`: settle what an earlier run left open, look, plan, agree, ask, tell."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import click

from reconciler.apply import Courier, Receipts, Recovery, apply, recover
from reconciler.cli.agreed import Agreed, as_it_is
from reconciler.cli.approving import Approved
from reconciler.cli.exit_codes import ExitCode, plain, worst
from reconciler.cli.narrowing import say_left
from reconciler.cli.noticing import tell_people, tell_people_of
from reconciler.cli.output import (
    receipts_document,
    say_recovery,
    say_submission,
    say_summary,
    say_unclear,
    show_plan,
)
from reconciler.cli.planning import Planned, look_and_plan
from reconciler.cli.recording import begin, end, recorded
from reconciler.cli.stopping import Stopping
from reconciler.cli.verdict import code_after, code_of
from reconciler.model import Observation, Retry
from reconciler.plan import Plan, Request, Selection
from reconciler.ports.journal import Outcome
from reconciler.render import plan_json
from reconciler.render.wording import counted
from reconciler.session import Session

_LOST = (Outcome.UNKNOWN, Outcome.NEVER_ARRIVED)


@dataclass(frozen=True, slots=True)
class Orders:
    """What the user told `apply` to do.

    Attributes:
        agreed: no question is to be asked.
        approved: the plan that must be the one of now; None: any plan will do.
        lifted: guards to lift, with the reason.
        selection: only this part is to be asked for; None: everything.
        detailed: whether exit codes 2 to 4 are wanted.
    """

    agreed: bool
    approved: Approved | None
    retry: tuple[str, ...]
    lifted: Mapping[str, str]
    selection: Selection | None
    style: str
    detailed: bool

    @classmethod
    def given(
        cls,
        *,
        yes: bool,
        approved: Approved | None,
        retry: tuple[str, ...],
        lifted: Mapping[str, str],
        selection: Selection | None,
        style: str,
        detailed: bool,
    ) -> Orders:
        """Return the orders that the options add up to.

        Raises:
            click.UsageError: nobody is there to be asked, or the plan to agree to would not be shown.
        """
        agreed = yes or approved is not None
        if not agreed and style == "json":
            raise click.UsageError(
                "--format json shows no plan to agree to: it needs --yes, a saved plan or --expect"
            )
        if not agreed and not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise click.UsageError(
                "without a terminal to ask on, apply needs --yes, a saved plan or --expect FINGERPRINT"
            )
        lifted = {**approved.lifted, **lifted} if approved else lifted
        return cls(agreed, approved, retry, lifted, selection, style, detailed)


def run(session: Session, orders: Orders) -> ExitCode:
    """Do it, under the lock, and return the exit code."""
    approved, carried, retry, selection = orders.approved, None, orders.retry, orders.selection
    if approved:
        approved.check_whole(session)
    earlier = _settle_earlier(session)
    if approved:
        carried = approved.carried(session)
        retry = (*retry, *approved.retry(session, carried))
        selection = approved.selection(selection, carried)
    planned = look_and_plan(session, retry, frozenset(orders.lifted), selection=selection)
    observation, leave, plan = planned
    if orders.style == "text":
        show_plan(plan, session.names, "text", applying=True)
    agreed = approved.compare(session, planned, carried) if approved else as_it_is(session, planned)
    if agreed is None:
        plan = replace(plan, stopped_by=())  # a guard would stop what nobody is about to ask
        return _nothing_asked(session, plan, observation, orders, earlier)
    if plan.stopped_by or not plan.requests:
        if leave and not plan.stopped_by:
            _remember(leave, session)
        return _nothing_asked(session, plan, observation, orders, earlier)
    if not orders.agreed and not click.confirm(f"\nSend {counted(len(plan.requests), 'request')}?"):
        click.echo("nothing was asked", err=True)
        return ExitCode.ERROR
    return _ask(session, orders, planned, agreed, earlier)


def _settle_earlier(session: Session) -> tuple[Recovery, ...]:
    """Settle what an earlier run left open; return what became of it."""
    found = recover(session.journal, session.readers, time.sleep)
    for recovery in found:
        say_recovery(recovery)
    return found


def _remember(leave: tuple[Retry, ...], session: Session) -> None:
    """Journal leave to ask again in a run that asks nothing: what is deferred today may need it later."""
    with recorded(session, "apply"):
        session.journal.retry(leave)


def _nothing_asked(
    session: Session, plan: Plan, observation: Observation, orders: Orders, earlier: Iterable[Recovery]
) -> ExitCode:
    _write_json(plan, Receipts(), orders)
    tell_people(session, observation, session.propose(observation) if plan.narrowed else plan)
    say_left(plan)
    code = code_of(plan, observation)
    if any(recovery.receipt is None and recovery.may_show for recovery in earlier):
        code = worst([code, ExitCode.ERROR])
    return code if orders.detailed else plain(code)


def _ask(
    session: Session,
    orders: Orders,
    planned: Planned,
    agreed: Agreed,
    earlier: Iterable[Recovery],
) -> ExitCode:
    observation, leave, plan = planned
    record = begin(
        session,
        "apply",
        fingerprint=agreed.fingerprint,
        approved=agreed.approved,
        lifted=orders.lifted,
    )
    session.journal.retry(leave)
    clear, unclear = _told_apart(plan.requests, earlier)
    for request in unclear:
        say_unclear(request)
    with Stopping() as stopping:
        receipts = apply(
            clear,
            _courier(session),
            interrupted=stopping.asked,
            report=lambda submission: say_submission(submission, session.names),
        )
    receipts = replace(receipts, left=(*receipts.left, *unclear))
    lost = bool(unclear or receipts.with_outcome(*_LOST))
    code = _code(
        plan, observation, receipts, lost=lost, interrupted=stopping.asked(), detailed=orders.detailed
    )
    end(session, record, code)
    _write_json(plan, receipts, orders)
    say_summary(receipts, interrupted=stopping.asked())
    say_left(plan)
    tell_people_of([task for row in receipts.submissions for task in row.receipt.tasks], session, observation)
    return code


def _told_apart(
    requests: Iterable[Request], earlier: Iterable[Recovery]
) -> tuple[tuple[Request, ...], tuple[Request, ...]]:
    """Return the requests that may be asked for, and those that an earlier unknown outcome forbids."""
    clear: list[Request] = []
    unclear: list[Request] = []
    for request in requests:
        forbidden = any(recovery.forbids(request.asker, request.service) for recovery in earlier)
        (unclear if forbidden else clear).append(request)
    return tuple(clear), tuple(unclear)


def _courier(session: Session) -> Courier:
    from reconciler.providers.ovh.refusals import unknown_account  # noqa: PLC0415

    return Courier(session.journal, session.readers, session.writers, time.sleep, unknown_account)


def _code(
    plan: Plan,
    observation: Observation,
    receipts: Receipts,
    *,
    lost: bool,
    interrupted: bool,
    detailed: bool,
) -> ExitCode:
    """Return the exit code; a refused request is told as 4 even where 4 is not asked for: it was not done."""
    code = code_after(plan, observation)
    codes = [code if detailed else plain(code)]
    if receipts.with_outcome(Outcome.REFUSED):
        codes.append(ExitCode.BLOCKED)
    if lost:
        some = receipts.with_outcome(Outcome.ACCEPTED)
        codes.append(ExitCode.PARTLY_APPLIED if some else ExitCode.ERROR)
    if interrupted:
        codes.append(ExitCode.PARTLY_APPLIED)
    return worst(codes)


def _write_json(plan: Plan, receipts: Receipts, orders: Orders) -> None:
    if orders.style == "json":
        document = {"version": 1, "plan": json.loads(plan_json(plan)), **receipts_document(receipts)}
        click.echo(json.dumps(document))
