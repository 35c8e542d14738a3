"""A plan as titled lists of rows: what text, terminal and Markdown have in common, each with its own looks.

A plan of many thousand changes repeats the same few moves between the same few accounts. So the words of a
row that repeat are made once (`Words`) and shared by all rows that they fit; only the name of the service and
at most one more cell belong to a single row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.model import AccountId
from reconciler.plan import Contested, Plan
from reconciler.render.beside import beside_sections
from reconciler.render.lists import Rows, Section, Tone, Words, plain_rows
from reconciler.render.narrowed import narrowed_section
from reconciler.render.observed import observed_section
from reconciler.render.reasons import WORDINGS, remedies, why
from reconciler.render.safe import is_plain
from reconciler.render.time_boxes import time_box_section
from reconciler.render.wording import Accounts, Counts, Groups, counted, moved, standing, waits_for

_LIFT = (
    "If all of this is meant, lift the guard for one run and say why: "
    "`reconciler apply {lifts} --reason TEXT`. The reason is kept in the journal."
)
_SETTLE = (
    "If that request is right, change the file. If it is not, have one of its parties refuse it, "
    "such as `reconciler refuse {task}`."
)
_FIND = (
    "Check the spelling, and whether a configured account is a contact of the service. "
    "If it no longer exists, take it out of the file."
)


def sections(plan: Plan, numbers: Counts, names: Mapping[AccountId, str]) -> Iterator[Section]:
    """Yield the lists of `plan` that are not empty, the most pressing first."""
    accounts = Accounts(names)
    groups = Groups(accounts)
    if plan.stopped_by:
        yield _stopped(plan)
    if plan.unknown:
        yield _unknown(plan)
    if plan.narrowed and (left_out := narrowed_section(plan.narrowed)):
        yield left_out
    if plan.requests:
        yield _requests(plan, numbers, accounts, groups)
    if plan.deferred:
        yield _deferred(plan, accounts)
    if plan.pending:
        yield _pending(plan, accounts, groups)
    if plan.blocked:
        yield _blocked(plan, accounts, groups)
    if plan.contested:
        yield _contested(plan, accounts)
    yield from _beside(plan, names)


def _beside(plan: Plan, names: Mapping[AccountId, str]) -> Iterator[Section]:
    """Yield the lists of what stands beside the trays and is not acted on."""
    if plan.beside:
        yield from beside_sections(plan.beside, names)
    if plan.observed:
        yield observed_section(plan, names)
    if plan.time_boxes:
        yield time_box_section(plan, names)
    if plan.absent:
        yield _absent(plan)
    if plan.unmanaged:
        yield _unmanaged(plan)


def _stopped(plan: Plan) -> Section:
    guards = [stop.guard if is_plain(stop.guard) else "GUARD" for stop in plan.stopped_by]
    return Section(
        Tone.CARE,
        "STOPPED BY A GUARD: nothing will be requested in this run",
        ("Guard", "Why"),
        plain_rows([stop.guard for stop in plan.stopped_by], [stop.detail for stop in plan.stopped_by]),
        glue=": ",
        notes=(_LIFT.format(lifts=" ".join(f"--lift {guard}" for guard in guards)),),
    )


def _unknown(plan: Plan) -> Section:
    return Section(
        Tone.CARE,
        f"COULD NOT BE READ: {counted(len(plan.unknown), 'service')}",
        ("Service", "Why"),
        plain_rows([row.service for row in plan.unknown], [row.detail for row in plan.unknown]),
        glue=": ",
        notes=("What these services need is not known. They do not count as in sync.",),
    )


def _requests(plan: Plan, numbers: Counts, accounts: Accounts, groups: Groups) -> Section:
    about: list[str] = []
    shared: list[Words] = []
    known: dict[object, Words] = {}
    for request in plan.requests:
        asker, tasks = request.asker, request.tasks
        confirmers = (
            {role: task.confirmers for task in tasks for role in task.roles} if len(tasks) > 1 else None
        )
        for change in request.changes:
            parties = tasks[0].confirmers if confirmers is None else confirmers[change.role]
            key = change[1:], asker, parties
            words = known.get(key)
            if words is None:
                role, move = moved(change, accounts)
                who = accounts[asker], groups[parties]
                text = f" {role}: {move}; asker: {who[0]}; must confirm: {who[1]}"
                words = known[key] = Words((role, move, *who), text)
            about.append(change[0])
            shared.append(words)
    tone, lead = (Tone.WAIT, "Held back by the guard") if plan.stopped_by else (Tone.ACT, "To request")
    title = (
        f"{lead}: {counted(numbers.requests, 'contact')} in {counted(numbers.posts, 'request')}, "
        f"{counted(numbers.confirmations, 'confirmation')} needed"
    )
    return Section(
        tone, title, ("Service", "Role", "Change", "Asker", "Must confirm"), Rows(about, shared, [])
    )


def _deferred(plan: Plan, accounts: Accounts) -> Section:
    rows = Rows([], [], [])
    known: dict[object, Words] = {}
    waits: dict[object, str] = {}
    for row in plan.deferred:
        change, asker = row.change, row.asker
        key = change[1:], asker
        words = known.get(key)
        if words is None:
            role, move = moved(change, accounts)
            cells = role, move, accounts[asker]
            words = known[key] = Words(cells, f" {role}: {move}; asker: {cells[2]}")
        wait = waits.get(row.waits_for)
        if wait is None:
            wait = waits[row.waits_for] = waits_for(row.waits_for)
        rows.add(change[0], words, wait)
    title = f"Deferred, to be requested by a later apply: {counted(len(rows), 'contact')}"
    return Section(
        Tone.WAIT, title, ("Service", "Role", "Change", "Asker", "Waits for"), rows, "; waits for "
    )


def _pending(plan: Plan, accounts: Accounts, groups: Groups) -> Section:
    rows = Rows([], [], [])
    known: dict[object, Words] = {}
    for row in plan.pending:
        change = row.change
        key = change[1:], row.state, row.waiting_for
        words = known.get(key)
        if words is None:
            role, move = moved(change, accounts)
            cells = role, move, standing(row.state, row.waiting_for, groups)
            words = known[key] = Words(cells, f" {role}: {move}; {cells[2]}")
        rows.add(change[0], words, str(row.task))
    title = f"Pending, requested already and not done yet: {counted(len(rows), 'contact')}"
    return Section(
        Tone.WAIT, title, ("Service", "Role", "Change", "Where it stands", "Task"), rows, "; task "
    )


def _blocked(plan: Plan, accounts: Accounts, groups: Groups) -> Section:
    rows = Rows([], [], [])
    known: dict[object, Words] = {}
    for row in plan.blocked:
        change = row.change
        key = change[1:], row.reason
        words = known.get(key)
        if words is None:
            role, move = moved(change, accounts)
            cells = role, move, WORDINGS[row.reason].label
            words = known[key] = Words(cells, f" {role}: {move}; {cells[2]}")
        detail = f"{why(row)}; could ask: {groups[row.could_ask]}" if row.could_ask else why(row)
        rows.add(change[0], words, detail)
    return Section(
        Tone.CARE,
        f"Blocked, wants a person: {counted(len(rows), 'contact')}",
        ("Service", "Role", "Change", "Reason", "Why"),
        rows,
        glue=": ",
        notes=tuple(remedies(plan.blocked)),
    )


def _contested(plan: Plan, accounts: Accounts) -> Section:
    rows = Rows([], [], [])
    for row in plan.contested:
        role, move = moved(row.change, accounts)
        cells = role, move, _who_asked(row, accounts), accounts[row.towards]
        text = f" {role}: {move}; asked by {cells[2]}; moves it to {cells[3]}"
        rows.add(row.change.service, Words(cells, text), str(row.task))
    return Section(
        Tone.CARE,
        f"Contested, an open request moves a contact elsewhere: {counted(len(rows), 'contact')}",
        ("Service", "Role", "Change", "Asked by", "Moves it to", "Task"),
        rows,
        glue="; task ",
        notes=(_SETTLE.format(task=plan.contested[0].task),),
    )


def _who_asked(row: Contested, accounts: Accounts) -> str:
    asker = "someone OVHcloud does not name" if row.asker is None else accounts[row.asker]
    return f"{asker}, through this program" if row.ours else asker


def _absent(plan: Plan) -> Section:
    return Section(
        Tone.CARE,
        f"Absent, declared in the file but seen by no account: {counted(len(plan.absent), 'service')}",
        ("Service",),
        plain_rows(plan.absent),
        notes=(_FIND,),
    )


def _unmanaged(plan: Plan) -> Section:
    return Section(
        Tone.ASIDE,
        f"Not managed, seen but not declared in the file: {counted(len(plan.unmanaged), 'service')}",
        ("Service",),
        plain_rows(plan.unmanaged),
        notes=("They are left alone. To manage their contacts, add them to `services` in the file.",),
    )
