"""Servers that are down, broken, too busy or not OVHcloud at all: an end in reasonable time, in words."""

from __future__ import annotations

import re
import socket
import time

import pytest

from reconciler.sandbox import RateLimit
from tests.cli.conftest import AGENCY, BOTH_MOVE, PLATFORM, SERVER, SHOP, Open

HTML = {"status": 200, "body": "<html><body>Log in first</body></html>", "content_type": "text/html"}
BUSY = {"status": 429, "body": {"class": "Client::TooManyRequests", "message": "Too many requests"}}
BROKEN = {"status": 500, "body": {"class": "Server::InternalServerError", "message": "Out of order"}}


@pytest.mark.parametrize("command", [["plan"], ["apply", "--yes"]])
def test_a_server_that_is_down_is_told_once_per_account(place: Open, command: list[str]) -> None:
    here = place(held=[PLATFORM, AGENCY])
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    here.desk.url = f"http://127.0.0.1:{port}/1.0"
    here.desk.hold([PLATFORM, AGENCY])
    here.desk.write(BOTH_MOVE)
    done = here.run(*command)
    assert done.code == 1
    assert done.err.count("the connection was refused, nothing listens there") == 2
    assert f"127.0.0.1:{port}" in done.err
    assert "stamina" not in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (BROKEN, "Out of order"),
        (HTML, "HTML instead of JSON, is there a proxy or captive portal in between?"),
        ({**HTML, "status": 503}, "HTML instead of JSON"),
        ({"status": 200, "body": "ok"}, "something that is not JSON"),
        ({"reset": "before"}, "the connection broke off"),
    ],
    ids=["500", "html", "html 503", "text", "reset"],
)
def test_a_server_that_always_fails_ends_in_seconds_with_its_words(
    place: Open, fault: dict[str, object], words: str
) -> None:
    here = place(held=[PLATFORM])
    here.faults(fault)
    start = time.monotonic()
    done = here.run("plan")
    assert time.monotonic() - start < 30
    assert done.code == 1
    assert words in done.err
    assert done.out == ""
    assert "Traceback" not in done.err


def test_retries_are_told_only_to_those_who_want_to_know_more(place: Open) -> None:
    here = place()
    here.faults({**BROKEN, "path": "/me", "times": 1})
    done = here.run("plan", "-v")
    assert done.code == 0
    assert "trying again in" in done.err
    here.faults({**BROKEN, "path": "/me", "times": 1})
    assert here.run("plan").err == ""


@pytest.mark.parametrize("path", ["/me*", "/auth/time"])
def test_a_limit_that_passes_is_waited_for(place: Open, path: str) -> None:
    here = place()
    here.faults({**BUSY, "path": path, "times": 2})
    done = here.run("plan", "--detailed-exitcode")
    assert (done.code, done.err) == (2, "")


def test_if_one_account_cannot_list_its_tasks_its_services_are_unknown(place: Open) -> None:
    here = place(BOTH_MOVE, held=[PLATFORM, AGENCY])
    here.faults({"path": "/me/task/*", "account": AGENCY, "status": 403, "body": {"message": "Not for you"}})
    done = here.run("plan", "--format", "json")
    assert done.code == 1
    assert [row["service"] for row in done.json["unknown"]] == [SERVER]
    assert [row["service"] for row in done.json["requests"]] == [SHOP]
    assert "Not for you" in done.err
    assert "Not for you" in done.json["unknown"][0]["detail"]


def test_html_in_the_middle_of_the_work_makes_unknown_and_not_in_sync(place: Open) -> None:
    here = place()
    here.faults({**HTML, "path": "/services*"}, {**HTML, "path": "/domain*"})
    done = here.run("plan", "--format", "json", "--detailed-exitcode")
    assert done.code == 1
    assert done.json["summary"]["in_sync"] == 0
    assert [row["service"] for row in done.json["unknown"]] == [SHOP]


def test_an_outage_is_never_an_empty_plan_for_a_file_that_asks_for_nothing(place: Open) -> None:
    here = place(f"services: {{{SHOP}: {{technical: platform}}}}\n", held=[PLATFORM])
    here.faults({**BROKEN, "path": "/me/task/*"})
    done = here.run("plan", "--format", "json")
    assert done.code == 1
    assert done.json["summary"]["unknown"] == 1


def test_a_pause_that_nobody_would_wait_for_is_told_at_once(place: Open) -> None:
    here = place(held=[PLATFORM], rate_limit=RateLimit(requests=1, per_seconds=3600))
    start = time.monotonic()
    done = here.run("plan")
    assert time.monotonic() - start < 20
    assert done.code == 1
    assert re.search(r"too many calls, the server asks for a pause of 3[56]\d\d s", done.err)
