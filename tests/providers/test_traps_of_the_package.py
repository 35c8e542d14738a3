"""What python-ovh does by itself, and that a call of ours does not suffer from it."""

# ruff: noqa: SIM117 - the outer block sets the scene, the inner one makes the claim

from __future__ import annotations

import hashlib
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ovh
import pytest

from reconciler.errors import (
    ApiError,
    CredentialsError,
    NotFoundError,
    OutcomeUnknownError,
    RefusedError,
    UnauthorizedError,
    UnreachableError,
)
from reconciler.providers.ovh.lines import Lines, new_client
from tests.providers.loopback import KEYS, Asked, Reply, client_of, in_turn, serving

HTML = {"Content-Type": "text/html"}


def test_an_oauth2_variable_in_the_environment_breaks_the_package_but_not_our_client(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OVH_CLIENT_ID", "somebody")
    monkeypatch.setenv("OVH_CLIENT_SECRET", "else")
    with pytest.raises(ovh.exceptions.InvalidConfiguration):
        ovh.Client("ovh-eu", KEYS.application_key, KEYS.application_secret, KEYS.consumer_key)
    with serving(in_turn(Reply(body={"fine": True}))) as server, client_of(server) as client:
        assert client.get("/me").body == {"fine": True}


def test_a_consumer_key_in_the_environment_reaches_no_client_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVH_CONSUMER_KEY", "not-this-one")
    monkeypatch.setenv("OVH_APPLICATION_KEY", "nor-this")
    with serving(in_turn(Reply())) as server, client_of(server) as client:
        client.get("/me")
        headers = server.calls()[0].headers
    assert headers["X-Ovh-Consumer"] == KEYS.consumer_key
    assert headers["X-Ovh-Application"] == KEYS.application_key


def test_making_a_client_leaves_the_package_as_it_was() -> None:
    endpoints, manager = dict(ovh.client.ENDPOINTS), ovh.client.config.ConfigurationManager
    new_client("http://127.0.0.1:1/1.0", KEYS)._session.close()
    assert endpoints == ovh.client.ENDPOINTS
    assert ovh.client.config.ConfigurationManager is manager


def test_a_broken_configuration_file_in_the_folder_does_not_end_the_run(tmp_path: Path) -> None:
    (tmp_path / "ovh.conf").write_text("this is = no [ configuration\n file at all")
    program = textwrap.dedent("""
        from reconciler.providers.ovh.package import client
        import ovh, configparser
        assert ovh.config.RawConfigParser is configparser.RawConfigParser
        print(configparser.RawConfigParser.__name__)
    """)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.returncode) == ("RawConfigParser", 0), done.stderr


@pytest.mark.parametrize(
    "endpoint",
    [
        "ovh-us",
        "kimsufi-eu",
        "https://eu.api.ovh.com/1.0",
        "http://127.0.0.1.evil.example/1.0",
        "file:///etc/passwd",
    ],
)
def test_keys_go_to_no_other_endpoint_than_the_known_ones_and_this_machine(endpoint: str) -> None:
    with pytest.raises(CredentialsError, match="never sent"):
        Lines(endpoint)


def test_a_call_is_signed_over_the_url_as_it_is_sent() -> None:
    path = "/ip/service/ip-192.0.2.0%2F28/serviceInfos?x=a%20b"
    with serving(in_turn(Reply(body={}))) as server, client_of(server) as client:
        client.get(path)
        asked = server.calls()[0]
    text = "+".join(
        [
            KEYS.application_secret,
            KEYS.consumer_key,
            "GET",
            server.url + path,
            "",
            asked.headers["X-Ovh-Timestamp"],
        ]
    )
    assert asked.path == path
    assert asked.headers["X-Ovh-Signature"] == "$1$" + hashlib.sha1(text.encode()).hexdigest()


def test_a_502_in_html_keeps_its_status() -> None:
    with (
        serving(in_turn(Reply(502, b"<html>Bad gateway</html>", HTML))) as server,
        client_of(server) as client,
    ):
        with pytest.raises(OutcomeUnknownError, match="HTML instead of JSON") as caught:
            client.get("/me")
    assert caught.value.status == 502


def test_an_error_that_is_not_an_object_keeps_its_status() -> None:
    with serving(in_turn(Reply(400, ["no", "object"]))) as server, client_of(server) as client:
        with pytest.raises(RefusedError) as caught:
            client.get("/me")
    assert caught.value.status == 400


def test_a_void_call_may_answer_with_nothing() -> None:
    with serving(in_turn(Reply(200, b""))) as server, client_of(server) as client:
        assert client.post("/x").body is None


def test_html_with_status_200_says_that_something_stands_in_between() -> None:
    with (
        serving(in_turn(Reply(200, b"<!DOCTYPE html><p>Log in!", HTML))) as server,
        client_of(server) as client,
    ):
        with pytest.raises(OutcomeUnknownError, match="proxy or captive portal"):
            client.get("/me")
        assert len(server.calls()) == 1  # asking again would show the same page


def test_a_404_that_is_not_ovhclouds_does_not_mean_absent() -> None:
    with serving(in_turn(Reply(404, b"<html>nginx</html>", HTML))) as server, client_of(server) as client:
        with pytest.raises(RefusedError) as caught:
            client.get("/domain/x/serviceInfos")
    assert not isinstance(caught.value, NotFoundError)


def test_the_servers_own_words_its_class_and_its_query_id_are_kept() -> None:
    reply = Reply(
        409,
        {"class": "Client::Conflict", "message": "A contact change task is already running on this service"},
        {"X-OVH-QUERYID": "EU.ext-1.abc"},
    )
    with serving(in_turn(reply)) as server, client_of(server) as client:
        with pytest.raises(RefusedError) as caught:
            client.post("/domain/x/changeContact", {"contactTech": "a"})
    error = caught.value
    assert error.message == "A contact change task is already running on this service"
    assert (error.status, error.query_id, error.error_class) == (409, "EU.ext-1.abc", "Client::Conflict")


@pytest.mark.parametrize(
    "code", ["NOT_GRANTED_CALL", "NOT_CREDENTIAL", "INVALID_KEY", "INVALID_CREDENTIAL", "FORBIDDEN"]
)
def test_a_refused_key_is_told_apart_and_comes_with_a_hint(code: str) -> None:
    reply = Reply(403, {"errorCode": code, "httpCode": "403 Forbidden", "message": "No"})
    with serving(in_turn(reply)) as server, client_of(server) as client:
        with pytest.raises(UnauthorizedError) as caught:
            client.get("/me")
    assert caught.value.hint


def test_a_wrong_token_is_a_refusal_and_not_a_bad_key() -> None:
    reply = Reply(403, {"class": "Client::Forbidden", "message": "Wrong token"})
    with serving(in_turn(reply)) as server, client_of(server) as client:
        with pytest.raises(RefusedError) as caught:
            client.post("/me/task/contactChange/1/accept", {"token": "x"})
    assert not isinstance(caught.value, UnauthorizedError)


def test_a_refusal_by_iam_names_the_missing_actions() -> None:
    details = {"unauthorizedActionsByIAM": "domain:apiovh:changeContact"}
    reply = Reply(403, {"class": "Client::Forbidden", "message": "User not granted", "details": details})
    with serving(in_turn(reply)) as server, client_of(server) as client:
        with pytest.raises(UnauthorizedError) as caught:
            client.get("/x")
    assert caught.value.hint == "not granted: domain:apiovh:changeContact"


def test_a_redirect_is_not_followed_because_keys_would_travel_along() -> None:
    with serving(in_turn(Reply(body="got there"))) as elsewhere:
        target = {"Location": f"{elsewhere.url}/me?token=secret-in-url"}
        with serving(in_turn(Reply(302, b"", target))) as server, client_of(server) as client:
            with pytest.raises(OutcomeUnknownError, match=r"redirect to 127\.0\.0\.1") as caught:
                client.get("/me")
        assert elsewhere.asked == []
    assert "secret-in-url" not in str(caught.value)


def test_a_proxy_of_the_environment_never_sees_a_call_to_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(in_turn(Reply(body="proxied"))) as proxy, serving(in_turn(Reply(body="direct"))) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with client_of(server) as client:
            assert client.get("/me").body == "direct"
        assert proxy.asked == []


def test_netrc_adds_no_login_to_our_calls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password netrc-canary\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(in_turn(Reply())) as server, client_of(server) as client:
        client.get("/me")
        assert "Authorization" not in server.calls()[0].headers


def test_an_endless_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.providers.ovh.session.LARGEST_ANSWER", 10_000)
    with serving(in_turn(Reply(200, b"[" + b"1," * 50_000 + b"1]"))) as server, client_of(server) as client:
        with pytest.raises(OutcomeUnknownError, match="too large"):
            client.get("/me")


def test_an_answer_that_breaks_off_half_way_is_no_answer() -> None:
    half = Reply(200, b'{"half":', {"Content-Length": "5000", "Connection": "close"})
    with serving(in_turn(half)) as server, client_of(server) as client:
        with pytest.raises(OutcomeUnknownError, match="broke off"):
            client.post("/x")
        assert len(server.calls()) == 1


def test_a_thousand_nested_brackets_are_an_unexpected_answer_and_no_crash() -> None:
    with serving(in_turn(Reply(200, b"[" * 200_000))) as server, client_of(server) as client:
        with pytest.raises(ApiError, match="not JSON"):
            client.get("/me")


def test_a_read_is_tried_again_after_a_reset_and_a_502() -> None:
    replies = in_turn(Reply(reset=True), Reply(502, b"<html>", HTML), Reply(body=[1]))
    with serving(replies) as server, client_of(server) as client:
        assert client.get("/services").body == [1]
        assert len(server.calls()) == 3


def test_a_read_gives_up_after_a_bounded_number_of_attempts() -> None:
    with serving(in_turn(Reply(reset=True))) as server, client_of(server) as client:
        with pytest.raises(OutcomeUnknownError, match="broke off"):
            client.get("/services")
        assert len(server.calls()) == 3


@pytest.mark.parametrize(
    "reply", [Reply(reset=True), Reply(500, {"message": "Oops"}), Reply(504, b"<html>", HTML), Reply(408, {})]
)
def test_a_post_whose_outcome_is_unknown_is_sent_once(reply: Reply) -> None:
    with serving(in_turn(reply)) as server, client_of(server) as client:
        with pytest.raises(OutcomeUnknownError):
            client.post("/domain/x/changeContact", {"contactTech": "a"})
        assert len(server.calls("POST")) == 1


def test_a_post_answered_too_late_is_sent_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.providers.ovh.lines.TIMEOUT", (5.0, 0.2))
    with serving(in_turn(Reply(delay=1.0))) as server, client_of(server) as client:
        with pytest.raises(OutcomeUnknownError, match="no answer within"):
            client.post("/domain/x/changeContact", {"contactTech": "a"})
        assert len(server.calls("POST")) == 1


def test_a_server_that_drips_its_answer_does_not_hold_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.providers.ovh.session.ANSWER_SECONDS", 0.2)
    with (
        serving(in_turn(Reply(200, b"[" + b" " * 50 + b"]", drip=0.05))) as server,
        client_of(server) as client,
    ):
        with pytest.raises(OutcomeUnknownError, match="no answer within"):
            client.post("/x")


def test_a_refused_connection_means_that_nothing_was_sent() -> None:
    with serving(in_turn(Reply())) as server:
        gone = server.url
    with client_of(gone) as client, pytest.raises(UnreachableError, match="nothing listens there"):
        client.post("/domain/x/changeContact", {"contactTech": "a"})


def test_a_server_without_tls_means_that_nothing_was_sent() -> None:
    with serving(in_turn(Reply())) as server:
        with client_of(server.url.replace("http://", "https://")) as client, pytest.raises(UnreachableError):
            client.post("/domain/x/changeContact", {"contactTech": "a"})
        assert server.calls("POST") == []


def test_a_failure_to_tell_the_time_means_that_the_post_was_not_sent() -> None:
    with serving(lambda _: Reply(500, {"message": "Oops"})) as server, client_of(server) as client:
        with pytest.raises(UnreachableError):
            client.post("/domain/x/changeContact", {"contactTech": "a"})
        assert server.calls("POST") == []


def test_a_missing_clock_is_no_missing_service() -> None:
    with serving(lambda _: None if _.path != "/auth/time" else Reply(404, {"message": "nope"})) as server:
        with client_of(server) as client, pytest.raises(UnreachableError):
            client.get("/domain/x/serviceInfos")


def _strict_about_time(skew: list[int]) -> object:
    def script(asked: Asked) -> Reply:
        now = int(time.time()) + skew[0]
        if asked.path == "/auth/time":
            return Reply(body=now)
        if abs(int(asked.headers["X-Ovh-Timestamp"]) - now) > 30:
            return Reply(400, {"errorCode": "QUERY_TIME_OUT", "message": "Query out of time"})
        return Reply(body="in time")

    return script


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_clock_that_moved_meanwhile_is_asked_for_again_and_the_call_signed_anew(method: str) -> None:
    skew = [-5000]
    with serving(_strict_about_time(skew)) as server, client_of(server) as client:  # type: ignore[arg-type]
        assert client.get("/me").body == "in time"
        skew[0] = 900
        answer = client.get("/me") if method == "GET" else client.post("/x")
        assert answer.body == "in time"
        assert sum(asked.path == "/auth/time" for asked in server.asked) == 2
        assert abs((client.clock.now().timestamp() - time.time()) - 900) < 5


def test_a_wrong_secret_is_refused_after_one_more_look_at_the_clock() -> None:
    reply = Reply(400, {"errorCode": "INVALID_SIGNATURE", "message": "Invalid signature"})
    with serving(in_turn(reply)) as server, client_of(server) as client:
        with pytest.raises(UnauthorizedError, match="Invalid signature"):
            client.get("/me")
        assert len(server.calls()) == 2


def test_the_time_is_asked_for_once_for_all_threads() -> None:
    with serving(in_turn(Reply(body=1))) as server, client_of(server) as client:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: client.get("/me"), range(40)))
        assert sum(asked.path == "/auth/time" for asked in server.asked) == 1


def test_connections_are_kept_alive_and_never_more_than_allowed() -> None:
    with serving(in_turn(Reply(body=1, delay=0.002))) as server, client_of(server, connections=4) as client:
        with ThreadPoolExecutor(12) as pool:
            list(pool.map(lambda _: client.get("/me"), range(80)))
        assert len({asked.connection for asked in server.asked}) <= 4


def test_every_thread_gets_the_answer_to_its_own_question() -> None:
    with serving(lambda asked: None if asked.path == "/auth/time" else Reply(body=asked.path)) as server:
        with client_of(server, connections=6) as client, ThreadPoolExecutor(6) as pool:
            bodies = list(pool.map(lambda number: client.get(f"/n/{number}").body, range(60)))
    assert bodies == [f"/n/{number}" for number in range(60)]
