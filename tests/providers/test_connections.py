"""Whose a key is, `/me` tells; one bad key hides no other; and no key is ever shown."""

# ruff: noqa: SIM117 - the outer block sets the scene, the inner one makes the claim

from __future__ import annotations

import logging
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from reconciler.errors import ApiError, CredentialsError, UnreachableError
from reconciler.model import AccountId, Role, ServiceId
from reconciler.providers.ovh.connections import Connections, connect
from reconciler.providers.ovh.keys import Keyring, Keys, OAuth
from reconciler.providers.ovh.package import client as package
from tests.providers.endpoints import (
    AGENCY,
    FINANCE,
    PLATFORM,
    SHOP,
    connected,
    counts,
    put_faults,
    sandbox_keys,
    service,
    world,
)
from tests.providers.loopback import QUICK, Asked, Reply, Server, in_turn, serving


def test_every_key_becomes_a_reader_and_a_writer_of_its_account() -> None:
    with connected(world(), PLATFORM, AGENCY) as (_, connections):
        assert list(connections.readers) == list(connections.writers) == sorted([PLATFORM, AGENCY])
        assert [reader.account for reader in connections.readers.values()] == sorted([PLATFORM, AGENCY])
        assert connections.failures == {}


def test_trying_a_key_costs_one_call() -> None:
    with connected(world(), PLATFORM, AGENCY) as (url, _):
        assert counts(url) == {"GET /me": 2}


def test_one_bad_key_is_a_failure_of_its_account_and_hides_no_other() -> None:
    keyring = Keyring({**sandbox_keys(PLATFORM).accounts, FINANCE: Keys("ak-x", "as-x", "ck-x")})
    with connected(world()) as (url, _), connect(url, keyring, patience=QUICK) as connections:
        assert list(connections.readers) == [PLATFORM]
        assert list(connections.failures) == [FINANCE]
        assert "403" in connections.failures[FINANCE]


def test_keys_of_another_account_than_their_table_says_are_a_failure() -> None:
    keyring = Keyring({FINANCE: sandbox_keys(AGENCY).accounts[AGENCY]})
    with connected(world()) as (url, _), connect(url, keyring, patience=QUICK) as connections:
        assert not connections.readers
        assert not connections.writers
        assert connections.failures == {FINANCE: f"the keys of [accounts.{FINANCE}] belong to {AGENCY}"}


def test_a_server_that_is_down_is_a_failure_of_every_account() -> None:
    with serving(in_turn(Reply())) as server:
        gone = server.url
    with connect(gone, sandbox_keys(PLATFORM, AGENCY), patience=QUICK) as connections:
        assert sorted(connections.failures) == sorted([PLATFORM, AGENCY])
        assert all("nothing listens there" in why for why in connections.failures.values())


@pytest.mark.parametrize("body", [None, [], {}, {"nichandle": ""}, {"nichandle": 3}])
def test_an_answer_of_me_that_names_nobody_is_a_failure(body: Any) -> None:
    with serving(in_turn(Reply(body=body))) as server:
        with connect(server.url, sandbox_keys(PLATFORM), patience=QUICK) as connections:
            assert "unexpected answer to GET /me" in connections.failures[PLATFORM]


def test_the_default_keys_belong_to_whom_me_says() -> None:
    keyring = Keyring(default=sandbox_keys(AGENCY).accounts[AGENCY], default_source="a test")
    with connected(world()) as (url, _), connect(url, keyring, patience=QUICK) as connections:
        assert list(connections.readers) == [AGENCY]


def test_default_keys_of_an_account_with_a_table_are_not_needed() -> None:
    keys = sandbox_keys(AGENCY).accounts
    with (
        connected(world()) as (url, _),
        connect(url, Keyring(keys, keys[AGENCY], "x"), patience=QUICK) as found,
    ):
        assert list(found.readers) == [AGENCY]
        assert found.failures == {}


def test_refused_default_keys_are_a_failure_that_says_where_they_stand() -> None:
    keyring = Keyring(default=Keys("ak-x", "as-x", "ck-x"), default_source="the OVH_* environment variables")
    with connected(world()) as (url, _), connect(url, keyring, patience=QUICK) as connections:
        (label,) = connections.failures
        assert "the OVH_* environment variables" in label


def test_keys_are_sent_to_no_other_endpoint() -> None:
    with pytest.raises(CredentialsError, match="never sent"):
        connect("https://eu.api.ovh.example/1.0", sandbox_keys(PLATFORM))


def test_requests_are_sent_once_even_when_the_answer_is_lost() -> None:
    with connected(world(service(SHOP)), PLATFORM) as (url, connections):
        put_faults(url, {"method": "POST", "path": "*changeContact", "reset": "after"})
        with pytest.raises(ApiError):
            connections.writers[PLATFORM].ask(SHOP, {Role.TECHNICAL: AGENCY})
        assert counts(url)["POST /domain/{serviceName}/changeContact"] == 1
        assert len(connections.readers[PLATFORM].task_ids()) == 1


OAUTH = OAuth("client-id-canary", "client-secret-canary")


@contextmanager
def oauth(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connections]:
    """Connect as a service account, the names of OVHcloud's endpoint pointed at the test's server."""
    monkeypatch.setitem(package.ENDPOINTS, "ovh-eu", server.url)
    monkeypatch.setitem(package.OAUTH2_TOKEN_URLS, "ovh-eu", f"{server.url}/token")
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    with connect("ovh-eu", Keyring({PLATFORM: OAUTH}), patience=QUICK) as connections:
        yield connections


def token_server(asked: Asked) -> Reply | None:
    if asked.path == "/token":
        return Reply(body={"access_token": "token-canary", "token_type": "Bearer", "expires_in": 3600})
    if asked.headers.get("Authorization") != "Bearer token-canary":
        return Reply(401, {"class": "Client::Unauthorized", "message": "Who are you?"})
    return Reply(body={"nichandle": PLATFORM} if asked.path == "/me" else [1])


def test_a_service_account_fetches_a_token_and_calls_with_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(token_server) as server, oauth(server, monkeypatch) as connections:
        assert connections.failures == {}
        assert connections.readers[PLATFORM].task_ids() == (1,)
        assert connections.writers[PLATFORM].ask(SHOP, {Role.ADMIN: AGENCY}) == (1,)
        assert len([asked for asked in server.asked if asked.path == "/token"]) == 1
    assert "canary" not in caplog.text


def test_a_service_accounts_token_follows_no_redirect(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(in_turn(Reply(body={"nichandle": PLATFORM}))) as elsewhere:

        def script(asked: Asked) -> Reply | None:
            if asked.path == "/token":
                return token_server(asked)
            return Reply(302, b"", {"Location": f"{elsewhere.url}/me"})

        with serving(script) as server, oauth(server, monkeypatch) as connections:
            assert "redirect" in connections.failures[PLATFORM]
        assert elsewhere.asked == []


@pytest.mark.parametrize(
    "reply",
    [
        Reply(401, {"error": "invalid_client", "error_description": "client-secret-canary is wrong"}),
        Reply(200, {"token": "token-canary"}),
        Reply(500, b"client-secret-canary"),
        Reply(reset=True),
    ],
)
def test_a_refused_service_account_is_a_failure_without_its_secret(
    monkeypatch: pytest.MonkeyPatch, reply: Reply
) -> None:
    with serving(in_turn(reply)) as server, oauth(server, monkeypatch) as connections:
        assert "canary" not in connections.failures[PLATFORM]
        assert "token" in connections.failures[PLATFORM]


CANARY = Keys("ak-canary-ak", "as-canary-as", "ck-canary-ck")
TOKEN = "token-canary"
TALKATIVE = f"bad keys {CANARY.application_key} {CANARY.application_secret} {CANARY.consumer_key} {TOKEN}"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(403, {"errorCode": "INVALID_KEY", "message": TALKATIVE}),
        Reply(500, {"message": TALKATIVE}),
        Reply(429, {"message": TALKATIVE}, {"Retry-After": "0"}),
        Reply(400, TALKATIVE.encode()),
        Reply(200, TALKATIVE.encode()),
        Reply(302, b"", {"Location": f"http://x.example/?{CANARY.consumer_key}"}),
        Reply(reset=True),
    ],
)
def test_no_error_trace_or_log_holds_a_key_or_a_token(reply: Reply, caplog: pytest.LogCaptureFixture) -> None:
    def script(asked: Asked) -> Reply | None:
        if asked.path == "/me" and len(server.calls()) == 1:
            return Reply(body={"nichandle": PLATFORM})
        if asked.path == "/auth/time":
            return None
        if asked.method == "GET" and isinstance(
            reply.body, dict
        ):  # only a call with a token can give it back
            return replace(reply, body={**reply.body, "message": TALKATIVE.replace(TOKEN, "")})
        return reply

    with caplog.at_level(logging.DEBUG), serving(script) as server:
        with connect(server.url, Keyring({PLATFORM: CANARY}), patience=QUICK) as connections:
            shown = [repr(connections)]
            for call in (
                connections.readers[PLATFORM].task_ids,
                lambda: connections.writers[PLATFORM].accept(1, TOKEN),
                lambda: connections.readers[PLATFORM].service(ServiceId("domain/x")),
            ):
                with pytest.raises(ApiError) as caught:
                    call()
                error = caught.value
                shown += [str(error), repr(error), str(error.hint), *traceback.format_exception(error)]
    assert "canary" not in "".join(shown)
    assert "canary" not in caplog.text


def test_a_key_that_no_header_can_hold_is_not_quoted() -> None:
    keys = Keys("ak", "as-canary", "ck-canary\r\nX-Evil: 1")
    with serving(in_turn(Reply())) as server:
        with connect(server.url, Keyring({AccountId("x"): keys}), patience=QUICK) as connections:
            assert "canary" not in connections.failures[AccountId("x")]
        assert server.calls() == []


def test_naming_the_keys_and_the_readers_words_imports_neither_ovh_nor_requests() -> None:
    program = (
        "import sys, reconciler.providers.ovh.credentials, reconciler.providers.ovh.refusals;"
        "print(sorted({'ovh', 'requests', 'pydantic', 'stamina'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_lost_connection_is_told_with_the_host_it_was_for() -> None:
    with serving(in_turn(Reply(body={"nichandle": PLATFORM}))) as server:
        connections = connect(server.url, sandbox_keys(PLATFORM), patience=QUICK)
    with connections, pytest.raises(UnreachableError, match=r"at 127\.0\.0\.1:\d+"):
        connections.writers[PLATFORM].resend(1)
