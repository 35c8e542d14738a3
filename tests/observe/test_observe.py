"""One look through every account over the real sandbox and the real package: what is seen, at what cost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from reconciler.model import AccountId, Contacts, Observation, Region, Role, ServiceId, TaskState
from reconciler.observe import observe
from reconciler.providers.ovh.connections import Connections
from reconciler.sandbox import Service, Settings
from tests.providers.endpoints import (
    AGENCY,
    FINANCE,
    PLATFORM,
    SHOP,
    VPS,
    clear_counts,
    connected,
    counts,
    put_faults,
    service,
    token_of,
    world,
)

PLAIN = Settings(batch=False, paging=False)
ZONE = ServiceId("domain/zone/shop.example")
NOWHERE = ServiceId("domain/nowhere.example")
CONTACTS = Contacts(PLATFORM, PLATFORM, FINANCE)
ONE_SERVICE = "GET /services/{serviceId}"
INFOS = "serviceInfos"


class Scene:
    """A sandbox and the accounts that we hold there."""

    def __init__(self, url: str, connections: Connections) -> None:
        self.url = url
        self.connections = connections

    def look(self, *declared: str, **options: Any) -> Observation:
        """Observe with fresh counts."""
        clear_counts(self.url)
        options.setdefault("region", Region.EU)
        unreadable = options.pop("unreadable", self.connections.failures)
        return observe(self.connections.readers, unreadable, map(ServiceId, declared), **options)

    @property
    def calls(self) -> dict[str, int]:
        """Return what the last look cost, the calls that every account costs left out."""
        dull = {
            "GET /me/debtAccount",
            "GET /me/payment/method",
            "GET /me/task/contactChange",
            "GET /services",
        }
        return {route: count for route, count in counts(self.url).items() if route not in dull}

    def fault(self, path: str, account: AccountId | None = None, **what: Any) -> None:
        """Have calls fail with 500, or as told."""
        put_faults(self.url, {"method": "GET", "path": path, "account": account, **(what or {"status": 500})})


@contextmanager
def scene(*services: Service, held: tuple[AccountId, ...], settings: Settings = PLAIN) -> Iterator[Scene]:
    with connected(world(*services, settings=settings), *held) as (url, connections):
        yield Scene(url, connections)


def test_a_look_tells_who_holds_what_who_we_are_and_when_it_was() -> None:
    in_debt = Service(VPS, PLATFORM, PLATFORM, FINANCE, status="unPaid")
    with scene(service(SHOP), in_debt, held=(PLATFORM, FINANCE)) as there:
        seen = there.look(SHOP)
    assert seen.live == {SHOP: CONTACTS, VPS: CONTACTS}
    assert seen.in_debt == {VPS}
    assert (seen.absent, seen.unknown, seen.unreadable, seen.tasks) == ((), {}, {}, ())
    assert sorted(seen.held) == sorted([PLATFORM, FINANCE])
    assert seen.held[PLATFORM].email == "platform@example.com"
    assert abs(seen.at.timestamp() - time.time()) < 60


def test_an_account_costs_four_calls_and_a_service_that_several_see_one() -> None:
    services = [service(f"domain/s{number}.example") for number in range(6)]
    with scene(*services, held=(PLATFORM, FINANCE)) as there:
        there.look(*(one.service for one in services))
        assert sum(counts(there.url).values()) == 2 * 4 + 6 + 1  # one batch was tried in vain


@pytest.mark.parametrize(
    ("settings", "most"),
    [(Settings(), 1), (Settings(paging=False), 1 + 3), (Settings(batch=False), 1), (PLAIN, 250 + 2)],
    ids=["pages and batches", "batches", "pages", "neither"],
)
def test_many_services_take_few_calls_where_the_server_pages_or_batches(
    settings: Settings, most: int
) -> None:
    services = [service(f"domain/s{number}.example") for number in range(250)]
    with scene(*services, held=(PLATFORM, FINANCE), settings=settings) as there:
        seen = there.look(*(one.service for one in services))
        assert len(seen.live) == 250
        reading = [count for route, count in counts(there.url).items() if route.startswith("GET /services")]
        assert sum(reading) <= most + 2  # each account lists its ids first


def test_few_declared_among_many_are_read_by_key_where_the_server_cannot_do_better() -> None:
    services = [service(f"domain/s{number}.example") for number in range(130)]
    with scene(*services, held=(PLATFORM,)) as there:
        seen = there.look("domain/s7.example")
        assert seen.live == {"domain/s7.example": CONTACTS}
        assert there.calls == {"GET /domain/{serviceName}/serviceInfos": 1, ONE_SERVICE: 1}
        assert len(there.look("domain/s7.example", everything=True).live) == 130


def test_every_service_of_an_open_tasks_name_is_seen_even_then() -> None:
    services = [service(f"domain/s{number}.example") for number in range(130)]
    with scene(*services, service(SHOP), service(ZONE), held=(PLATFORM,)) as there:
        there.connections.writers[PLATFORM].ask(ZONE, {Role.TECHNICAL: AGENCY})
        seen = there.look("domain/s7.example")
        assert sorted(seen.live) == ["domain/s7.example", SHOP, ZONE]


def test_a_declared_service_that_every_account_answers_with_404_is_absent() -> None:
    with scene(service(SHOP), held=(PLATFORM, FINANCE)) as there:
        seen = there.look(SHOP, NOWHERE)
        assert (seen.absent, seen.unknown) == ((NOWHERE,), {})
        assert there.calls["GET /domain/{serviceName}/serviceInfos"] == 2


def test_a_declared_service_is_unknown_and_not_absent_while_an_account_cannot_be_read() -> None:
    with scene(service(SHOP), held=(PLATFORM,)) as there:
        seen = there.look(NOWHERE, unreadable={AGENCY: "the key has expired"})
    assert seen.absent == ()
    assert AGENCY in seen.unknown[NOWHERE]
    assert "the key has expired" in seen.unknown[NOWHERE]
    assert seen.unreadable == {AGENCY: "the key has expired"}


def test_without_any_readable_account_everything_is_unknown() -> None:
    seen = observe({}, {}, [SHOP], region=Region.EU)
    assert (seen.live, seen.absent, list(seen.unknown)) == ({}, (), [SHOP])


def test_a_service_that_fails_to_read_is_unknown_with_the_servers_words() -> None:
    with scene(service(SHOP), service(VPS), held=(PLATFORM,)) as there:
        number = there.connections.readers[PLATFORM].service_ids("shop.example")[0]
        put_faults(
            there.url,
            {
                "method": "GET",
                "path": f"/services/{number}",
                "status": 500,
                "body": {"message": "Out of order"},
            },
            {"method": "GET", "path": "/domain/*", "status": 500, "body": {"message": "Out of order"}},
        )
        seen = there.look(SHOP, VPS)
    assert list(seen.live) == [VPS]
    assert "Out of order" in seen.unknown[SHOP]
    assert seen.absent == ()


def test_what_one_account_cannot_read_another_that_sees_it_reads() -> None:
    with scene(service(SHOP), service(VPS), held=(PLATFORM, FINANCE)) as there:
        there.fault("/services/*", FINANCE)
        seen = there.look(SHOP, VPS)
    assert (seen.live, seen.unknown) == ({SHOP: CONTACTS, VPS: CONTACTS}, {})


def test_where_the_list_of_services_is_closed_declared_ones_are_read_by_key() -> None:
    with scene(service(SHOP), service(VPS), held=(PLATFORM,)) as there:
        there.fault("/services*", status=403, body={"errorCode": "NOT_GRANTED_CALL", "message": "No"})
        seen = there.look(SHOP, NOWHERE)
        assert (seen.live, seen.absent, seen.unknown) == ({SHOP: CONTACTS}, (NOWHERE,), {})
        assert seen.unreadable == {}
        assert PLATFORM in there.look(everything=True).unreadable


def test_a_product_without_service_infos_is_read_through_the_list_of_services() -> None:
    with scene(service("msServices/ms1"), held=(PLATFORM,)) as there:
        seen = there.look("msServices/ms1", "msServices/ms2")
    assert (list(seen.live), seen.absent) == (["msServices/ms1"], ("msServices/ms2",))


def test_services_of_routes_that_the_region_does_not_offer_are_not_asked_for() -> None:
    mail = ServiceId("email/domain/shop.example")
    with scene(service(SHOP), service(mail), held=(PLATFORM,)) as there:
        seen = there.look(SHOP, mail, "email/domain/other.example", region=Region.CA)
        assert (list(seen.live), seen.absent, seen.unknown) == ([SHOP], (), {})
        assert not any(INFOS in route for route in there.calls)


def test_each_task_is_read_once_though_several_parties_list_it() -> None:
    with scene(service(SHOP), service(VPS), held=(PLATFORM, AGENCY)) as there:
        for one in (SHOP, VPS):
            there.connections.writers[PLATFORM].ask(one, {Role.TECHNICAL: AGENCY})
        seen = there.look(SHOP)
        assert [task.name for task in seen.tasks] == ["shop.example", "vps-1a2b3c4d.vps.ovh.net"]
        assert [task.id for task in seen.tasks] == sorted(task.id for task in seen.tasks)
        assert there.calls["GET /me/task/contactChange/{id}"] == 2 + 1  # one batch was tried in vain


def test_a_task_known_to_be_settled_is_not_read_again_and_an_open_one_is() -> None:
    with scene(service(SHOP), service(VPS), held=(PLATFORM, AGENCY)) as there:
        asker = there.connections.writers[PLATFORM]
        (settled,) = asker.ask(VPS, {Role.TECHNICAL: AGENCY})
        there.connections.writers[AGENCY].refuse(settled, token_of(there.connections, AGENCY))
        (waiting,) = asker.ask(SHOP, {Role.TECHNICAL: AGENCY})
        first = there.look(SHOP)
        known = {task.id: task for task in first.tasks}
        assert (known[settled].state, known[waiting].state) == (TaskState.REFUSED, TaskState.VALIDATING)
        again = there.look(SHOP, known_tasks=known)
        assert again.tasks == first.tasks
        assert there.calls["GET /me/task/contactChange/{id}"] == 1


def test_a_remembered_task_that_no_account_lists_is_not_made_up() -> None:
    with scene(service(SHOP), held=(PLATFORM, AGENCY)) as there:
        (number,) = there.connections.writers[PLATFORM].ask(SHOP, {Role.TECHNICAL: AGENCY})
        (task,) = there.look(SHOP).tasks
        stranger = replace(task, id=number + 1, state=TaskState.REFUSED)
        assert [one.id for one in there.look(SHOP, known_tasks={stranger.id: stranger}).tasks] == [number]


@pytest.mark.parametrize("path", ["/me/task/contactChange", "/me/task/contactChange/*"])
def test_an_unreadable_task_list_makes_the_accounts_services_unknown(path: str) -> None:
    other = service("domain/other.example", AGENCY, AGENCY, AGENCY)
    with scene(service(SHOP), other, held=(PLATFORM, AGENCY)) as there:
        (_,) = there.connections.writers[PLATFORM].ask(SHOP, {Role.TECHNICAL: FINANCE})
        there.fault(path, PLATFORM)
        seen = there.look(SHOP, other.service)
    assert list(seen.live) == [other.service]
    assert PLATFORM in seen.unknown[SHOP]
    assert "500" in seen.unknown[SHOP]
    assert PLATFORM in seen.unreadable
    assert PLATFORM in seen.held


def test_a_service_whose_contact_has_a_bad_key_is_unknown_because_its_open_requests_are_hidden() -> None:
    with scene(service(SHOP), held=(PLATFORM,)) as there:
        seen = there.look(SHOP, unreadable={FINANCE: "the key has expired"})
    assert seen.live == {}
    assert FINANCE in seen.unknown[SHOP]


def test_undeclared_services_stay_in_sight_when_a_task_list_is_unreadable() -> None:
    with scene(service(SHOP), service(VPS), held=(PLATFORM,)) as there:
        there.fault("/me/task/contactChange", PLATFORM)
        seen = there.look(SHOP)
    assert list(seen.live) == [VPS]


def test_a_malformed_task_makes_its_parties_services_unknown() -> None:
    with scene(service(SHOP), held=(PLATFORM,)) as there:
        there.connections.writers[PLATFORM].ask(SHOP, {Role.TECHNICAL: AGENCY})
        there.fault("/me/task/contactChange/*", status=200, body={"id": 1, "state": "paused"})
        seen = there.look(SHOP)
    assert "unexpected answer" in seen.unknown[SHOP]


def test_looking_twice_shows_the_same() -> None:
    with scene(service(SHOP), service(VPS), held=(PLATFORM, FINANCE)) as there:
        first, second = (there.look(SHOP, NOWHERE) for _ in range(2))
    assert replace(first, at=second.at) == second


def test_reading_one_by_one_takes_little_more_than_latency_times_calls_over_connections() -> None:
    services = [service(f"domain/s{number}.example") for number in range(128)]
    with scene(*services, held=(PLATFORM,), settings=replace(PLAIN, latency_ms=200)) as there:
        begun = time.monotonic()
        there.look(*(one.service for one in services))
        took = time.monotonic() - begun
        calls = sum(counts(there.url).values())
    assert calls <= 128 + 6
    # a third of one after the other is far from it on any machine; the benchmarks measure the ratio
    assert took < calls * 0.2 / 3


MANY = [f"domain/gone{number}.example" for number in range(60)]


def test_many_services_that_nobody_sees_cost_a_call_an_account_and_not_one_each() -> None:
    with scene(service(SHOP), held=(PLATFORM, FINANCE)) as there:
        seen = there.look(SHOP, *MANY)
        assert seen.absent == tuple(sorted(map(ServiceId, MANY)))
        assert there.calls == {ONE_SERVICE: 1, "GET /domain": 2}


def test_a_few_are_asked_for_one_by_one() -> None:
    with scene(service(SHOP), held=(PLATFORM, FINANCE)) as there:
        assert there.look(SHOP, NOWHERE).absent == (NOWHERE,)
        assert "GET /domain" not in there.calls


def test_of_many_those_that_a_product_lists_are_read_by_key() -> None:
    here = [service(f"domain/gone{number}.example") for number in range(2)]
    with scene(service(SHOP), *here, held=(PLATFORM, FINANCE)) as there:
        there.fault("/services*", status=403)
        seen = there.look(SHOP, *MANY)
        assert {one.service for one in here} <= seen.live.keys()
        assert len(seen.absent) == len(MANY) - 2


def test_where_a_product_cannot_be_listed_each_of_many_is_asked_for() -> None:
    with scene(service(SHOP), held=(PLATFORM, FINANCE)) as there:
        there.fault("/domain", status=403)
        assert len(there.look(SHOP, *MANY).absent) == len(MANY)
