"""Writes results to stdout and what happens on the way to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import IO, Any

import click

from reconciler.apply import Receipts, Recovery, Submission
from reconciler.model import AccountId
from reconciler.plan import Plan, Request
from reconciler.ports.journal import Outcome, Receipt
from reconciler.providers.ovh.refusals import is_already_running
from reconciler.render import plan_json, plan_text, visible

Names = Mapping[AccountId, str]


def on_a_terminal() -> bool:
    """Tell whether stdout is a person's terminal: colour and redrawing are welcome."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def in_tables() -> bool:
    """Tell whether stdout is a terminal with room for tables; a narrow one breaks plain lines better."""
    return on_a_terminal() and console().width >= _NARROW


_NARROW = 60


def show_plan(plan: Plan, names: Names, style: str, *, applying: bool = False) -> None:
    """Write a plan to stdout."""
    if style == "json":
        click.echo(plan_json(plan))
    elif in_tables():
        from reconciler.render.terminal import plan_rich  # noqa: PLC0415  # rich

        plan_rich(plan, names, console(), applying=applying)
    else:
        click.echo(plan_text(plan, names, applying=applying))


def console(file: IO[str] | None = None, width: int | None = None) -> Any:
    """Return a rich console that takes no text for markup: on stdout, or on paper as wide as a terminal."""
    from rich.console import Console  # noqa: PLC0415

    terminal = True if file is not None else None
    return Console(
        file=file, width=width, force_terminal=terminal, highlight=False, markup=False, emoji=False
    )


def say_recovery(recovery: Recovery) -> None:
    """Tell what became of a request of an earlier run."""
    if recovery.receipt is None:
        end = f"it is still not known what became of it: {recovery.detail}"
    elif recovery.receipt.tasks:
        end = f"it made {_tasks(recovery.receipt)}"
    else:
        end = "it never arrived"
    service = visible(recovery.intent.service)
    click.echo(f"an earlier run asked for {service} and heard no answer: {visible(end)}", err=True)


def say_unclear(request: Request) -> None:
    """Tell that a request is held back because it is not known what became of an earlier one."""
    service = visible(request.service)
    click.echo(f"{service}: not asked, because it is not known what became of an earlier request", err=True)


def say_submission(submission: Submission, names: Names) -> None:
    """Tell what became of one request, as soon as it is journalled."""
    request, receipt = submission.request, submission.receipt
    roles = ", ".join(change.role for change in request.changes)
    asker = names.get(request.asker, request.asker)
    head = f"{visible(request.service)} {roles}, asked by {visible(asker)}"
    click.echo(f"{head}: {_what_became(receipt)}", err=True)


def _what_became(receipt: Receipt) -> str:
    facts = [f"HTTP {receipt.status}"] if receipt.status else []
    facts += [f"query id {visible(receipt.query_id)}"] if receipt.query_id else []
    words = visible(receipt.message) + (f" ({', '.join(facts)})" if facts else "")
    if receipt.outcome is Outcome.ACCEPTED:
        if not receipt.tasks:
            return "the endpoint took it and made no task"
        return f"requested, {_tasks(receipt)}" + (f" ({words})" if receipt.message else "")
    if receipt.outcome is Outcome.REFUSED:
        conflict = " (conflicting request)" if is_already_running(receipt.message) else ""
        return f"refused{conflict}: {words}"
    if receipt.outcome is Outcome.UNKNOWN:
        return f"it is not known whether it arrived: {words}; the next run will find out before it asks again"
    return f"not requested: {words}"


def _tasks(receipt: Receipt) -> str:
    noun = "task" if len(receipt.tasks) == 1 else "tasks"
    return f"{noun} {', '.join(map(str, receipt.tasks))}"


def say_summary(receipts: Receipts, *, interrupted: bool) -> None:
    """Tell how the run ended, in one line."""
    parts = [
        f"{len(rows)} {word}"
        for word, rows in (
            ("requested", receipts.with_outcome(Outcome.ACCEPTED)),
            ("refused", receipts.with_outcome(Outcome.REFUSED)),
            ("not requested", receipts.with_outcome(Outcome.NEVER_ARRIVED)),
            ("with an unknown outcome", receipts.with_outcome(Outcome.UNKNOWN)),
            ("left for the next run", receipts.left),
        )
        if rows
    ]
    if interrupted:
        parts.insert(0, "stopped")
    click.echo(", ".join(parts), err=True)
    if receipts.with_outcome(Outcome.ACCEPTED):
        click.echo("nothing changes until people confirm: reconciler status shows for whom", err=True)


def receipts_document(receipts: Receipts) -> dict[str, Any]:
    """Return what became of each request, ready for JSON."""
    return {
        "receipts": [
            {
                "service": row.request.service,
                "asker": row.request.asker,
                "outcome": row.receipt.outcome,
                "tasks": list(row.receipt.tasks),
                "message": row.receipt.message,
                "status": row.receipt.status,
                "query_id": row.receipt.query_id,
            }
            for row in receipts.submissions
        ],
        "left": [request.service for request in receipts.left],
    }
