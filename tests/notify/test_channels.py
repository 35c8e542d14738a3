"""Deliveries to a real server: what arrives, what counts as a failure, and that no address is ever told."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping

import pytest

from reconciler.config.model import Notify
from reconciler.notify import Failure, Parcel, channel_of, channels, deliver
from tests.forks import ROOT
from tests.providers.loopback import Asked, Reply, Server, serving

SECRET = "canary-of-the-chat"  # planted, to be searched for
CHAT = Notify("webhook", None, "CHAT_URL")
SERVICES = Notify("apprise", None, "CHAT_URL")

IMGHDR = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
"""What apprise imports on Python 3.11 and 3.12."""

Sent = tuple[tuple[Failure, ...], list[Parcel]]


def send(entry: Notify, address: str | None, *, seconds: float = 12.0) -> Sent:
    """Deliver one parcel; return the failures and what was taken."""
    taken: list[Parcel] = []
    parcel = Parcel(channel_of(entry), "Title", "Title\n- a line", '{"version": 1}', ("key",))
    environ: Mapping[str, str] = {} if address is None else {"CHAT_URL": address}
    return deliver([parcel], environ, delivered=taken.append, seconds=seconds), taken


def reason(entry: Notify, address: str | None, *, seconds: float = 12.0) -> str:
    """Return why a parcel was not taken."""
    ((failure,), taken) = send(entry, address, seconds=seconds)
    assert not taken
    assert SECRET not in failure.reason
    assert SECRET not in repr(failure)
    return failure.reason


def always(reply: Reply) -> Callable[[Asked], Reply]:
    """Return a script that gives one reply for ever."""
    return lambda _asked: reply


def at(server: Server) -> str:
    """Return an address on the server that holds a secret."""
    return f"{server.url}/{SECRET}"


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_webhook_gets_json_and_any_2xx_means_that_it_was_taken(status: int) -> None:
    with serving(always(Reply(status, b""))) as server:
        failures, (parcel,) = send(CHAT, at(server))
    assert not failures
    assert parcel.keys == ("key",)
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", f"/{SECRET}")
    assert asked.headers["Content-Type"] == "application/json"
    assert json.loads(asked.body) == {"version": 1}


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_any_other_answer_is_a_failure_and_its_words_are_not_repeated(status: int) -> None:
    with serving(always(Reply(status, SECRET.encode()))) as server:
        assert reason(CHAT, at(server)) == f"it answered {status}"


def test_a_redirect_is_not_followed() -> None:
    with (
        serving(always(Reply(200))) as elsewhere,
        serving(always(Reply(307, b"", {"Location": elsewhere.url}))) as server,
    ):
        assert reason(CHAT, at(server)) == "it answered 307, a redirect, which is not followed"
    assert not elsewhere.asked


def test_a_server_that_hangs_up_or_is_not_there_is_a_failure() -> None:
    with serving(always(Reply(reset=True))) as server:
        assert reason(CHAT, at(server)) == "it cannot be reached, or it hung up"
    assert reason(CHAT, at(server)) == "it cannot be reached, or it hung up"


@pytest.mark.parametrize("reply", [Reply(delay=2), Reply(body=b"x" * 20, drip=0.1)])
def test_a_slow_server_is_waited_for_no_longer_than_said(reply: Reply) -> None:
    with serving(always(reply)) as server:
        started = time.monotonic()
        failures, taken = send(CHAT, at(server), seconds=0.5)
    assert time.monotonic() - started < 1.5
    assert len(failures) + len(taken) == 1
    if reply.delay:
        assert failures[0].reason == "no answer within 0.5 seconds"


@pytest.mark.parametrize(
    "address",
    [
        f"http://chat.example/{SECRET}",
        f"ftp://127.0.0.1/{SECRET}",
        f"file:///{SECRET}",
        SECRET,
        "https://",
        f"https://[{SECRET}",
        f"http://127.0.0.1.{SECRET}.example/",
    ],
)
def test_only_https_or_this_machine_is_called(address: str) -> None:
    assert reason(CHAT, address) == "its address is neither https://... nor http:// to this machine"


def test_an_address_that_cannot_be_called_is_a_failure() -> None:
    assert "address" in reason(CHAT, f"http://127.0.0.1:99999/{SECRET}")


@pytest.mark.parametrize("entry", [CHAT, SERVICES])
@pytest.mark.parametrize("address", [None, "", "  "])
def test_a_variable_that_is_not_set_is_named(entry: Notify, address: str | None) -> None:
    assert reason(entry, address) == "the variable CHAT_URL is not set"


@IMGHDR
def test_apprise_delivers_title_and_text() -> None:
    with serving(always(Reply(200))) as server:
        failures, taken = send(SERVICES, f"json://{server.url.removeprefix('http://')}/{SECRET}")
    assert not failures
    assert len(taken) == 1
    (asked,) = server.asked
    body = json.loads(asked.body)
    assert (body["title"], body["message"]) == ("Title", "- a line")


@IMGHDR
def test_what_apprise_cannot_deliver_or_read_is_a_failure() -> None:
    with serving(always(Reply(500))) as server:
        address = f"json://{server.url.removeprefix('http://')}/{SECRET}"
        assert reason(SERVICES, address) == "apprise could not deliver it"
        assert "all of them are told again" in reason(SERVICES, f"{address} {address}2")
    assert reason(SERVICES, f"nonsense-{SECRET}") == "apprise cannot read its address"


def test_one_channel_that_hangs_holds_up_no_other() -> None:
    taken: list[Parcel] = []
    with serving(always(Reply(delay=2))) as slow, serving(always(Reply(200))) as quick:
        environ = {"SLOW": slow.url, "QUICK": quick.url}
        parcels = [
            Parcel(channel_of(Notify("webhook", None, name)), "T", "T", "{}", (name,)) for name in environ
        ]
        failures = deliver(parcels, environ, delivered=taken.append, seconds=1.0)
    assert [failure.parcel.keys for failure in failures] == [("SLOW",)]
    assert [parcel.keys for parcel in taken] == [("QUICK",)]


@IMGHDR
def test_no_library_logs_an_address_however_talkative_it_is(caplog: pytest.LogCaptureFixture) -> None:
    for thread in threading.enumerate():  # what other tests gave up
        if thread.name == "notice":
            thread.join()
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3.connectionpool", "apprise"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        with serving(always(Reply(500))) as server:
            reason(CHAT, at(server))
            reason(SERVICES, f"json://{server.url.removeprefix('http://')}/{SECRET}")
        assert SECRET not in caplog.text
        logging.getLogger("urllib3.connectionpool").debug("others are heard again")
        assert "others are heard again" in caplog.text
    finally:
        for name in ("urllib3.connectionpool", "apprise"):
            logging.getLogger(name).setLevel(logging.NOTSET)


def test_a_channel_is_called_after_its_variable_or_host_and_has_an_identity_that_tells_nothing() -> None:
    plain = channel_of(Notify("webhook", f"https://chat.example/{SECRET}", None))
    assert plain.name == "the webhook at chat.example"
    assert channel_of(CHAT).name == "the webhook in CHAT_URL"
    assert SECRET not in repr(plain)
    assert len({plain.identity, channel_of(CHAT).identity, channel_of(SERVICES).identity}) == 3
    assert channel_of(CHAT).identity == channel_of(CHAT).identity


def test_no_proxy_stands_between_us_and_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with serving(always(Reply(204, b""))) as server:
        failures, taken = send(CHAT, at(server))
    assert (failures, len(taken)) == ((), 1)


GIVEN_UP = """
import sys
from reconciler.config.model import Notify
from reconciler.notify import Parcel, channel_of, deliver
parcel = Parcel(channel_of(Notify("webhook", None, "CHAT_URL")), "Title", "Title", "{}", ("key",))
(failure,) = deliver([parcel], {"CHAT_URL": sys.argv[1]}, delivered=print, seconds=0.2)
print(failure.reason)
"""


def test_what_is_given_up_does_not_keep_the_program_from_ending() -> None:
    with serving(always(Reply(delay=60))) as server:
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", GIVEN_UP, at(server)], cwd=ROOT, capture_output=True, text=True, check=True
        )
    assert done.stdout == "no answer within 0.2 seconds\n"
    assert time.monotonic() - began < channels.SECONDS, "the webhook's own time"
