"""Many objects in few calls where the server can, one call each where it cannot or answers nonsense."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import ApiError, OutcomeUnknownError
from reconciler.providers.ovh import listing
from reconciler.providers.ovh.listing import Listing
from tests.providers.loopback import Asked, Reply, Script, Server, client_of, serving

ODD = Reply(400, {"class": "Client::BadRequest", "message": "[serviceId] Given data is not valid"})
Speciality = Callable[[Asked, list[int]], Reply | None]


def shelf(ids: range, *, special: Speciality | None = None) -> Script:
    """Return a server that holds `{"id": n}` for each id, one call each, unless `special` answers."""

    def script(asked: Asked) -> Reply | None:
        path = asked.path.removeprefix("/things").strip("/")
        if special:
            reply = special(asked, [int(part) for part in path.split(",") if part.isdecimal()])
            if reply:
                return reply
        if asked.path == "/things":
            return Reply(body=list(ids))
        if "," in path:
            return ODD
        if path.isdecimal() and int(path) in ids:
            return Reply(body={"id": int(path)})
        return None

    return script


def batches(asked: Asked, ids: list[int]) -> Reply | None:
    if asked.headers.get("X-Ovh-Batch") != "," or not ids:
        return None
    gone = {"class": "Client::NotFound", "message": "gone"}
    return Reply(
        body=[
            {"key": str(one), "value": None, "error": gone}
            if one >= 9000
            else {"key": str(one), "value": {"id": one}, "error": None}
            for one in ids
        ]
    )


def pages(total: int, *, most: int = 10_000) -> Speciality:
    def special(asked: Asked, _: list[int]) -> Reply | None:
        if asked.path != "/things" or asked.headers.get("X-Pagination-Mode") != "CachedObjectList-Pages":
            return None
        assert asked.headers["Pragma"] == "no-cache"
        size = min(int(asked.headers["X-Pagination-Size"]), most)
        start = (int(asked.headers["X-Pagination-Number"]) - 1) * size
        body = [{"id": one} for one in range(start, min(start + size, total))]
        return Reply(body=body, headers={"X-Pagination-Elements": str(total)})

    return special


def read(
    script: Script, ids: range | list[int], *, paged: bool = True, again: bool = False
) -> tuple[dict[int, Any], Server]:
    with serving(script) as server, client_of(server) as client:
        things = Listing(client, "/things", key="id", workers=8, pages=paged)
        found = dict(things.read(ids))
        if again:
            server.asked.clear()
            found = dict(things.read(ids))
    return found, server


def expected(ids: range | list[int]) -> dict[int, Any]:
    return {one: {"id": one} for one in ids}


def test_pages_read_a_thousand_objects_with_one_call() -> None:
    found, server = read(shelf(range(3500), special=pages(3500)), range(3500))
    assert found == expected(range(3500))
    assert len(server.calls()) == 4


def test_a_server_with_smaller_pages_than_asked_for_is_read_to_the_end() -> None:
    found, server = read(shelf(range(450), special=pages(450, most=50)), range(450))
    assert found == expected(range(450))
    assert len(server.calls()) == 9


def test_batches_read_a_hundred_objects_with_one_call() -> None:
    found, server = read(shelf(range(350), special=batches), range(350), paged=False)
    assert found == expected(range(350))
    assert len(server.calls()) == 4


def test_what_a_batch_calls_gone_is_gone_without_another_call() -> None:
    found, server = read(shelf(range(5), special=batches), [1, 2, 9001], paged=False)
    assert found == {1: {"id": 1}, 2: {"id": 2}, 9001: None}
    assert len(server.calls()) == 1


def test_a_server_without_either_is_asked_one_by_one_and_found_out_once() -> None:
    found, server = read(shelf(range(150)), range(150))
    assert found == expected(range(150))
    assert len(server.calls()) == 150 + 2  # one page and one batch were tried
    found, server = read(shelf(range(150)), range(150), again=True)
    assert found == expected(range(150))
    assert len(server.calls()) == 150


def test_one_object_is_read_with_one_call() -> None:
    found, server = read(shelf(range(5), special=batches), [3])
    assert found == expected([3])
    assert len(server.calls()) == 1


@pytest.mark.parametrize(
    "nonsense",
    [
        Reply(body={"id": 1}),
        Reply(body=[1, 2, 3]),
        Reply(body=["x", None]),
        Reply(body=[]),
        Reply(body=None),
        Reply(body=[{"key": "1", "value": {"no": "id"}, "error": None}]),
        Reply(body=[{"key": "?", "value": None, "error": {"class": "Client::NotFound"}}]),
        Reply(404, {"message": "This service does not exist"}),
        Reply(500, {"message": "Oops"}),
        Reply(200, b"<html>", {"Content-Type": "text/html"}),
    ],
)
def test_a_batch_or_page_answered_with_nonsense_is_read_one_by_one(nonsense: Reply) -> None:
    def special(asked: Asked, _: list[int]) -> Reply | None:
        bulk = "X-Ovh-Batch" in asked.headers or "X-Pagination-Mode" in asked.headers
        return nonsense if bulk else None

    found, _ = read(shelf(range(120), special=special), range(120))
    assert found == expected(range(120))


def test_a_page_that_claims_more_than_there_is_ends_all_the_same() -> None:
    def special(asked: Asked, ids: list[int]) -> Reply | None:
        reply = pages(110)(asked, ids)
        return Reply(body=reply.body, headers={"X-Pagination-Elements": "5000"}) if reply else None

    found, _ = read(shelf(range(120), special=special), range(120))
    assert found == expected(range(120))


def test_what_a_batch_leaves_out_or_fails_at_is_read_by_itself() -> None:
    def special(asked: Asked, ids: list[int]) -> Reply | None:
        reply = batches(asked, ids)
        if reply is None:
            return None
        reply.body[0] = {"key": "0", "value": None, "error": {"class": "Server::InternalServerError"}}
        return Reply(body=reply.body[:-1])

    found, server = read(shelf(range(10), special=special), range(10), paged=False)
    assert found == expected(range(10))
    assert len(server.calls()) == 3


def test_those_that_cannot_be_read_come_after_all_others() -> None:
    def special(asked: Asked, _: list[int]) -> Reply | None:
        return Reply(500, {"message": "Oops"}) if asked.path == "/things/3" else None

    with serving(shelf(range(8), special=special)) as server, client_of(server) as client:
        reading = Listing(client, "/things", key="id", workers=4, pages=False).read(range(8))
        found: list[int] = []
        with pytest.raises(OutcomeUnknownError, match="Oops"):
            found.extend(one.id for one in reading)
    assert sorted(found) == [0, 1, 2, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("special", "bulk"),
    [(pages(5), True), (batches, True), (None, False)],
    ids=["pages", "batches", "neither"],
)
def test_whether_the_server_reads_in_bulk_is_found_out_with_two_calls_at_most(
    special: Speciality | None, *, bulk: bool
) -> None:
    with serving(shelf(range(5), special=special)) as server, client_of(server) as client:
        things = Listing(client, "/things", key="id", workers=4, pages=True)
        assert [things.in_bulk(range(5)) for _ in range(3)] == [bulk] * 3
        assert len(server.calls()) <= 2


def test_the_calls_run_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    def special(_: Asked, ids: list[int]) -> Reply | None:
        return Reply(body={"id": ids[0]}, delay=0.1) if ids else None

    monkeypatch.setattr(listing, "BATCH", 1)
    begun = time.monotonic()
    found, _ = read(shelf(range(32), special=special), range(32), paged=False)
    assert found == expected(range(32))
    assert time.monotonic() - begun < 32 * 0.1  # one after the other


def test_an_unreachable_server_is_told_once() -> None:
    with serving(shelf(range(1))) as server:
        gone = server.url
    with client_of(gone) as client, pytest.raises(ApiError, match="nothing listens"):
        list(Listing(client, "/things", key="id", workers=4, pages=False).read([1]))
