"""Clients that send too much, too slowly or nothing: they are let go, and others are served meanwhile."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest
import requests

from reconciler.web.connections import ImpatientConnection
from reconciler.web.guard.bodies import SmallBodies
from tests.web.doorway import Doorway, doorway, echo, read_all, seconds


class Hurried(ImpatientConnection):
    """As impatient as a test has time for."""

    header_seconds = 0.6
    reader_seconds = 0.6
    most = 10


@pytest.fixture
def hurried() -> Iterator[Doorway]:
    """Return a doorway that gives up after 0.6 seconds."""
    with doorway(app=SmallBodies(echo, seconds=0.6), connection=Hurried) as here:
        yield here


def trickle(wire: socket.socket, text: str, pause: float = 0.05) -> float:
    """Send a byte at a time until the other end has had enough; return how many seconds it took."""
    start = time.monotonic()
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for byte in text.encode():
            wire.sendall(bytes([byte]))
            time.sleep(pause)
            wire.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                wire.recv(1, socket.MSG_PEEK)  # an answer, or the end
                break
            wire.setblocking(True)
    wire.setblocking(True)
    return seconds(start)


HEADERS = "POST / HTTP/1.1\r\nHost: x\r\n" + "".join(f"X-{number}: y\r\n" for number in range(50))


def test_headers_that_come_byte_by_byte_are_not_waited_for(hurried: Doorway) -> None:
    with hurried.wire() as wire:
        assert 0.4 < trickle(wire, HEADERS) < 2
        assert read_all(wire) == ""


def test_headers_of_a_second_call_are_not_waited_for_either(hurried: Doorway) -> None:
    with hurried.wire() as wire:
        wire.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while not answer.endswith(b"}"):
            answer += wire.recv(65_536)
        assert 0.4 < trickle(wire, HEADERS) < 2


def test_a_connection_that_says_nothing_is_closed(hurried: Doorway) -> None:
    start = time.monotonic()
    with hurried.wire() as wire:
        assert read_all(wire) == ""
    assert 0.4 < seconds(start) < 2


def test_a_body_that_comes_byte_by_byte_is_answered_with_408(hurried: Doorway) -> None:
    with hurried.wire() as wire:
        wire.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        assert 0.4 < trickle(wire, "x" * 1_000) < 2
        assert read_all(wire).startswith("HTTP/1.1 408")


def test_an_answer_that_nobody_reads_is_not_held_for_ever(hurried: Doorway) -> None:
    with hurried.wire() as wire:
        wire.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(1.5)
        with contextlib.suppress(ConnectionResetError):
            assert len(read_all(wire)) < 20_000_000


@pytest.mark.parametrize(
    "little", [b"", b"GET / HTTP/1.1\r\nHo", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx"]
)
def test_others_are_served_while_many_send_nothing_or_little(hurried: Doorway, little: bytes) -> None:
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(hurried.wire()) for _ in range(3 * Hurried.most)]
        for wire in silent:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                wire.sendall(little)
        start = time.monotonic()
        assert hurried.get().status_code == 200
        assert seconds(start) < 0.5


def test_of_too_many_connections_the_one_that_waits_longest_goes(hurried: Doorway) -> None:
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(hurried.wire())
        time.sleep(0.1)
        others = [stack.enter_context(hurried.wire()) for _ in range(Hurried.most)]
        first.settimeout(0.2)
        with contextlib.suppress(ConnectionResetError):
            assert first.recv(1) == b""
        others[-1].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert others[-1].recv(65_536).startswith(b"HTTP/1.1 200")


def gigabyte(read: list[int]) -> Iterator[bytes]:
    part = b"x" * 65_536
    for number in range(16_384):
        read[0] = number * len(part)
        yield part


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks"])
def test_a_gigabyte_is_refused_after_little_of_it(announced: bool) -> None:
    sent = [0]
    with doorway() as here, contextlib.closing(requests.Session()) as calls:
        body = gigabyte(sent)
        request = calls.prepare_request(requests.Request("POST", here.url, data=body))
        if announced:
            del request.headers["Transfer-Encoding"]
            request.headers["Content-Length"] = str(16_384 * 65_536)
        start = time.monotonic()
        answer = calls.send(request, timeout=30)
        assert answer.status_code == 413
        assert seconds(start) < 5
        assert sent[0] < 100_000_000
        assert here.get().status_code == 200


def test_a_client_that_reads_at_the_end_only_gets_its_answer() -> None:
    with doorway() as here, here.wire() as wire:
        wire.sendall(f"POST / HTTP/1.1\r\nHost: {here.host}\r\nContent-Length: 4000000\r\n\r\n".encode())
        for _ in range(40):
            wire.sendall(b"x" * 100_000)
        answer = read_all(wire)
        assert answer.startswith("HTTP/1.1 413")


def test_pipelined_calls_are_answered_in_their_order(hurried: Doorway) -> None:
    with hurried.wire() as wire:
        calls = [f"GET /{number} HTTP/1.1\r\nHost: x\r\n" for number in range(3)]
        wire.sendall(("\r\n".join(calls) + "Connection: close\r\n\r\n").encode())
        answers = read_all(wire)
    assert [f'"/{number}"' in answers for number in range(3)] == [True] * 3


def test_a_server_that_is_told_to_stop_waits_for_nobody_who_sends_nothing() -> None:
    with doorway() as here, here.wire() as silent, here.wire() as slow:
        silent.sendall(b"GET / HT")
        slow.sendall(f"POST / HTTP/1.1\r\nHost: {here.host}\r\nContent-Length: 9\r\n\r\nx".encode())
        time.sleep(0.1)
        start = time.monotonic()
        here.stop()
        assert seconds(start) < 2
