"""`demo --web` begins the story and leaves the rest to be clicked: mailboxes, links, answers, done."""

from __future__ import annotations

import html
import re
import signal
import time
from pathlib import Path

import requests

from tests.running import PATIENCE, Desk, Running


def address_told_by(process: Running) -> str:
    """Return the page's address, once all that belongs to it has been told."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        told = Path(process._streams[1]).read_text()
        if "Ctrl-C ends the page.\n" in told:
            found = re.search(r"^http://127\.0\.0\.1:\d+/$", told, re.MULTILINE)
            assert found, told
            return found[0]
        assert "error:" not in process.err, process.err
        time.sleep(0.02)
    raise AssertionError(process.err)


def mailed_link(page: str) -> tuple[str, str]:
    """Return request and token of the newest link in a mailbox."""
    link = re.search(r'href="/manager/[^"#]*#([^"]*)"', page)
    assert link, page
    fragment = html.unescape(link[1])
    found = re.search(r"contacts/(\d+)\?.*token=([A-Za-z0-9]{32})", fragment)
    assert found, fragment
    return found[1], found[2]


def test_the_story_that_it_begins_can_be_walked_to_its_end(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "desk", "", accounts={})
    process = desk.start("demo", "--web", "--folder", str(tmp_path / "demo"))
    with requests.Session() as calls:
        url = address_told_by(process)

        def get(path: str) -> str:
            answer = calls.get(url.removesuffix("/") + path, timeout=PATIENCE)
            assert answer.status_code == 200, answer.text
            return answer.text

        assert "domain/shop.example" in get("/")
        assert "pending" in get("/?tray=pending")
        for party, other in (("ag33333-ovh", "platform"), ("pl11111-ovh", None)):
            assert f"/mailboxes/{party}" in get("/mailboxes")
            number, token = mailed_link(get(f"/mailboxes/{party}"))
            form = {"party": party, "token": token, "answer": "accept"}
            answer = calls.post(f"{url}requests/{number}", data=form, timeout=PATIENCE)
            assert answer.status_code == 200, answer.text
            if other:
                assert f"waits for {other}" in answer.text
        deadline = time.monotonic() + PATIENCE
        while "in sync" not in get("/?tray=in_sync&q=domain%2Fshop.example"):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        while ">done<" not in get(f"/requests/{number}"):
            assert time.monotonic() < deadline
            time.sleep(0.2)
    process.send(signal.SIGINT)
    done = process.wait()
    assert done.code == 0, done.err
    assert "Traceback" not in done.err
    assert (
        done.out.index("$ reconciler apply --yes")
        < done.out.index("$ reconciler serve")
        < done.out.index(url)
    )
    assert "The files are still there" in done.out
