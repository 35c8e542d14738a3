"""Misbehaviour on demand, and the routes that stand for what people do outside the API."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from ovh.exceptions import APIError, HTTPError, InvalidCredential, InvalidResponse, ResourceConflictError

from reconciler.sandbox import Fault
from tests.sandbox.town import ADMIN, NEW, SHOP, TECH, Build, Town


def failing_with(town: Town, *faults: dict[str, Any]) -> None:
    """Switch faults on while the sandbox runs."""
    town.edit("POST", "faults", list(faults))


def test_a_status_replaces_the_answer_and_the_call_has_no_effect(town: Build) -> None:
    here = town()
    failing_with(
        here, {"method": "POST", "path": "*/changeContact", "status": 503, "body": {"message": "busy"}}
    )
    with pytest.raises(APIError, match="busy") as caught:
        here.ask(ADMIN, contactTech=NEW)
    assert caught.value.response.status_code == 503
    assert caught.value.query_id
    assert here.edit("GET", "tasks") == []


def test_a_status_may_come_although_the_call_had_its_effect(town: Build) -> None:
    here = town()
    failing_with(here, {"path": "*/changeContact", "status": 500, "body": {}, "effect": True})
    with pytest.raises(APIError):
        here.ask(ADMIN, contactTech=NEW)
    assert len(here.edit("GET", "tasks")) == 1


def test_a_body_may_be_html(town: Build) -> None:
    here = town()
    failing_with(
        here, {"path": "/me", "status": 502, "body": "<h1>Bad gateway</h1>", "content_type": "text/html"}
    )
    with pytest.raises(InvalidResponse):
        here.get(ADMIN, "/me")


@pytest.mark.parametrize(("moment", "tasks"), [("before", 0), ("after", 1)])
def test_a_connection_is_dropped_before_or_after_the_effect(town: Build, moment: str, tasks: int) -> None:
    here = town()
    here.get(ADMIN, "/me")
    failing_with(here, {"path": "*/changeContact", "reset": moment, "times": 1})
    with pytest.raises(HTTPError):
        here.ask(ADMIN, contactTech=NEW)
    assert len(here.edit("GET", "tasks")) == tasks
    if tasks:
        with pytest.raises(ResourceConflictError):
            here.ask(ADMIN, contactTech=NEW)
    else:
        assert here.ask(ADMIN, contactTech=NEW)


def test_a_fault_hits_as_often_as_it_is_told_and_only_whom_it_is_told(town: Build) -> None:
    here = town()
    failing_with(
        here, {"account": ADMIN, "path": "/me*", "status": 500, "body": {"message": "no"}, "times": 2}
    )
    assert here.get(NEW, "/me")
    assert here.get(ADMIN, "/domain") == ["shop.example"]
    for _ in range(2):
        with pytest.raises(APIError, match="no"):
            here.get(ADMIN, "/me/task/contactChange")
    assert here.get(ADMIN, "/me/task/contactChange") == []


def test_a_fault_may_only_delay(town: Build) -> None:
    here = town()
    here.get(ADMIN, "/me")
    failing_with(here, {"path": "/me", "delay_ms": 200})
    start = time.monotonic()
    assert here.get(ADMIN, "/me")["nichandle"] == ADMIN
    assert time.monotonic() - start >= 0.2


def test_faults_may_stand_in_the_world_from_the_start(town: Build) -> None:
    here = town(faults=(Fault(path="/me", status=418, body={"message": "teapot"}, times=1),))
    with pytest.raises(APIError, match="teapot"):
        here.get(ADMIN, "/me")
    assert here.get(ADMIN, "/me")


def test_every_answer_is_late_by_the_latency(town: Build) -> None:
    here = town(latency_ms=100)
    start = time.monotonic()
    requests.get(f"{here.url}/auth/time", timeout=5)
    assert time.monotonic() - start >= 0.1


def test_calls_are_counted_by_route(town: Build) -> None:
    here = town()
    here.get(ADMIN, "/me")
    here.contacts(ADMIN)
    here.contacts(ADMIN)
    counts = here.edit("GET", "requests")
    assert counts == {
        "GET /auth/time": 1,
        "GET /domain/{serviceName}/serviceInfos": 2,
        "GET /me": 1,
    }
    here.edit("DELETE", "requests")
    for number in range(30):
        requests.get(f"{here.url}/nothing/{number}", timeout=5)
    assert here.edit("GET", "requests") == {"GET (no such route)": 30}


def test_settings_change_while_it_runs(town: Build) -> None:
    here = town()
    here.edit("POST", "settings", {"noop": "empty", "processing_seconds": 100})
    assert here.ask(ADMIN, contactTech=TECH) == []
    assert here.edit("GET", "settings")["expiry_days"] == 7
    (task,) = here.ask(ADMIN, contactTech=NEW)
    here.accept(ADMIN, task)
    here.accept(NEW, task)
    assert here.state(ADMIN, task) == "doing"


def test_people_change_accounts_and_contacts_outside_the_api(town: Build) -> None:
    here = town()
    here.edit("PUT", f"accounts/{NEW}", {"unpaid_invoices": 3})
    with pytest.raises(APIError, match="unpaid invoices"):
        here.ask(ADMIN, contactTech=NEW)
    here.edit("PUT", "services", [{"service": SHOP, "technical": "late00001-ovh"}])
    assert here.contacts(ADMIN)[1] == "late00001-ovh"
    assert here.get("late00001-ovh", "/me")["nichandle"] == "late00001-ovh"
    here.edit("PUT", "services", {"service": "vps/new", "admin": ADMIN, "technical": ADMIN, "billing": ADMIN})
    assert here.get(ADMIN, "/vps") == ["new"]


def test_an_edited_account_can_log_in_again_after_a_logout(town: Build) -> None:
    here = town()
    here.customer(ADMIN).post("/auth/logout")
    with pytest.raises(InvalidCredential):
        here.get(ADMIN, "/me")
    here.edit("PUT", f"accounts/{ADMIN}", {})
    assert here.get(ADMIN, "/me")


@pytest.mark.parametrize(
    ("method", "noun", "body"),
    [
        ("POST", "faults", b'[{"staus": 500}]'),
        ("POST", "faults", b'[{"status": 99}]'),
        ("POST", "settings", b'{"expiry_days": -1}'),
        ("POST", "settings", b'{"latency": 1}'),
        ("POST", "settings", b"[]"),
        ("PUT", "services", b'[{"service": "nothing/x"}]'),
        ("PUT", "services", b"[5]"),
        ("PUT", "accounts/x", b'{"region": "MARS"}'),
        ("PUT", "accounts/%20", b"{}"),
        ("POST", "settings", b"{"),
    ],
)
def test_edits_that_make_no_sense_change_nothing(town: Build, method: str, noun: str, body: bytes) -> None:
    here = town()
    answer = requests.request(method, f"{here.host}/_sandbox/{noun}", data=body, timeout=5)
    assert answer.status_code in {400, 404}, answer.text
    assert here.edit("GET", "faults") == []


def test_what_lies_outside_the_api_has_no_other_routes(town: Build) -> None:
    here = town()
    for path in (
        "",
        "/",
        "/_sandbox",
        "/_sandbox/x",
        "/_sandbox/accounts/a/b",
        "/2.0/me",
        "/1.0",
        "/favicon.ico",
    ):
        assert requests.get(f"{here.host}{path}", timeout=5).status_code == 404
