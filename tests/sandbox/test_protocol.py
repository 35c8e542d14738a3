"""The wire: keys, signatures, errors, paging, batches, limits, and nonsense that must never be a 500."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from ovh.exceptions import (
    APIError,
    BadParametersError,
    InvalidCredential,
    InvalidKey,
    NotCredential,
    NotGrantedCall,
)

from reconciler.sandbox import RateLimit
from tests.sandbox.signing import Headers, signed, signed_as
from tests.sandbox.town import ADMIN, NEW, SHOP, Build, account, client


def test_the_time_is_a_bare_number_that_needs_no_key(town: Build) -> None:
    answer = requests.get(f"{town().url}/auth/time", timeout=5)
    assert abs(int(answer.text) - time.time()) < 5
    assert answer.headers["X-OVH-QUERYID"]


def test_v1_is_another_name_of_the_same_version(town: Build) -> None:
    here = town()
    assert here.get(ADMIN, "/v1/me") == here.get(ADMIN, "/me")


@pytest.mark.parametrize(
    ("error", "code", "key", "value"),
    [
        (InvalidKey, "INVALID_KEY", "_application_key", "ak-no00000-ovh"),
        (NotCredential, "NOT_CREDENTIAL", "_consumer_key", "ck-no00000-ovh"),
        (InvalidCredential, "INVALID_CREDENTIAL", "_consumer_key", f"ck-{NEW}"),
        (BadParametersError, "INVALID_SIGNATURE", "_application_secret", "as-wrong"),
        (BadParametersError, "QUERY_TIME_OUT", "_time_delta", 600),
    ],
)
def test_wrong_keys_are_refused_in_the_gateways_words(
    town: Build, error: type[APIError], code: str, key: str, value: object
) -> None:
    customer = client(town().url, ADMIN)
    setattr(customer, key, value)
    with pytest.raises(error) as caught:
        customer.get("/me")
    body = caught.value.response.json()
    assert set(body) == {"errorCode", "httpCode", "message"}
    assert body["errorCode"] == code
    assert body["httpCode"].startswith(str(caught.value.response.status_code))
    assert caught.value.query_id
    customer._session.close()


def test_a_call_without_a_signature_is_refused(town: Build) -> None:
    answer = requests.get(f"{town().url}/me", timeout=5)
    assert (answer.status_code, answer.json()["errorCode"]) == (403, "INVALID_KEY")


def test_the_signature_covers_body_query_and_method(town: Build) -> None:
    here = town()
    base = here.url
    assert signed(here, "GET", "/services?resourceName=a%2Fb&x=%C3%A9").json() == []
    for method, url, right in (
        ("GET", f"{base}/services?resourceName=x", f"{base}/services?resourceName=y"),
        ("GET", f"{base}/services", "http://elsewhere.example/1.0/services"),
        ("GET", f"{base}/domain/a%2Fb/serviceInfos", f"{base}/domain/a/b/serviceInfos"),
    ):
        answer = signed_as(here, ADMIN, method, url, right)
        assert answer.json()["errorCode"] == "INVALID_SIGNATURE"


def test_a_consumer_key_works_once_it_is_validated_and_only_for_what_it_was_granted(town: Build) -> None:
    here = town()
    customer = client(here.url, ADMIN)
    asked = customer.request_consumerkey(
        [{"method": "GET", "path": "/me/task/*"}, {"method": "GET", "path": "/me"}]
    )
    assert asked["state"] == "pendingValidation"
    with pytest.raises(InvalidCredential):
        customer.get("/me")
    assert "GET /me/task/*" in requests.get(asked["validationUrl"], timeout=5).text
    assert requests.post(asked["validationUrl"], timeout=5).ok
    assert customer.get("/me")["nichandle"] == ADMIN
    assert customer.get("/me/task/contactChange") == []
    with pytest.raises(NotGrantedCall):
        customer.get("/services")
    customer._session.close()


def test_a_consumer_key_that_was_turned_down_stays_dead(town: Build) -> None:
    here = town()
    customer = client(here.url, ADMIN)
    asked = customer.request_consumerkey([{"method": "GET", "path": "/*"}])
    requests.post(asked["validationUrl"], data={"answer": "refuse"}, timeout=5)
    assert requests.post(asked["validationUrl"], timeout=5).status_code == 404
    with pytest.raises(InvalidCredential):
        customer.get("/me")
    customer._session.close()


def test_logging_out_ends_the_key(town: Build) -> None:
    here = town()
    assert here.get(ADMIN, "/auth/details")["account"] == ADMIN
    assert here.get(ADMIN, "/auth/currentCredential")["status"] == "validated"
    assert here.customer(ADMIN).post("/auth/logout") is None
    with pytest.raises(InvalidCredential):
        here.get(ADMIN, "/me")


def test_the_accounts_own_routes_tell_debts_and_means_of_payment(town: Build) -> None:
    here = town(account(NEW, unpaid_invoices=2, payment_method=False, language="pl", email="new@example.com"))
    me = here.get(NEW, "/me")
    assert (me["nichandle"], me["email"], me["language"], me["ovhSubsidiary"]) == (
        NEW,
        "new@example.com",
        "pl_PL",
        "GB",
    )
    assert here.get(NEW, "/me/debtAccount")["dueAmount"]["value"] == 19.98
    assert here.get(NEW, "/me/debtAccount")["active"] is True
    numbers = here.get(NEW, "/me/debtAccount/debt")
    assert [here.get(NEW, f"/me/debtAccount/debt/{one}")["status"] for one in numbers] == ["UNPAID"] * 2
    assert [here.get(NEW, f"/me/bill/{one}")["billId"] for one in here.get(NEW, "/me/bill")]
    assert here.get(NEW, "/me/payment/method", status="VALID") == []
    (method,) = here.get(ADMIN, "/me/payment/method", status="VALID")
    assert here.get(ADMIN, f"/me/payment/method/{method}")["status"] == "VALID"
    assert here.get(ADMIN, "/me/payment/method", status="EXPIRED") == []
    assert here.get(ADMIN, "/me/debtAccount")["active"] is False


BODIES = (
    *(b"{", b"[1]", b'"x"', b"\xff\xfe", b"[" * 100_000, b"nan", b"null"),
    *(b'{"contactTech": NaN}', b'{"contactTech": "\\ud800"}'),
)


def test_a_body_that_is_no_object_is_a_bad_request(town: Build) -> None:
    here = town()
    for body in BODIES:
        answer = signed(here, "POST", f"/{SHOP}/changeContact", body)
        assert (answer.status_code, answer.json()["class"]) == (400, "Client::BadRequest"), body[:20]


def test_a_body_beyond_all_measure_is_not_read(town: Build) -> None:
    answer = requests.post(f"{town().url}/{SHOP}/changeContact", data=b"x" * 1_500_000, timeout=10)
    assert answer.status_code == 413


TARGETS = (
    *("/", "//", "/nothing", "/domain/", "/domain//serviceInfos", "/domain/%FF/serviceInfos", "/services/x"),
    *("/services/-1", "/services/99999999999999999999", "/me/task/contactChange/%00", "/me/../me"),
    *("/domain/a/b/c/serviceInfos", "/me/bill/x", "/services?orderBy=x", "/services?sort=x"),
    *(
        "/me/task/contactChange?state=x",
        "/me/payment/method?status=x",
        "/serviceInfos",
        "/kube/%00/serviceInfos",
    ),
    *("/me/debtAccount/debt/1", "/me/payment/method/7", "/me/notification/email/history/0"),
    *("/domain/%ED%A0%80/serviceInfos", "/me/task/contactChange/1/2", "/services?resourceName=%00&sort=%FF"),
    "/a" * 20_000,
)


def test_nonsense_in_the_address_is_the_clients_fault(town: Build) -> None:
    here = town()
    for target in TARGETS:
        answer = signed(here, "GET", target)
        assert answer.status_code in {400, 404}, (target, answer.text)
        assert answer.json()["class"].startswith("Client::")


def test_methods_that_a_route_does_not_have_are_not_found(town: Build) -> None:
    here = town()
    for method in ("PUT", "DELETE", "PATCH", "POST"):
        assert signed(here, method, "/me").status_code == 404


NONSENSE_HEADERS: tuple[Headers, ...] = (
    {"X-Pagination-Mode": "x"},
    {"X-Pagination-Mode": "CachedObjectList-Pages", "X-Pagination-Size": "-1"},
    {"X-Pagination-Mode": "CachedObjectList-Pages", "X-Pagination-Number": "0"},
    {"X-Pagination-Mode": "CachedObjectList-Pages", "X-Pagination-Filter": "x"},
    {"X-Pagination-Mode": "CachedObjectList-Cursor", "X-Pagination-Cursor": "%%"},
    {"X-Ovh-Timestamp": "x"},
    {"X-Ovh-Timestamp": "9" * 5000},
    {"X-Ovh-Signature": "é"},
)


def test_nonsense_in_the_headers_is_the_clients_fault(town: Build) -> None:
    here = town()
    for headers in NONSENSE_HEADERS:
        answer = signed(here, "GET", "/services", headers=headers)
        assert answer.status_code == 400, (headers, answer.text)


def test_more_calls_than_the_quota_are_told_when_to_come_back(town: Build) -> None:
    here = town(rate_limit=RateLimit(3, 60))
    for _ in range(3):
        here.get(ADMIN, "/me")
    with pytest.raises(APIError) as caught:
        here.get(ADMIN, "/me")
    response: Any = caught.value.response
    assert response.status_code == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert set(response.json()) == {"errorCode", "httpCode", "message"}
    assert here.get(NEW, "/me")["nichandle"] == NEW
