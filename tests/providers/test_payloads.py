"""OVHcloud's payloads become our nouns, and what is not a payload of OVHcloud's is called by its name."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.errors import ApiError, OutcomeUnknownError, RefusedError
from reconciler.model import ROLES, AccountId, Contacts, Region, Role, ServiceId, TaskState
from reconciler.model.routes import ROUTES
from reconciler.providers.ovh.account import OvhAccount, OvhWriter
from reconciler.providers.ovh.payloads import (
    Balance,
    ExpandedService,
    Profile,
    ServiceInfos,
    TaskPayload,
    contact_fields,
    ids_of,
    parsed,
)
from reconciler.providers.ovh.refusals import is_already_running, unknown_account
from tests.providers.loopback import Reply, client_of, in_turn, serving

A, B, C = AccountId("a-ovh"), AccountId("b-ovh"), AccountId("c-ovh")


def expanded(**changes: Any) -> dict[str, Any]:
    contacts = [
        {"customerCode": "A-OVH", "type": "administrator"},
        {"customerCode": "b-ovh", "type": "technical"},
        {"customerCode": "c-ovh", "type": "billing"},
    ]
    return {
        "serviceId": 7,
        "customer": {"contacts": contacts},
        "resource": {"name": "shop.example", "state": "active"},
        "route": {"path": "/domain/{serviceName}", "url": "/domain/shop.example", "vars": []},
        "billing": None,
        **changes,
    }


def task(**changes: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "askingAccount": "A-OVH",
        "fromAccount": "B-OVH",
        "toAccount": "c-ovh",
        "contactTypes": ["contactBilling", "contactAdmin"],
        "serviceDomain": "shop.example",
        "state": "todo",
        "dateRequest": "2026-11-20T09:10:11+01:00",
        "dateDone": None,
        **changes,
    }


@pytest.mark.parametrize("key", sorted(ROUTES))
def test_every_known_route_is_recognised_by_its_template(key: str) -> None:
    route = ROUTES[key]
    body = expanded(
        route={"path": route.template, "vars": [{"key": route.variable, "value": "n/28"}]},
        resource={"name": "x"},
    )
    record = ExpandedService.model_validate(body).record()
    assert record is not None
    assert (record.service, record.contacts) == (f"{key}/n/28", Contacts(A, B, C))


@pytest.mark.parametrize(
    "changes",
    [
        {"route": None},
        {"route": {"path": None, "vars": None}},
        {"route": {"path": "/vrack/{serviceName}", "vars": []}},
        {"resource": {"name": "shop.example", "state": "deleted"}},
    ],
)
def test_a_product_without_a_contact_change_or_deleted_is_no_record(changes: dict[str, Any]) -> None:
    assert ExpandedService.model_validate(expanded(**changes)).record() is None


@pytest.mark.parametrize(("state", "in_debt"), [("unpaid", True), ("active", False), (None, False)])
def test_a_service_in_debt_is_told_by_its_life_cycle(state: str | None, *, in_debt: bool) -> None:
    body = expanded(billing={"lifecycle": {"current": {"state": state}}})
    record = ExpandedService.model_validate(body).record()
    assert record is not None
    assert record.in_debt is in_debt


@pytest.mark.parametrize(
    ("status", "in_debt"),
    [
        ("ok", False),
        ("pendingDebt", True),
        ("unPaid", True),
        ("expired", False),
        ("autorenewInProgress", False),
    ],
)
def test_a_service_in_debt_is_told_by_its_status(status: str, *, in_debt: bool) -> None:
    body = {"contactAdmin": "A-ovh", "contactTech": "", "contactBilling": None, "status": status, "new": 1}
    record = ServiceInfos.model_validate(body).record(ServiceId("domain/x"))
    assert (record.contacts, record.in_debt) == (Contacts(A, None, None), in_debt)


@pytest.mark.parametrize(
    ("subsidiary", "region"),
    [
        *(
            (one, Region.EU)
            for one in [
                "CZ",
                "DE",
                "ES",
                "EU",
                "FI",
                "FR",
                "GB",
                "IE",
                "IT",
                "LT",
                "MA",
                "NL",
                "PL",
                "PT",
                "SN",
                "TN",
            ]
        ),
        *((one, Region.CA) for one in ["CA", "QC", "ASIA", "AU", "IN", "SG", "WE", "WS"]),
        ("US", Region.US),
        ("XX", None),
        (None, None),
    ],
)
def test_the_region_of_an_account_is_that_of_its_subsidiary(
    subsidiary: str | None, region: Region | None
) -> None:
    assert Profile.model_validate({"nichandle": "a", "ovhSubsidiary": subsidiary}).region is region


@pytest.mark.parametrize(("value", "due"), [(0.0, False), (12.5, True), (-3.0, False)])
def test_an_amount_due_is_an_unpaid_invoice(value: float, *, due: bool) -> None:
    body = {"active": True, "dueAmount": {"value": value, "text": "x", "currencyCode": "EUR"}}
    assert Balance.model_validate(body).is_due is due


def test_a_task_has_its_roles_in_order_its_times_in_utc_and_its_ids_folded() -> None:
    found = TaskPayload.model_validate(task()).task()
    assert found.roles == (Role.ADMIN, Role.BILLING)
    assert found.requested == datetime(2026, 11, 20, 8, 10, 11, tzinfo=UTC)
    assert found.requested.tzinfo is UTC
    assert (found.asker, found.from_account, found.to_account) == (A, B, C)


@pytest.mark.parametrize("state", list(TaskState))
def test_every_state_of_the_api_is_known(state: TaskState) -> None:
    assert TaskPayload.model_validate(task(state=state.value)).task().state is state


@pytest.mark.parametrize("changes", [{"askingAccount": None}, {"askingAccount": ""}, {"serviceDomain": None}])
def test_what_ovhcloud_may_leave_out_is_none(changes: dict[str, Any]) -> None:
    found = TaskPayload.model_validate(task(**changes)).task()
    assert None in {found.asker, found.name}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"state": "paused"}, "state"),
        ({"contactTypes": ["contactOwner"]}, "contactTypes.0"),
        ({"dateRequest": "yesterday"}, "dateRequest"),
        ({"fromAccount": ""}, "fromAccount"),
        ({"id": "secret-value"}, "id"),
    ],
)
def test_a_malformed_payload_names_the_call_and_the_field_but_no_value(
    changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(ApiError, match="unexpected answer to GET /x: ") as caught:
        parsed(TaskPayload, task(**changes), "GET /x")
    assert field in caught.value.message
    assert not any(str(value) in caught.value.message for value in changes.values() if value)


@pytest.mark.parametrize("body", [None, {}, "text", ["1"], [1, None], [True], [1.5]])
def test_what_is_not_a_list_of_ids_is_an_unexpected_answer(body: Any) -> None:
    with pytest.raises(ApiError, match="not a list of ids"):
        ids_of(body, "GET /x")


def test_ids_come_ascending_and_once() -> None:
    assert ids_of([3, 1, 3], "GET /x") == (1, 3)


@pytest.mark.parametrize("body", [b"", b"null", b'"ok"', b"[1", b'{"id": 1}'])
def test_a_request_whose_answer_cannot_be_read_has_an_unknown_outcome(body: bytes) -> None:
    with serving(in_turn(Reply(200, body))) as server, client_of(server) as client:
        with pytest.raises(OutcomeUnknownError):
            OvhWriter(client, A).ask(ServiceId("domain/x"), {Role.ADMIN: B})
        assert len(server.calls()) == 1


def test_a_request_names_only_the_contacts_that_move_in_the_order_of_the_roles() -> None:
    assert list(contact_fields({Role.BILLING: B, Role.ADMIN: A}.items()).items()) == [
        ("contactAdmin", A),
        ("contactBilling", B),
    ]
    with serving(in_turn(Reply(body=[5]))) as server, client_of(server) as client:
        writer = OvhWriter(client, A)
        assert writer.ask(ServiceId("ip/service/ip-192.0.2.0/28"), dict.fromkeys(ROLES, B)) == (5,)
        asked = server.calls()[0]
    assert asked.path == "/ip/service/ip-192.0.2.0%2F28/changeContact"
    assert json.loads(asked.body) == {"contactAdmin": B, "contactTech": B, "contactBilling": B}


def test_what_an_account_does_not_tell_is_none_and_costs_two_calls() -> None:
    refusal = Reply(403, {"errorCode": "NOT_GRANTED_CALL", "message": "This call has not been granted"})
    profile = Profile.model_validate({"nichandle": "a-ovh", "ovhSubsidiary": "FR", "email": ""})
    with serving(in_turn(refusal)) as server, client_of(server) as client:
        facts = OvhAccount(client, profile, workers=2).facts()
        assert len(server.calls()) == 2
    assert (facts.unpaid_invoices, facts.payment_method, facts.email) == (None, None, None)


@pytest.mark.parametrize(
    "message",
    [
        "A contact change task is already running on this service",
        "a CONTACT change task is already running on this service.",
    ],
)
def test_an_open_request_is_recognised_by_ovhclouds_sentence(message: str) -> None:
    assert is_already_running(message)
    assert not is_already_running("A task is already running")


@pytest.mark.parametrize(
    ("message", "named", "found"),
    [
        ("This account does not exist: b-ovh", [A, B], B),
        ("Account B-OVH not found", [B], B),
        ("Unknown nichandle", [B], B),
        ("Invalid contact", [A, B], None),
        ("This account does not exist: zz-b-ovh", [A, B], None),
        ("Contact 'b-ovh' not found", [B], B),
        ("This account has unpaid invoices", [B], None),
        ("This service does not exist", [B], None),
        ("This contact change task does not exist", [B], None),
        ("The billing contact has no valid payment method", [B], None),
        ("A contact change task is already running on this service", [B], None),
    ],
)
def test_an_unknown_account_is_read_out_of_the_servers_words(
    message: str, named: list[AccountId], found: AccountId | None
) -> None:
    assert unknown_account(RefusedError(message, status=400), named) == found
