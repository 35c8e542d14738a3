"""Lists: across products, filtered, in batches, in pages."""

from __future__ import annotations

import pytest
from ovh.exceptions import APIError

from tests.sandbox.signing import signed
from tests.sandbox.town import ADMIN, NEW, Build, service


def test_services_are_listed_across_products_and_filtered(town: Build) -> None:
    here = town(
        service(),
        service("domain/zone/shop.example"),
        service("vps/one", status="unPaid"),
        service("vps/x", NEW, NEW, NEW),
    )
    every = here.get(ADMIN, "/services")
    shown = [here.get(ADMIN, f"/services/{number}") for number in every]
    assert [one["route"]["url"] for one in shown] == [
        "/domain/shop.example",
        "/domain/zone/shop.example",
        "/vps/one",
    ]
    assert {one["type"]: one["customerCode"] for one in shown[0]["customer"]["contacts"]} == {
        "administrator": ADMIN,
        "technical": "te22222-ovh",
        "billing": "bi33333-ovh",
    }
    assert shown[2]["billing"]["lifecycle"]["current"]["state"] == "unpaid"
    assert shown[1]["route"] == {
        "path": "/domain/zone/{zoneName}",
        "url": "/domain/zone/shop.example",
        "vars": [{"key": "zoneName", "value": "shop.example"}],
    }
    assert here.get(ADMIN, "/services", resourceName="shop.example") == every[:2]
    assert here.get(ADMIN, "/services", routes="/domain/zone/{zoneName},/vps/{serviceName}") == every[1:]
    assert here.get(ADMIN, "/services", orderBy="serviceId", sort="DESC") == every[::-1]
    assert here.get(NEW, "/services") != every
    with pytest.raises(APIError, match="does not exist"):
        here.get(NEW, f"/services/{every[0]}")


def test_a_batch_answers_each_key_by_itself(town: Build) -> None:
    here = town(service(), service("domain/two.example"))
    answer = signed(
        here, "GET", "/domain/shop.example,none.example/serviceInfos", headers={"X-Ovh-Batch": ","}
    )
    good, bad = answer.json()
    assert (good["key"], good["value"]["contactAdmin"], good["error"]) == ("shop.example", ADMIN, None)
    assert (bad["key"], bad["value"], bad["error"]["class"]) == ("none.example", None, "Client::NotFound")
    ids = signed(here, "GET", "/services").json()
    answer = signed(here, "GET", f"/services/{ids[0]};{ids[1]}", headers={"X-Ovh-Batch": ";"})
    assert [one["value"]["serviceId"] for one in answer.json()] == ids


def test_batches_can_be_switched_off(town: Build) -> None:
    answer = signed(
        town(batch=False), "GET", "/domain/shop.example,b/serviceInfos", headers={"X-Ovh-Batch": ","}
    )
    assert answer.status_code == 404


def test_pages_of_objects_come_to_who_asks_for_them(town: Build) -> None:
    here = town(*(service(f"vps/{number:02}") for number in range(7)))
    headers = {
        "X-Pagination-Mode": "CachedObjectList-Pages",
        "X-Pagination-Size": "3",
        "X-Pagination-Number": "3",
    }
    answer = signed(here, "GET", "/services", headers=headers)
    assert [one["resource"]["name"] for one in answer.json()] == ["06"]
    assert answer.headers["X-Pagination-Elements"] == "7"
    headers |= {
        "X-Pagination-Number": "1",
        "X-Pagination-Sort": "resource.name",
        "X-Pagination-Sort-Order": "DESC",
        "X-Pagination-Filter": "resource.name:in=01,02,05,06",
    }
    answer = signed(here, "GET", "/services", headers=headers)
    assert [one["resource"]["name"] for one in answer.json()] == ["06", "05", "02"]
    assert answer.headers["X-Pagination-Elements"] == "4"


def test_a_cursor_leads_through_all_pages(town: Build) -> None:
    here = town(*(service(f"vps/{number}") for number in range(5)))
    tasks = [task for number in range(5) for task in here.ask(ADMIN, f"vps/{number}", contactTech=NEW)]
    seen, headers = [], {"X-Pagination-Mode": "CachedObjectList-Cursor", "X-Pagination-Size": "2"}
    while True:
        answer = signed(here, "GET", "/me/task/contactChange", headers=headers)
        seen += [one["id"] for one in answer.json()]
        if "X-Pagination-Cursor-Next" not in answer.headers:
            break
        headers["X-Pagination-Cursor"] = answer.headers["X-Pagination-Cursor-Next"]
    assert seen == tasks


def test_paging_can_be_switched_off(town: Build) -> None:
    answer = signed(
        town(paging=False), "GET", "/services", headers={"X-Pagination-Mode": "CachedObjectList-Pages"}
    )
    assert all(isinstance(one, int) for one in answer.json())
    assert "X-Pagination-Elements" not in answer.headers
