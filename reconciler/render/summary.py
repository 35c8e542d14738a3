"""The first and the last words about a plan: how much of what, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reconciler.model import AccountId
from reconciler.plan import Plan
from reconciler.render.narrowed import narrowed_sentence, options, waits_for_what_is_left_out
from reconciler.render.observed import observing_step, watched_words
from reconciler.render.wording import Accounts, Counts, counted, listed

_SHOWN_CONFIRMERS = 5


def summary(plan: Plan, numbers: Counts) -> Iterator[str]:
    """Yield the counts of `plan`, or the one sentence that says that everything is in sync."""
    if numbers.all_in_sync and not plan.stopped_by:
        yield _in_sync(plan)
        yield from _narrowed(plan)
        return
    requests = "held back by a guard" if plan.stopped_by else "to request"
    yield (
        f"{numbers.in_sync} of {counted(plan.managed, _noun(plan))} in sync, "
        f"{numbers.requests} {requests}, {numbers.deferred} deferred, {numbers.pending} pending, "
        f"{numbers.blocked} blocked{_observed(numbers)}."
    )
    beside = list(_beside(numbers))
    if beside:
        yield f"Besides: {listed(beside)}."
    yield from _narrowed(plan)


def next_step(plan: Plan, numbers: Counts, accounts: Accounts, *, applying: bool = False) -> str | None:
    """Return what to do now, or what is about to be done; None where everything is in sync."""
    if plan.stopped_by:
        return (
            "Next: look at what the guard says. Nothing is requested until it is lifted or the plan changes."
        )
    if plan.requests:
        subject = _subject(plan, applying=applying)
        return f"{subject} {_what_apply_does(plan, numbers, accounts)}"
    if plan.unknown:
        return "Next: see why some services could not be read, then plan again."
    if numbers.blocked or numbers.contested or numbers.absent:
        return "Next: nothing can be requested now. The lists say what a person can do about each contact."
    return _wait(plan) if numbers.pending or numbers.deferred else observing_step(plan)


def _observed(numbers: Counts) -> str:
    return f", {numbers.observed} only observed" if numbers.observed is not None else ""


def _wait(plan: Plan) -> str:
    if plan.narrowed and waits_for_what_is_left_out(plan):
        return (
            "Next: nothing to request in this run. What is deferred waits for a change that is left out "
            f"by {options(plan.narrowed)}: request that first, or both in one run."
        )
    return (
        "Next: nothing to request now. `reconciler status` shows who still has to confirm, "
        "`reconciler watch` waits for it."
    )


def _noun(plan: Plan) -> str:
    if plan.narrowed:
        return "chosen contact"
    return "changed contact" if plan.beside else "managed contact"


def _subject(plan: Plan, *, applying: bool) -> str:
    if applying:
        return "This run, once agreed,"
    apply = "`reconciler apply`"
    if plan.narrowed:
        apply += f" with the same {options(plan.narrowed)}"
    return f"Once this is merged, {apply}" if plan.beside else f"Next: {apply}"


def _in_sync(plan: Plan) -> str:
    if plan.narrowed:
        return _chosen_in_sync(plan, options(plan.narrowed))
    if plan.beside and not plan.managed:
        return "This branch asks for no contact that its base does not want already."
    if not plan.managed:
        return "Nothing to compare: the file manages no contact."
    return (
        f"Everything is in sync: {counted(plan.managed, 'managed contact')} of "
        f"{counted(plan.services, 'service')}, each held by the account that the file names"
        f"{watched_words(plan)}."
    )


def _chosen_in_sync(plan: Plan, by: str) -> str:
    if not plan.managed:
        return f"Nothing to request: no contact that the file manages is chosen by {by}."
    return (
        f"Nothing to request of what is chosen: {counted(plan.managed, 'managed contact')} of "
        f"{counted(plan.services, 'service')}, each held by the account that the file names"
        f"{watched_words(plan)}."
    )


def _narrowed(plan: Plan) -> Iterator[str]:
    if plan.narrowed:
        yield narrowed_sentence(plan.narrowed)


def _beside(numbers: Counts) -> Iterator[str]:
    if numbers.contested:
        yield f"{counted(numbers.contested, 'contact')} contested"
    if numbers.absent:
        yield f"{counted(numbers.absent, 'service')} absent"
    if numbers.unmanaged:
        yield f"{counted(numbers.unmanaged, 'service')} not managed"
    if numbers.unknown:
        yield f"{counted(numbers.unknown, 'service')} that could not be read"


def _what_apply_does(plan: Plan, numbers: Counts, accounts: Accounts) -> str:
    groups = Counter(task.confirmers for request in plan.requests for task in request.tasks)
    per_account: Counter[AccountId] = Counter()
    for group, number in groups.items():
        per_account.update(dict.fromkeys(group, number))
    first = sorted(per_account.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN_CONFIRMERS]
    shown = [f"{accounts[account]} {number}" for account, number in first]
    if len(per_account) > len(shown):
        shown.append(f"{counted(len(per_account) - len(shown), 'other account')} the rest")
    return (
        f"sends {counted(numbers.posts, 'request')} to OVHcloud, which then asks "
        f"{counted(len(per_account), 'account')} for {counted(numbers.confirmations, 'confirmation')}: "
        f"{listed(shown)}. A contact changes only after everyone who must confirm has done so."
    )
