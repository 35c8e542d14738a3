"""What the journal remembers, in words: a log, the newest first, at most 80 columns wide where names allow.

"Carried out" is said of what OVHcloud called done: the journal cannot tell what a service shows today.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby

from reconciler.model import AccountId, Answer, TaskState
from reconciler.progress.history import Handover
from reconciler.render.safe import visible
from reconciler.render.wording import Accounts, counted, listed, state_words

WIDTH = 80
_INDENT, _DEEPER = "    ", "      "
_VERBS = {
    Answer.ACCEPTED: "accepted by",
    Answer.REFUSED: "refused by",
    Answer.RESENT: "a new mail was sent to",
}
_OUTCOMES = (
    (TaskState.DONE, "carried out"),
    (TaskState.REFUSED, "refused"),
    (TaskState.EXPIRED, "expired"),
    (TaskState.ABORTED, "cancelled"),
    (TaskState.ERROR, "failed"),
)


def history_text(rows: Sequence[Handover], names: Mapping[AccountId, str]) -> str:
    """Return the changes as a log in the order given, the roles that a task moved alike under one heading."""
    accounts = Accounts(names)
    lines = [*_wrapped("", history_summary(rows))]
    for _, alike in groupby(rows, key=_alike):
        lines += ["", *_entry(list(alike), accounts)]
    return "\n".join(lines)


def history_summary(rows: Sequence[Handover]) -> str:
    """Return how many changes are known and how they ended."""
    if not rows:
        return "The journal knows of no such change."
    parts = [
        f"{number} {word}" for state, word in _OUTCOMES if (number := sum(row.state is state for row in rows))
    ]
    still_open = sum(row.ended is None for row in rows)
    parts += [f"{still_open} open when last seen"] if still_open else []
    return f"{counted(len(rows), 'change')} known to the journal, newest first: {', '.join(parts)}."


def history_lines(row: Handover, accounts: Accounts) -> Iterator[str]:
    """Yield what is known of one change, beside what it is about: one statement a line, safe to show."""
    yield f"{accounts[row.from_account]} -> {accounts[row.to_account]}"
    yield how_it_ended(row)
    yield _asked(row, accounts)
    who = _person(row)
    if who:
        yield who
    for answer in row.answers:
        by = f"by us, {visible(answer.user)}" if answer.user else "by us"
        yield f"{_VERBS[answer.answer]} {accounts[answer.account]} on {moment(answer.at)} ({by})"
    others = _others(row, accounts)
    if others:
        yield others
    if row.unseen_before is not None:
        yield (
            f"before it, the journal knew {accounts[row.unseen_before]} as the holder: "
            "somebody changed that without us"
        )
    if row.service is None:
        yield _whose_name(row)


def how_it_ended(row: Handover) -> str:
    """Return how far a change came: its end and since when it holds, or how it was last seen."""
    if row.state is None:
        return "requested; not looked at since"
    if row.ended is None:
        seen = f" on {moment(row.seen)}" if row.seen else ""
        return f"{state_words(row.state)}, as first seen{seen}; nothing newer is known"
    words = state_words(row.state)
    end = f"{words} on {moment(row.ended)}" if row.ended_told else f"{words}, first seen {moment(row.ended)}"
    if not row.is_holder:
        return end
    if row.held_until is None:
        return f"{end}; the newest known"
    return f"{end}; held until {moment(row.held_until)}{' at the latest' if row.lost_unseen else ''}"


def moment(at: datetime) -> str:
    """Return a time to the minute, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _alike(row: Handover) -> tuple[object, ...]:
    return (
        row.service,
        row.name,
        row.task,
        row.maybe_tasks,
        row.requested,
        row.from_account,
        row.to_account,
        row.held_until,
        row.lost_unseen,
        row.unseen_before,
    )


def _entry(rows: Sequence[Handover], accounts: Accounts) -> Iterator[str]:
    row = rows[0]
    about = visible(row.service or row.name or "(no name)")
    yield f"{moment(row.requested)}  {about}  {', '.join(each.role for each in rows)}"
    for words in history_lines(row, accounts):
        yield from _wrapped(_INDENT, words)


def _wrapped(indent: str, words: str) -> Iterable[str]:
    if len(indent) + len(words) <= WIDTH:
        return (indent + words,)
    return textwrap.wrap(
        words,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=_DEEPER if indent else "",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _asked(row: Handover, accounts: Accounts) -> str:
    numbers = row.maybe_tasks if row.task is None else (row.task,)
    asker = "someone OVHcloud does not name" if row.asker is None else accounts[row.asker]
    elsewhere = "" if row.ours else "; not ours: asked without this journal, as in OVHcloud's panel"
    return f"task {' or '.join(map(str, numbers))}, asked by {asker}{elsewhere}"


def _person(row: Handover) -> str:
    """Return who ran what asked, as far as it is journalled."""
    parts = [f"by {visible(row.user)}"] if row.user else []
    parts += [f"at commit {visible(row.commit)[:12]}"] if row.commit else []
    parts += [f"in run {visible(row.run)[:12]}"] if row.run else []
    return f"requested {', '.join(parts)}" if parts else ""


def _others(row: Handover, accounts: Accounts) -> str:
    """Return what is known of the parties that did not confirm through us."""
    if not row.not_through_us:
        return ""
    who = listed(accounts[account] for account in row.not_through_us)
    if row.state in {TaskState.DONE, TaskState.DOING}:
        return f"{who} confirmed elsewhere, as OVHcloud requires; when and by whom is not known to us"
    if row.ended is not None:
        refused = {answer.account for answer in row.answers if answer.answer is Answer.REFUSED}
        left = [accounts[account] for account in row.not_through_us if account not in refused]
        return f"what {listed(left)} answered is not known to us" if left else ""
    return f"not confirmed through us: {who}"


def _whose_name(row: Handover) -> str:
    if row.name is None:
        return "OVHcloud gives no name: which service it is about is not known"
    if row.candidates:
        return (
            f"OVHcloud gives only this bare name: it may be about {visible(' or '.join(row.candidates))}, "
            "or another service of that name"
        )
    return "OVHcloud gives only this bare name, of no service that the file or the journal names"
