"""What the guard turns down before the page sees it, and what it adds to every answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import pytest

from reconciler.web.guard import Door
from reconciler.web.guard.bodies import LARGEST_BODY
from tests.running import PATIENCE
from tests.web.doorway import Doorway, doorway

FORM = "Content-Type: application/x-www-form-urlencoded\nContent-Length: 3\nConnection: close\n\na=1"


@pytest.fixture(scope="module")
def here() -> Iterator[Doorway]:
    """Return a doorway as `serve` opens it by default."""
    with doorway() as opened:
        yield opened


def test_a_call_for_the_address_itself_gets_through(here: Doorway) -> None:
    for host in (here.host, f"localhost:{here.port}", f"LOCALHOST:{here.port}", f"[::1]:{here.port}"):
        assert here.get("/a b", headers={"Host": host}).json()["path"] == "/a b"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "localhost.evil.example:{port}",
        "127.0.0.1.evil.example:{port}",
        "localhost",
        "localhost:1",
        "127.0.0.1",
        "127.0.0.2:{port}",
        "10.0.0.1:{port}",
        "localhost:{port}:{port}",
        "user@localhost:{port}",
        "localhost:{port}, evil.example",
        "",
    ],
)
def test_any_other_host_is_refused_as_dns_rebinding_brings_it(here: Doorway, host: str) -> None:
    answer = here.get(headers={"Host": host.format(port=here.port)})
    assert answer.status_code == 400
    assert "--host-name" in answer.text


def test_two_hosts_or_none_are_refused(here: Doorway) -> None:
    assert here.say(f"GET / HTTP/1.1\nHost: {here.host}\nHost: evil.example\n\n")[0] == 400
    assert here.say("GET / HTTP/1.1\nConnection: close\n\n")[0] == 400
    assert here.say("GET / HTTP/1.0\n\n")[0] == 400


def test_a_whole_address_in_place_of_a_path_is_refused(here: Doorway) -> None:
    call = f"GET http://evil.example/ HTTP/1.1\nHost: {here.host}\nConnection: close\n\n"
    assert here.say(call)[0] == 400


def test_further_names_are_known_with_any_port_or_with_the_one_given() -> None:
    with doorway(Door(names=("contacts.example.com", "other.example:8443"))) as here:
        for host in ("contacts.example.com", "Contacts.Example.Com:444", "other.example:8443", here.host):
            assert here.get(headers={"Host": host}).status_code == 200, host
        for host in ("other.example", "other.example:1", "x.contacts.example.com", "contacts.example.com:x"):
            assert here.get(headers={"Host": host}).status_code == 400, host


@pytest.mark.parametrize(
    "told",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://behind.a.proxy.example"},
        {"Origin": "http://{host}"},
        {"Origin": "https://{host}"},
        {},
    ],
)
def test_a_form_of_the_page_itself_or_of_no_browser_gets_through(here: Doorway, told: dict[str, str]) -> None:
    headers = {name: value.format(host=here.host) for name, value in told.items()}
    assert here.post(data={"a": "1"}, headers=headers).json()["body"] == "a=1"


@pytest.mark.parametrize(
    "told",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://{host}"},
        {"Sec-Fetch-Site": "none, same-origin"},
        {"Sec-Fetch-Site": ""},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:1"},
        {"Origin": "http://{host}.evil.example"},
        {"Origin": "file://{host}"},
        {"Origin": "{host}"},
        {"Origin": ""},
    ],
)
def test_a_form_of_another_page_is_refused(here: Doorway, told: dict[str, str]) -> None:
    headers = {name: value.format(host=here.host) for name, value in told.items()}
    answer = here.post(data={"a": "1"}, headers=headers)
    assert answer.status_code == 403
    assert "nothing was done" in answer.text
    assert here.get(headers=headers).status_code == 200


def test_of_two_origins_both_must_be_ours(here: Doorway) -> None:
    call = (
        f"POST / HTTP/1.1\nHost: {here.host}\nOrigin: http://{here.host}\nOrigin: http://evil.example\n{FORM}"
    )
    assert here.say(call)[0] == 403
    call = (
        f"POST / HTTP/1.1\nHost: {here.host}\nSec-Fetch-Site: same-origin\nSec-Fetch-Site: cross-site\n{FORM}"
    )
    assert here.say(call)[0] == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
def test_other_methods_do_not_exist(here: Doorway, method: str) -> None:
    answer = here.call(method)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/static/../secret", 400),
        ("/static/%2e%2e/secret", 400),
        ("/static/..%2fsecret", 400),
        ("/static/..%5csecret", 400),
        ("/static/..\\secret", 400),
        ("/static/%00", 400),
        ("/static/./x", 400),
        ("/" + "x" * 3_000, 414),
        ("/?" + "x" * 5_000, 414),
        ("/static/...", 200),
        ("/services/ip/192.0.2.0%2F28", 200),
    ],
)
def test_paths_that_climb_hide_or_never_end_are_refused(here: Doorway, path: str, status: int) -> None:
    assert here.get(path).status_code == status


def test_a_call_that_tells_two_lengths_is_refused_and_nothing_after_it_is_read(here: Doorway) -> None:
    hidden = f"0\n\nGET /hidden HTTP/1.1\nHost: {here.host}\n\n"
    call = f"POST / HTTP/1.1\nHost: {here.host}\nContent-Length: 5\nTransfer-Encoding: chunked\n\n{hidden}"
    status, text = here.say(call)
    assert status == 400
    assert "two lengths" in text
    assert "hidden" not in text


def test_head_is_answered_as_get_is_but_without_a_body(here: Doorway) -> None:
    head, get = here.call("HEAD", "/x"), here.get("/x")
    assert get.json()["method"] == "GET"
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(get.content))
    assert here.call("HEAD", "/../x").status_code == 400


EVERY_ANSWER = [
    ("GET", "/", {}, 200),
    ("GET", "/broken", {}, 500),
    ("GET", "/static/../x", {}, 400),
    ("DELETE", "/", {}, 405),
    ("POST", "/", {"Origin": "null"}, 403),
    ("GET", "/", {"Host": "evil.example"}, 400),
    ("POST", "/", {"Content-Length": "1000000"}, 413),
    ("GET", "/", {"X": "x" * 20_000}, 431),
]


@pytest.mark.parametrize(("method", "path", "headers", "status"), EVERY_ANSWER)
def test_every_answer_carries_the_strict_headers(
    here: Doorway, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    answer = here.call(method, path, headers=headers)
    assert answer.status_code == status
    policy = dict(rule.split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        **dict.fromkeys(("script-src", "style-src", "img-src", "connect-src", "form-action"), "'self'"),
        **dict.fromkeys(("base-uri", "frame-ancestors"), "'none'"),
    }
    expected = {
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    assert {name: answer.headers[name] for name in expected} == expected
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "Server" not in answer.headers


def test_what_is_no_http_is_answered_with_the_strict_headers_too(here: Doorway) -> None:
    for words in ("hello\n\n", f"GET / HTTP/1.1\nHost: {here.host}\nX: {'x' * 600_000}\n\n"):
        status, answer = here.say(words)
        assert status == 400
        assert "default-src 'none'" in answer
        assert "\r\nServer:" not in answer


def test_a_style_sheet_may_be_kept_but_is_asked_for_each_time(here: Doorway) -> None:
    assert here.get("/static/style.css").headers["Cache-Control"] == "no-cache"


def test_a_body_of_the_largest_size_gets_through_whole(here: Doorway) -> None:
    body = "x" * LARGEST_BODY
    assert here.post(data=body).json()["body"] == body
    parts = (part.encode() for part in (body[:1_000], body[1_000:]))
    assert here.post(data=parts).json()["body"] == body


def test_a_body_that_says_or_turns_out_to_be_larger_is_refused(here: Doorway) -> None:
    body = b"x" * (LARGEST_BODY + 1)
    assert here.post(data=body).status_code == 413
    assert here.post(data=iter([body])).status_code == 413
    assert here.get(data=body).status_code == 413


def test_a_failure_of_ours_is_told_without_what_it_said(
    here: Doorway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    answer = here.post("/broken?token=SECRET1", data="SECRET2")
    assert answer.status_code == 500
    assert "POST /broken failed: RuntimeError" in caplog.text
    assert "SECRET" not in caplog.text + answer.text


def test_each_call_is_told_without_query_token_or_terminal_escapes(
    here: Doorway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    token = "AbCdEfGhIjKlMnOpQrStUvWxYz012345"
    here.get(f"/requests/7?tab=x&token={token}")
    here.get(f"/contacts/7%3Ftab=x%26token={token}")
    here.get(f"/contacts/7/{token}")
    here.get("/%1b%5b31mred%0d%0aINFO%20forged")

    def told() -> list[str]:
        ours = [record for record in caplog.records if record.name == "reconciler.web"]
        return [record.getMessage().rsplit(" ", 2)[0] for record in ours]

    deadline = time.monotonic() + PATIENCE
    while len(told()) < 4 and time.monotonic() < deadline:  # the answer is there before the line
        time.sleep(0.01)
    lines = told()
    assert lines == [
        "GET /requests/7 200",
        "GET /contacts/7 200",
        "GET /contacts/7/… 200",
        r"GET /\x1b[31mred\r\nINFO forged 200",
    ]
