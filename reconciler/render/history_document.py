"""What the journal remembers, for programs: JSON, version 1, and CSV by RFC 4180."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from reconciler.model import Answer
from reconciler.progress.history import Handover
from reconciler.render.safe import visible

CSV_COLUMNS = (
    "requested",
    "service",
    "name",
    "role",
    "from",
    "to",
    "state",
    "ended",
    "ended_told",
    "held_until",
    "lost_unseen",
    "task",
    "ours",
    "asker",
    "user",
    "commit",
    "run",
    "accepted_by",
    "refused_by",
    "not_through_us",
    "unseen_before",
    "candidates",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def history_json(rows: Iterable[Handover]) -> str:
    """Return the changes as JSON, version 1: `{version, changes: [...]}`, a change a line."""
    body = ",\n  ".join(json.dumps(_object(row)) for row in rows)
    return f'{{"version": 1,\n "changes": [{body}]}}'


def history_csv(rows: Iterable[Handover]) -> str:
    """Return the changes as CSV with a header: lists are joined by blanks, times are ISO 8601 in UTC.

    A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@` or a control character for a formula or
    worse, and names come from strangers: such a cell begins with an apostrophe instead.
    """
    paper = io.StringIO(newline="")
    writer = csv.writer(paper)
    writer.writerow(CSV_COLUMNS)
    writer.writerows(map(_cells, rows))
    return paper.getvalue().removesuffix("\r\n")


def _object(row: Handover) -> dict[str, Any]:
    return {
        "service": row.service,
        "name": row.name,
        "candidates": row.candidates,
        "role": row.role,
        "from": row.from_account,
        "to": row.to_account,
        "task": row.task,
        "maybe_tasks": row.maybe_tasks,
        "ours": row.ours,
        "asker": row.asker,
        "requested": _time(row.requested),
        "state": row.state,
        "seen": _time(row.seen),
        "ended": _time(row.ended),
        "ended_told": row.ended_told,
        "held_until": _time(row.held_until),
        "lost_unseen": row.lost_unseen,
        "unseen_before": row.unseen_before,
        "run": row.run,
        "user": row.user,
        "commit": row.commit,
        "answers": [
            {"account": each.account, "answer": each.answer, "at": _time(each.at), "user": each.user}
            for each in row.answers
        ],
        "not_through_us": row.not_through_us,
    }


def _cells(row: Handover) -> tuple[str, ...]:
    facts = (
        _time(row.requested),
        row.service,
        row.name,
        row.role,
        row.from_account,
        row.to_account,
        row.state,
        _time(row.ended),
        "yes" if row.ended_told else "no" if row.ended else None,
        _time(row.held_until),
        "yes" if row.lost_unseen else "no" if row.held_until else None,
        " ".join(map(str, row.maybe_tasks)) if row.task is None else str(row.task),
        "yes" if row.ours else "no",
        row.asker,
        row.user,
        row.commit,
        row.run,
        _who(row, Answer.ACCEPTED),
        _who(row, Answer.REFUSED),
        " ".join(row.not_through_us),
        row.unseen_before,
        " ".join(row.candidates),
    )
    return tuple(_harmless(fact) if fact else "" for fact in facts)


def _who(row: Handover, answer: Answer) -> str:
    return " ".join(dict.fromkeys(each.account for each in row.answers if each.answer is answer))


def _harmless(cell: str) -> str:
    """Return a cell that neither a spreadsheet nor a terminal acts on."""
    return visible(f"'{cell}" if cell.startswith(_FORMULA) else cell)


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds")
