"""The sandbox as a process of its own: the ready line, signals, https, another public address."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from ovh.exceptions import BadParametersError

from reconciler.errors import ReconcilerError
from reconciler.sandbox import World, serve
from tests.sandbox.foreground import self_signed, serving
from tests.sandbox.town import ADMIN, client


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_tells_where_it_listens_and_ends_cleanly_on_a_signal(
    tmp_path: Path, number: signal.Signals
) -> None:
    with serving(tmp_path) as server:
        customer = client(server.url, ADMIN)
        assert customer.get("/me")["email"] == "admin@example.com"
        server.process.send_signal(number)
        rest, complaints = server.process.communicate(timeout=10)
        assert (server.process.returncode, rest, complaints) == (0, "", "")
        customer._session.close()


def test_a_port_that_is_taken_is_a_clear_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ReconcilerError, match=f"cannot listen on 127.0.0.1 port {port}"):
            serve(World(), port=port)


def test_its_state_is_there_for_the_next_start(tmp_path: Path) -> None:
    for expected in ([], [1]):
        with serving(tmp_path, state=tmp_path / "state") as server:
            customer = client(server.url, ADMIN)
            assert len(customer.get("/me/task/contactChange")) == len(expected)
            if not expected:
                customer.post("/domain/shop.example/changeContact", contactTech=ADMIN)
            customer._session.close()


def test_it_speaks_https_with_a_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cert, key = self_signed(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(cert))
    with serving(tmp_path, tls_cert=cert, tls_key=key) as server:
        assert server.url.startswith("https://")
        customer = client(server.url, ADMIN)
        assert customer.get("/me")["nichandle"] == ADMIN
        customer._session.close()


def test_a_client_may_sign_the_public_address_or_the_one_served(tmp_path: Path) -> None:
    with serving(tmp_path, public_url="https://api.sandbox.example/1.0") as server:
        for signed in ("https://api.sandbox.example/1.0", server.url, "https://elsewhere.example/1.0"):
            customer = client(signed, ADMIN)
            customer._time_delta = 0
            send = customer._session.request
            customer._session.request = lambda method, url, send=send, signed=signed, **rest: send(
                method, url.replace(signed, server.url), **rest
            )
            if "elsewhere" in signed:
                with pytest.raises(BadParametersError, match="Invalid signature"):
                    customer.get("/me", x="y z")
            else:
                assert customer.get("/me", x="y z")["nichandle"] == ADMIN
            customer._session.close()


def test_a_certificate_that_cannot_be_used_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ReconcilerError, match="certificate"):
        serve(World(), tls_cert=tmp_path / "none.pem", tls_key=tmp_path / "none.key")


def test_importing_the_room_loads_no_server_and_no_validator() -> None:
    heavy = "{'starlette', 'uvicorn', 'pydantic', 'yaml', 'sqlite3', 'ovh', 'requests'}"
    program = f"import sys, reconciler.sandbox; print(sorted(set(sys.modules) & {heavy}))"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
