"""Where a login is asked for, nobody gets past without one, and guessing is slow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest
import requests

from reconciler.web.guard import Door, guarded
from reconciler.web.guard.login import SIGN_OUT
from reconciler.web.guard.login_page import FIELD
from reconciler.web.guard.sessions import SESSION_SECONDS
from reconciler.web.guard.tries import PER_SECONDS, WRONG_TRIES
from tests.web.doorway import BEARER, TOKEN, Doorway, doorway, echo

WRONG = {"Authorization": "Bearer " + "x" * 40}
BROWSER = {"Accept": "text/html,*/*"}
HERE = (ip_network("127.0.0.1"),)
ELSEWHERE = (ip_network("10.0.0.5"),)


class Hands:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.time = 1_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture(scope="module")
def hands() -> Hands:
    """Return the server's clock."""
    return Hands()


@pytest.fixture(scope="module")
def server(hands: Hands) -> Iterator[Doorway]:
    """Return a doorway that asks for a token, and knows a proxy at 127.0.0.1."""
    with doorway(app=guarded(echo, Door(token=TOKEN, proxies=HERE), clock=hands)) as opened:
        yield opened


@pytest.fixture
def here(server: Doorway, hands: Hands) -> Iterator[Doorway]:
    """Return the doorway with no session and no wrong tries."""
    hands.time += SESSION_SECONDS
    with closing(requests.Session()) as calls:
        yield replace(server, calls=calls)


def log_in(here: Doorway, token: str = TOKEN, path: str = "/", **headers: str) -> requests.Response:
    """Send the login form as a browser does."""
    return here.post(path, data={FIELD: token}, headers={**BROWSER, **headers})


def test_without_a_login_there_is_no_page_on_loopback_either(here: Doorway) -> None:
    for method, path in (
        ("GET", "/"),
        ("POST", "/requests/1/accept"),
        ("GET", "/static"),
        ("POST", "/static/x"),
    ):
        answer = here.call(method, path)
        assert (answer.status_code, "echo" in answer.text) == (401, False)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert "path" not in answer.text


def test_a_browser_gets_a_form_and_a_program_gets_a_sentence(here: Doorway) -> None:
    form = here.get("/requests", headers=BROWSER)
    assert form.status_code == 401
    assert f'name="{FIELD}"' in form.text
    assert 'action=""' in form.text
    assert "Authorization: Bearer" in here.get().text


def test_style_and_scripts_are_for_everybody(here: Doorway) -> None:
    assert here.get("/static/style.css").status_code == 200


def test_the_right_bearer_token_gets_through(here: Doorway) -> None:
    assert here.get("/x", headers=BEARER).json()["path"] == "/x"
    assert here.post("/x", headers=BEARER, data="a=1").json()["body"] == "a=1"
    assert here.get(headers={"Authorization": f"bearer  {TOKEN} "}).status_code == 200


@pytest.mark.parametrize(
    "given",
    [
        "Bearer " + "x" * 40,
        "Bearer " + TOKEN[:-1],
        "Bearer " + TOKEN + "x",
        "Bearer " + TOKEN.upper(),
        "Bearer",
        "Bearer ",
        f"Basic {TOKEN}",
        TOKEN,
        "Bearer \xff",
        f"Bearer {TOKEN},Bearer x",
    ],
)
def test_any_other_authorization_does_not(here: Doorway, given: str) -> None:
    assert here.get(headers={"Authorization": given.encode("latin-1")}).status_code == 401


def test_two_authorizations_are_none(here: Doorway) -> None:
    line = f"Authorization: Bearer {TOKEN}\n"
    call = f"GET / HTTP/1.1\nHost: {here.host}\n{line}{line}Connection: close\n\n"
    assert here.say(call)[0] == 401


def test_the_token_is_not_looked_for_in_the_address(here: Doorway) -> None:
    assert here.get(f"/?token={TOKEN}&{FIELD}={TOKEN}").status_code == 401
    assert here.post(f"/?{FIELD}={TOKEN}", data={"a": "1"}).status_code == 401


def test_the_form_opens_a_session_and_leads_back_to_the_same_address(here: Doorway) -> None:
    answer = log_in(here, path="/services/domain/a%20b?tray=blocked&x=%26")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/services/domain/a%20b?tray=blocked&x=%26"
    assert here.get("/x").json()["path"] == "/x"
    assert here.post("/x", data={"a": "1"}).json()["body"] == "a=1"


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example/", "///evil.example"])
def test_the_login_never_leads_to_another_site(here: Doorway, path: str) -> None:
    where = log_in(here, path=path).headers["Location"]
    assert where.startswith("/")
    assert where[1] not in "/\\"


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(here: Doorway) -> None:
    cookie = log_in(here).headers["Set-Cookie"]
    parts = {part.strip().casefold().partition("=")[0] for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite", "path", "max-age"} == parts
    assert "samesite=strict" in cookie.casefold()
    assert "path=/;" in cookie.casefold() + ";"
    name, _, value = cookie.partition(";")[0].partition("=")
    assert str(here.port) in name
    assert len(value) > 40
    assert TOKEN not in cookie


def test_behind_https_the_cookie_travels_over_https_only() -> None:
    with doorway(Door(token=TOKEN, proxies=HERE)) as here:
        cookie = log_in(here, **{"X-Forwarded-Proto": "https"}).headers["Set-Cookie"]
        assert cookie.startswith("__Host-")
        assert "; Secure" in cookie
        assert "Secure" not in log_in(here).headers["Set-Cookie"]
    with doorway(Door(token=TOKEN, proxies=ELSEWHERE)) as here:
        assert "Secure" not in log_in(here, **{"X-Forwarded-Proto": "https"}).headers["Set-Cookie"]


def test_each_login_has_a_session_of_its_own(here: Doorway) -> None:
    cookies = [log_in(here).headers["Set-Cookie"] for _ in range(3)]
    assert len(set(cookies)) == 3


@pytest.mark.parametrize("value", ["", "x", "x" * 43, '"', "\xff"])
def test_a_session_that_was_never_opened_opens_nothing(here: Doorway, value: str) -> None:
    cookie = f"a=b; reconciler-{here.port}={value}; c".encode("latin-1")
    assert here.get(headers={"Cookie": cookie}).status_code == 401


def test_a_wrong_token_in_the_form_is_told_and_not_shown_again(here: Doorway) -> None:
    answer = log_in(here, "<script>wrong")
    assert answer.status_code == 401
    assert "not the right one" in answer.text
    assert "wrong</" not in answer.text
    assert "<script>" not in answer.text
    assert "Set-Cookie" not in answer.headers
    assert here.get().status_code == 401


def test_a_form_of_the_page_that_comes_without_a_session_is_not_done_and_says_so(here: Doorway) -> None:
    answer = here.post("/requests/1/accept", data={"token": "y" * 32}, headers=BROWSER)
    assert answer.status_code == 401
    assert "has not been done" in answer.text
    assert 'action="/"' in answer.text
    assert "y" * 32 not in answer.text


def test_signing_out_ends_the_session_for_good(here: Doorway) -> None:
    cookie = log_in(here).headers["Set-Cookie"].partition(";")[0]
    assert here.get().status_code == 200
    answer = here.post(SIGN_OUT)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "max-age=0" in answer.headers["Set-Cookie"].casefold()
    assert here.get(headers={"Cookie": cookie}).status_code == 401


def test_signing_out_takes_a_form_not_a_link(here: Doorway) -> None:
    log_in(here)
    here.get(SIGN_OUT)
    assert here.get().status_code == 200


def test_a_session_ends_by_itself(here: Doorway, hands: Hands) -> None:
    log_in(here)
    hands.time += SESSION_SECONDS - 1
    assert here.get().status_code == 200
    hands.time += 2
    assert here.get().status_code == 401


def test_a_page_that_refreshes_itself_is_told_to_load_anew_once_its_session_has_ended(here: Doorway) -> None:
    log_in(here)
    assert "HX-Refresh" not in here.get(headers={"HX-Request": "true"}).headers
    here.post(SIGN_OUT)
    assert here.get(headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def by_bearer(here: Doorway, token: str, **headers: str) -> requests.Response:
    """Try a token as a program does."""
    return here.get(headers={"Authorization": f"Bearer {token}", **headers})


@pytest.mark.parametrize("attempt", [by_bearer, log_in], ids=["bearer", "form"])
def test_after_some_wrong_tokens_no_token_is_looked_at_for_a_while(
    here: Doorway, hands: Hands, attempt: Callable[..., requests.Response]
) -> None:
    assert [attempt(here, "x" * 40).status_code for _ in range(WRONG_TRIES)] == [401] * WRONG_TRIES
    for token in ("x" * 40, TOKEN):
        answer = attempt(here, token)
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == str(int(PER_SECONDS))
    hands.time += PER_SECONDS + 1
    assert attempt(here, TOKEN).status_code in {200, 303}


def test_wrong_tokens_of_one_address_keep_out_neither_others_nor_open_sessions(here: Doorway) -> None:
    cookie = log_in(here, **{"X-Forwarded-For": "192.0.2.1"}).headers["Set-Cookie"].partition(";")[0]
    here.calls.cookies.clear()
    for _ in range(WRONG_TRIES + 1):
        by_bearer(here, "x" * 40, **{"X-Forwarded-For": "192.0.2.1"})
    assert by_bearer(here, TOKEN, **{"X-Forwarded-For": "192.0.2.1"}).status_code == 429
    assert by_bearer(here, TOKEN, **{"X-Forwarded-For": "192.0.2.2"}).status_code == 200
    assert here.get(headers={"Cookie": cookie, "X-Forwarded-For": "192.0.2.1"}).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        lambda number: f"203.0.113.{number}, 192.0.2.1",
        lambda number: f"203.0.113.{number}, 192.0.2.1, 127.0.0.1",
        lambda number: f"2001:db8:1:2::{number:x}",
        lambda number: f"not an address {number}",
    ],
    ids=["invented hops", "and another proxy", "one network", "nonsense"],
)
def test_an_address_cannot_be_made_up_to_guess_on(here: Doorway, address: Callable[[int], str]) -> None:
    codes = [
        by_bearer(here, "x" * 40, **{"X-Forwarded-For": address(number)}).status_code
        for number in range(1, WRONG_TRIES + 2)
    ]
    assert codes[-1] == 429


def test_without_a_trusted_proxy_nobody_is_believed_about_the_address() -> None:
    with doorway(Door(token=TOKEN)) as here:
        codes = [
            by_bearer(here, "x" * 40, **{"X-Forwarded-For": f"192.0.2.{number}"}).status_code
            for number in range(WRONG_TRIES + 1)
        ]
    assert codes[-1] == 429


USER = {"X-Forwarded-User": "jane"}


def test_a_user_is_believed_from_the_proxys_address_only() -> None:
    door: dict[str, Any] = {"user_header": "X-Forwarded-User"}
    with doorway(Door(**door, proxies=HERE)) as here:
        assert here.get(headers=USER).status_code == 200
        assert here.get(headers={"x-forwarded-user": "jane"}).status_code == 200
        for nobody in ({}, {"X-Forwarded-User": ""}, {"X-Forwarded-User": b"\xa0"}, {"X-User": "jane"}):
            assert here.get(headers=nobody).status_code == 401
        assert "reverse proxy" in here.get(headers=BROWSER).text
    with doorway(Door(**door, proxies=ELSEWHERE)) as here:
        for forged in (USER, {**USER, "X-Forwarded-For": "10.0.0.5"}, {**USER, "Forwarded": "for=10.0.0.5"}):
            assert here.get(headers=forged).status_code == 401
        assert here.get(headers={**USER, **BEARER}).status_code == 401


def test_a_user_who_is_named_twice_is_nobody() -> None:
    with doorway(Door(user_header="X-Forwarded-User", proxies=HERE)) as here:
        users = "X-Forwarded-User: a\nX-Forwarded-User: b\n"
        assert here.say(f"GET / HTTP/1.1\nHost: {here.host}\n{users}Connection: close\n\n")[0] == 401


def test_a_proxys_users_and_the_token_can_both_be_let_in() -> None:
    with doorway(Door(token=TOKEN, user_header="X-Forwarded-User", proxies=HERE)) as here:
        assert here.get(headers=USER).status_code == 200
        assert here.get(headers=BEARER).status_code == 200
        assert here.get().status_code == 401


def test_a_door_does_not_show_its_token() -> None:
    assert TOKEN not in repr(Door(token=TOKEN))
