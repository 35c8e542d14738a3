"""The account's own routes: profile, debts, payment methods, mails, contact change requests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from reconciler.model import TaskState
from reconciler.sandbox import account_views, lifecycle, views
from reconciler.sandbox.call import Call, whole_number
from reconciler.sandbox.paging import ids_or_objects
from reconciler.sandbox.refusals import bad_request, not_found

METHOD_STATES = frozenset(
    {
        *("CANCELED", "CANCELING", "CREATED", "CREATING", "ERROR", "EXPIRED", "FAILED", "MAINTENANCE"),
        *("PAUSED", "REJECTED", "REPLACED", "VALID", "VALIDATING"),
    }
)


def profile(call: Call) -> Any:
    """Answer `GET /me`."""
    return account_views.nichandle(call.account)


def debt_account(call: Call) -> Any:
    """Answer `GET /me/debtAccount`."""
    return account_views.debt_balance(call.account)


def debts(call: Call) -> Any:
    """Answer `GET /me/debtAccount/debt`: a number for each unpaid invoice."""
    return list(range(1, call.account["unpaid_invoices"] + 1))


def debt(call: Call) -> Any:
    """Answer `GET /me/debtAccount/debt/{debtId}`."""
    number = whole_number(call.variables[0], "debtId")
    if number not in debts(call):
        raise not_found("This debt does not exist")
    return account_views.debt(call.account, number)


def bills(call: Call) -> Any:
    """Answer `GET /me/bill`: one for each unpaid invoice."""
    return [account_views.bill_id(number) for number in debts(call)]


def bill(call: Call) -> Any:
    """Answer `GET /me/bill/{billId}`."""
    return account_views.bill(call.account, _bill_number(call))


def bill_debt(call: Call) -> Any:
    """Answer `GET /me/bill/{billId}/debt`."""
    return account_views.debt(call.account, _bill_number(call))


def payment_methods(call: Call) -> Any:
    """Answer `GET /me/payment/method`."""
    status = call.query.get("status")
    if status is not None and status not in METHOD_STATES:
        raise bad_request(
            f"[status] Given data ({status[:40]}) does not belong to the StatusEnum enumeration"
        )
    default = call.query.get("default", "true")
    kind = call.query.get("paymentType", "CREDIT_CARD")
    there = call.account["payment_method"] and status in {None, "VALID"}
    return [1] if there and default == "true" and kind == "CREDIT_CARD" else []


def payment_method(call: Call) -> Any:
    """Answer `GET /me/payment/method/{paymentMethodId}`."""
    if whole_number(call.variables[0], "paymentMethodId") != 1 or not call.account["payment_method"]:
        raise not_found("This payment method does not exist")
    return account_views.payment_method(call.account, 1)


def mails(call: Call) -> Any:
    """Answer `GET /me/notification/email/history`: the numbers of all mails sent to the caller."""
    return call.store.ids("SELECT id FROM mails WHERE account = ? ORDER BY id", call.me)


def mail(call: Call) -> Any:
    """Answer `GET /me/notification/email/history/{id}`."""
    number = whole_number(call.variables[0], "id")
    row = call.store.row("SELECT * FROM mails WHERE id = ? AND account = ?", number, call.me)
    if row is None:
        raise not_found("This e-mail does not exist")
    return account_views.mail(row)


def tasks(call: Call) -> Any:
    """Answer `GET /me/task/contactChange`: the requests that the caller made, gives or takes."""
    state = call.query.get("state")
    if state is not None and state not in set(TaskState):
        raise bad_request(
            f"[state] Given data ({state[:40]}) does not belong to the TaskStateEnum enumeration"
        )
    ids = call.store.ids(
        "SELECT id FROM tasks WHERE (asker = ?1 OR from_account = ?1 OR to_account = ?1)"
        " AND (?2 IS NULL OR asker LIKE ?2) AND (?3 IS NULL OR to_account LIKE ?3)"
        " AND (?4 IS NULL OR state = ?4) ORDER BY id",
        *(call.me, call.query.get("askingAccount"), call.query.get("toAccount"), state),
    )
    return ids_or_objects(call, ids, lambda some: _shown(call, some))


def task(call: Call) -> Any:
    """Answer `GET /me/task/contactChange/{id}`."""
    found = lifecycle.visible_task(call.store, _task_id(call), call.me)
    return next(iter(_shown(call, [found["id"]])))


def accept(call: Call) -> Any:
    """Answer `POST /me/task/contactChange/{id}/accept`."""
    return _answer(call, accepts=True)


def refuse(call: Call) -> Any:
    """Answer `POST /me/task/contactChange/{id}/refuse`."""
    return _answer(call, accepts=False)


def resend(call: Call) -> Any:
    """Answer `POST /me/task/contactChange/{id}/resendEmail`."""
    call.fields()
    lifecycle.resend(call.store, call.settings, call.now, _task_id(call), call.me)


def _answer(call: Call, *, accepts: bool) -> Any:
    number = _task_id(call)
    lifecycle.visible_task(call.store, number, call.me)
    token = call.texts("token").get("token")
    if token is None:
        raise bad_request("[token] Missing parameter")
    return lifecycle.answer(call.store, call.settings, call.now, number, call.me, token, accepts=accepts)


def _task_id(call: Call) -> int:
    return whole_number(call.variables[0], "id")


def _bill_number(call: Call) -> int:
    for number in debts(call):
        if account_views.bill_id(number) == call.variables[0]:
            return int(number)
    raise not_found("This bill does not exist")


def _shown(call: Call, ids: Sequence[int]) -> Iterable[views.Payload]:
    rows = call.store.rows(
        "SELECT tasks.*, services.name FROM tasks JOIN services ON services.id = tasks.service"
        " WHERE tasks.id IN (SELECT value FROM json_each(?))",
        json.dumps(list(ids)),
    )
    found = {row["id"]: row for row in rows}
    return (views.task(found[one]) for one in ids if one in found)
