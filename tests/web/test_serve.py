"""`reconciler serve` and `demo --web` as commands: what they say, what they refuse, how they end."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.cli.conftest import AGENCY, Open, Place
from tests.running import tokens
from tests.web.browser import serving
from tests.web.doorway import BEARER, TOKEN, seconds


@pytest.fixture
def here(place: Open) -> Place:
    """Return a place where one contact is to move."""
    return place()


def test_it_prints_one_line_with_its_address_once_it_can_be_opened(here: Place) -> None:
    with serving(here.desk) as served:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", served.url)
        assert served.get().status_code == 200
        done = served.stop()
    assert done.out == f"{served.url}\n"
    assert done.err == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_soon_also_with_connections_and_half_sent_calls(
    here: Place, number: signal.Signals
) -> None:
    with serving(here.desk) as served:
        assert served.get("/requests").status_code == 200
        with socket.create_connection(("127.0.0.1", served.port)) as half:
            half.sendall(b"POST / HTTP/1.1\r\nHost: ")
            start = time.monotonic()
            done = served.stop(number)
        assert seconds(start) < 2
        assert (done.code, done.err) == (0, "")


def test_a_port_that_is_taken_is_told_with_a_way_out(here: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = here.run("serve", "--port", port)
    assert done.code == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in done.err
    assert "--port 0" in done.err
    assert done.out == ""


def test_an_address_of_another_machine_is_told(here: Place) -> None:
    here.desk.environ["RECONCILER_SERVE_TOKEN"] = TOKEN
    done = here.run("serve", "--host", "192.0.2.1", "--port", "0")
    assert done.code == 1
    assert "192.0.2.1" in done.err
    assert "--host" in done.err


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "0", "192.0.2.1", "", "no.such.host.invalid"])
def test_beyond_loopback_it_demands_a_login_and_says_so(here: Place, host: str) -> None:
    done = here.run("serve", "--host", host, "--port", "0")
    assert done.code == 64
    assert "needs a login" in done.err
    assert "--token-file" in done.err
    assert "--trust-header" in done.err


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2", "::1"])
def test_on_loopback_it_demands_none(here: Place, host: str) -> None:
    with serving(here.desk, "--host", host) as served:
        assert served.get().status_code == 200


def test_a_token_file_opens_it_to_others_who_have_the_token(here: Place) -> None:
    file = here.desk.folder / "token"
    file.write_text(TOKEN + "\n")
    file.chmod(0o600)
    with serving(here.desk, "--host", "0.0.0.0", "--token-file", str(file), "-v") as served:
        url = f"http://127.0.0.1:{served.port}/"
        assert requests.get(url, timeout=10).status_code == 401
        assert requests.get(url, headers=BEARER, timeout=10).status_code == 200
        done = served.stop()
    assert "GET / 401" in done.err
    assert TOKEN not in done.out + done.err


def test_a_token_in_the_environment_is_asked_for_on_loopback_too(here: Place) -> None:
    here.desk.environ["RECONCILER_SERVE_TOKEN"] = TOKEN
    with serving(here.desk) as served:
        assert served.get().status_code == 401
        assert served.get(headers=BEARER).status_code == 200


@pytest.mark.parametrize("token", ["", "short", "x" * 31, "x" * 20 + " " + "x" * 20, "é" * 40])
def test_a_token_that_could_be_guessed_or_mistyped_is_refused(here: Place, token: str) -> None:
    here.desk.environ["RECONCILER_SERVE_TOKEN"] = token
    done = here.run("serve", "--port", "0")
    assert done.code == 64
    assert "at least 32" in done.err
    assert "RECONCILER_SERVE_TOKEN" in done.err
    assert not token or token not in done.err


def test_a_token_file_that_others_can_read_or_that_is_not_there_is_refused(
    here: Place, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text(TOKEN)
    for mode in (0o644, 0o640):
        file.chmod(mode)
        done = here.run("serve", "--token-file", str(file))
        assert done.code == 64
        assert f"chmod 600 {file}" in done.err
    done = here.run("serve", "--token-file", str(tmp_path / "none"))
    assert done.code == 64
    assert "No such file" in done.err


def test_a_proxys_header_needs_the_proxys_address(here: Place) -> None:
    for host in ("127.0.0.1", "0.0.0.0"):
        done = here.run("serve", "--host", host, "--trust-header", "X-Forwarded-User")
        assert done.code == 64
        assert "--trust-proxy" in done.err


def test_a_trusted_proxy_opens_it_for_its_users(here: Place) -> None:
    options = ("--host", "0.0.0.0", "--trust-header", "X-Forwarded-User", "--trust-proxy")
    for proxy, code in (("127.0.0.0/8", 200), ("10.0.0.5", 401)):
        with serving(here.desk, *options, proxy) as served:
            url = f"http://127.0.0.1:{served.port}/"
            answer = requests.get(url, headers={"X-Forwarded-User": "jane"}, timeout=10)
            assert answer.status_code == code
            assert requests.get(url, timeout=10).status_code == 401


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--trust-proxy", "proxy.example"),
        ("--trust-proxy", "10.0.0.5/8"),
        ("--trust-header", "X Forwarded"),
        ("--host-name", "http://contacts.example"),
        ("--host-name", "a b"),
        ("--host-name", ""),
    ],
)
def test_options_that_mean_nothing_are_refused(here: Place, option: str, value: str) -> None:
    done = here.run("serve", "--trust-proxy", "127.0.0.1", option, value)
    assert done.code == 64
    assert option in done.err


def test_a_host_name_may_be_given_to_a_page_behind_a_proxy(here: Place) -> None:
    with serving(here.desk, "--host-name", "contacts.example.com") as served:
        assert served.get(headers={"Host": "contacts.example.com"}).status_code == 200
        assert served.get(headers={"Host": "evil.example"}).status_code == 400


def test_tokens_in_an_address_are_neither_used_nor_told(here: Place) -> None:
    number = here.asked()
    token = "AbCdEfGhIjKlMnOpQrStUvWxYz012345"
    with serving(here.desk, "-vv") as served:
        for path in (f"/requests/{number}?token={token}", f"/manager/?token={token}", f"/?x=1&token={token}"):
            answer = served.get(path, allow_redirects=True)
            assert token not in answer.text
            assert token not in answer.url
        done = served.stop()
    assert f"GET /requests/{number}" in done.err
    assert token not in done.out + done.err
    assert token.encode() not in here.desk.journal.read_bytes()


@pytest.mark.parametrize("room", ["static", "files", "services"])
def test_no_path_leads_out_of_the_page(here: Place, room: str) -> None:
    (here.desk.folder / "secret.yaml").write_text("root: of all evil")
    above = ["..", "%2e%2e", "..%2f..", "..%5c..", "%252e%252e", ".%00."]
    paths = [f"/{room}/{up}/{up}/{up}/{up}/{up}/{up}/etc/passwd" for up in above]
    paths += [
        f"/{room}//etc/passwd",
        f"/{room}/%2fetc%2fpasswd",
        f"/{room}/secret.yaml",
        f"/{room}/file:///etc/passwd",
    ]
    paths += [f"/{room}/{here.desk.folder}/secret.yaml", f"/{room}/home/config/reconciler/credentials.toml"]
    with serving(here.desk) as served:
        for path in paths:
            request = requests.Request("GET", served.url).prepare()
            request.url = served.origin + path
            answer = served.calls.send(request, allow_redirects=False, timeout=10)
            assert answer.status_code in {400, 404}, path
            assert "root:" not in answer.text
            assert "application_key" not in answer.text


def test_a_gigabyte_leaves_the_server_small_and_serving(here: Place) -> None:
    def peak() -> int:
        status = Path(f"/proc/{served.process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found
        return int(found[1]) * 1_000

    with serving(here.desk) as served:
        before = peak()
        for headers in ({"Content-Length": str(10**9)}, {"Transfer-Encoding": "chunked"}):
            part = b"x" * 100_000
            sent = 0
            with socket.create_connection(("127.0.0.1", served.port), timeout=30) as wire:
                lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
                wire.sendall(f"POST /look HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n{lines}\r\n".encode())
                framed = part if "Content-Length" in headers else b"%x\r\n%s\r\n" % (len(part), part)
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    while sent < 10**9:
                        wire.sendall(framed)
                        sent += len(part)
            assert sent < 10**9
            assert served.get("/requests").status_code == 200
        assert peak() - before < 20_000_000


def test_it_is_heard_of_only_with_v(here: Place) -> None:
    with serving(here.desk) as served:
        served.get("/no/such/page")
        assert served.stop().err == ""


def test_an_answer_that_is_on_its_way_when_it_is_told_to_stop_is_finished_and_journalled(here: Place) -> None:
    number = here.asked()
    token = tokens(here.town, AGENCY)[number]
    form = {"party": AGENCY, "token": token, "answer": "accept"}
    with serving(here.desk) as served, ThreadPoolExecutor(1) as pool:
        here.faults({"path": "/me/task/contactChange/*/accept", "delay_ms": 2_500, "times": 1})
        pool.submit(requests.post, f"{served.url}requests/{number}", data=form, timeout=30)
        here.await_hit()
        done = served.stop()
    assert (done.code, done.err) == (
        0,
        "stopping: the answer that is being sent will be finished and journalled\n",
    )
    (task,) = here.town.edit("GET", "tasks")
    assert task["parties"][AGENCY] == "accepted"
    with here.desk.open_journal() as journal:
        assert [row.task for row in journal.confirmations()] == [number]
