"""Sends the requests of a plan, one after the other, so that one POST is in flight at a time."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from reconciler.apply.recover import Sleep, settle
from reconciler.errors import ApiError, OutcomeUnknownError, RateLimitedError, RefusedError
from reconciler.model import AccountId, Role, ServiceId
from reconciler.model.routes import service_name
from reconciler.plan import Request
from reconciler.ports.endpoint import Reader, Writer
from reconciler.ports.journal import Intent, Journal, Move, Outcome, Receipt

ATTEMPTS = 2
"""A POST that surely never arrived is sent once more; what fails twice is left for the next run."""

PATIENCE = 5
"""How often a request that met the rate limit, and so was not carried out, is sent before it is left."""


Interrupted = Callable[[], bool]
"""Tells whether the run is to end after the POST that is under way."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One request and what became of it."""

    request: Request
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Receipts:
    """What became of the requests of one run, in the order in which they were sent.

    Attributes:
        left: requests that were not sent: the run was interrupted, or it is not known what became of one
            that would look the same.
    """

    submissions: tuple[Submission, ...] = ()
    left: tuple[Request, ...] = ()

    def with_outcome(self, *outcomes: Outcome) -> tuple[Submission, ...]:
        """Return the submissions that ended in one of `outcomes`."""
        return tuple(row for row in self.submissions if row.receipt.outcome in outcomes)


@dataclass(frozen=True, slots=True)
class Courier:
    """What sending needs: the journal, both views of each account, and how to wait.

    Attributes:
        unknown_account: tells from a refusal's words which of the named accounts the endpoint calls unknown.
    """

    journal: Journal
    readers: Mapping[AccountId, Reader]
    writers: Mapping[AccountId, Writer]
    sleep: Sleep
    unknown_account: Callable[[RefusedError, Iterable[AccountId]], AccountId | None]


def apply(
    requests: Iterable[Request],
    courier: Courier,
    *,
    interrupted: Interrupted,
    report: Callable[[Submission], None],
) -> Receipts:
    """Send each request and return what became of it; one that fails does not hold up the others.

    Args:
        requests: in the order of the plan.
        courier: what sending needs.
        interrupted: asked before each POST; once true, no other is sent and the rest is left.
        report: told of each outcome as soon as it is journalled.
    """
    sent: list[Submission] = []
    left: list[Request] = []
    unclear: set[tuple[AccountId, str]] = set()
    for request in requests:
        look_alike = request.asker, service_name(request.service).casefold()
        if interrupted() or look_alike in unclear:
            left.append(request)
            continue
        submission = Submission(request, _submit(request, courier, interrupted))
        sent.append(submission)
        report(submission)
        if submission.receipt.outcome is Outcome.UNKNOWN:
            unclear.add(look_alike)  # a namesake's task could be taken for the one that is looked for
    return Receipts(tuple(sent), tuple(left))


def _submit(request: Request, courier: Courier, interrupted: Interrupted) -> Receipt:
    """Send one request, once more only where the first surely never arrived."""
    for attempt in range(1, ATTEMPTS + 1):
        intent = _intend(request, courier)
        receipt = _post(intent, request, courier, interrupted)
        courier.journal.settle(receipt)
        if receipt.outcome is not Outcome.UNKNOWN:
            return receipt
        receipt = _find_out(intent, receipt, courier)
        if receipt.outcome is not Outcome.NEVER_ARRIVED or attempt == ATTEMPTS or interrupted():
            return receipt
    raise AssertionError("the last attempt returns")


def _intend(request: Request, courier: Courier) -> Intent:
    moves = tuple(Move(row.role, row.live, row.desired) for row in request.changes if row.live is not None)
    now = courier.readers[request.asker].now()
    intent = Intent(uuid.uuid4().hex, now, request.service, request.asker, moves)
    courier.journal.intend(intent)
    return intent


def _post(intent: Intent, request: Request, courier: Courier, interrupted: Interrupted) -> Receipt:
    now = courier.readers[intent.asker].now
    new_contacts = {change.role: change.desired for change in request.changes}
    try:
        tasks = _ask_patiently(courier.writers[intent.asker], intent.service, new_contacts, interrupted)
    except RefusedError as error:
        stranger = courier.unknown_account(error, new_contacts.values())
        return _failed(intent, Outcome.REFUSED, error, courier, stranger)
    except OutcomeUnknownError as error:
        return _failed(intent, Outcome.UNKNOWN, error, courier)
    except ApiError as error:
        return _failed(intent, Outcome.NEVER_ARRIVED, error, courier)
    return Receipt(intent.id, now(), Outcome.ACCEPTED, tasks)


def _ask_patiently(
    writer: Writer, service: ServiceId, new_contacts: Mapping[Role, AccountId], interrupted: Interrupted
) -> tuple[int, ...]:
    """Ask; the account's next call waits as long as the endpoint said, so trying again at once is polite."""
    for _ in range(PATIENCE - 1):
        try:
            return writer.ask(service, new_contacts)
        except RateLimitedError:
            if interrupted():
                raise
    return writer.ask(service, new_contacts)


def _failed(
    intent: Intent, outcome: Outcome, error: ApiError, courier: Courier, stranger: AccountId | None = None
) -> Receipt:
    return Receipt(
        intent.id,
        courier.readers[intent.asker].now(),
        outcome,
        (),
        error.message,
        status=error.status,
        query_id=error.query_id,
        unknown_account=stranger,
    )


def _find_out(intent: Intent, unknown: Receipt, courier: Courier) -> Receipt:
    """Look for the task before anything else; where even that fails, the outcome stays unknown."""
    reader = courier.readers[intent.asker]
    try:
        found = settle(intent, reader, courier.journal.claims(), courier.sleep, since=unknown.at)
    except ApiError:
        return unknown
    if found.outcome is Outcome.NEVER_ARRIVED:
        found = Receipt(
            intent.id,
            found.at,
            found.outcome,
            (),
            f"{unknown.message}; {found.message}",
            status=unknown.status,
            query_id=unknown.query_id,
        )
    courier.journal.settle(found)
    return found
