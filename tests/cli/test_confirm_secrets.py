"""Canaries: tokens that cannot be mistaken are planted in mails, and looked for in all that a run leaves."""

from __future__ import annotations

import base64
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import AGENCY, FINANCE, PLATFORM, SHOP_MOVES, Open, Place
from tests.forks import ROOT
from tests.running import Done
from tests.sandbox.town import account

CANARIES = tuple(f"CANARYtoken{number:02}{'x' * 19}" for number in range(7))
PEOPLE = (account(AGENCY, email="team@agency.example"), account(PLATFORM, email="platform@shop.example"))
LINK = "https://www.ovh.com/manager/#/useraccount/contacts/{task}?tab=REQUESTS&token={token}"


def test_a_canary_has_the_shape_of_a_token() -> None:
    assert {len(canary) for canary in CANARIES} == {32}
    assert all(canary.isalnum() for canary in CANARIES)


def plant(here: Place, task: int) -> Path:
    """Save mails that hold canaries, for right and wrong requests and accounts, and one that is broken."""
    folder = here.desk.folder / "mails"
    folder.mkdir(exist_ok=True)
    links = [
        f"To: team@agency.example\n\n{LINK.format(task=task, token=CANARIES[0])}\n",
        f"To: platform@shop.example\n\n{LINK.format(task=task, token=CANARIES[1])}\n",
        f"To: team@agency.example\n\n{LINK.format(task=task + 1, token=CANARIES[2])}\n",
        f"Subject: {task}\n\n{CANARIES[3]}\n",
        f"\n{CANARIES[4]}\n",
        "Content-Type: multipart/mixed; boundary=x\nContent-Transfer-Encoding: base64\n\n--x\n"
        + base64.b64encode(LINK.format(task=task, token=CANARIES[5]).encode()).decode()[:-3],
        f"To: money@shop.example\n\n{LINK.format(task=task, token=CANARIES[6])}\n",
    ]
    for number, text in enumerate(links):
        (folder / f"{number}.eml").write_text(text)
    return folder


def left(here: Place) -> Iterator[tuple[str, bytes]]:
    """Yield every file below the desk but the planted mails, with its bytes."""
    planted = here.desk.folder / "mails"
    for path in here.desk.folder.rglob("*"):
        if path.is_file() and not path.is_relative_to(planted):
            with contextlib.suppress(FileNotFoundError):  # a file of the database that has gone meanwhile
                yield str(path), path.read_bytes()


def found_in(here: Place, tokens: Iterable[str], *said: str) -> list[str]:
    """Return where any of these tokens is found, whatever the case of its letters."""
    places = [*left(here), *((f"said {number}", text.encode()) for number, text in enumerate(said))]
    return [
        place for place, content in places for token in tokens if token.casefold().encode() in content.lower()
    ]


def tokens_of(here: Place, task: int) -> list[str]:
    """Return the real tokens of both parties."""
    return [here.town.token(party, task) for party in (AGENCY, PLATFORM)]


def run(here: Place, *arguments: str) -> Done:
    """Run `confirm` as talkative as it gets."""
    return here.run("-vv", "confirm", *arguments, "-vv")


@pytest.mark.parametrize("style", ["text", "json"])
def test_no_token_is_in_anything_that_a_run_says_or_leaves(place: Open, style: str) -> None:
    here = place(SHOP_MOVES, *PEOPLE)
    task = here.asked()
    secrets = [*CANARIES, *tokens_of(here, task)]
    sources = ("--mail", str(plant(here, task)), "--history", "--format", style)
    shown = run(here, *sources)
    assert shown.code == 0, shown.err
    done = run(here, *sources, "--yes")
    again = run(here, *sources, "--yes")
    assert "accept" in done.err  # the calls themselves are told
    others = [here.run(*words) for words in (["status"], ["history"], ["-vv", "plan"])]
    said = [text for one in (shown, done, again, *others) for text in (one.out, one.err)]
    assert found_in(here, secrets, *said) == []


def test_no_token_is_left_while_a_run_goes_on_nor_when_it_is_killed(place: Open) -> None:
    here = place(SHOP_MOVES, *PEOPLE)
    task = here.asked()
    secrets = [*CANARIES, *tokens_of(here, task)]
    here.faults({"method": "POST", "path": "*/accept", "delay_ms": 1500, "times": 1})
    going = here.desk.start(
        "-vv", "confirm", "--mail", str(plant(here, task)), "--history", "--yes", "--format", "json"
    )
    here.await_hit()
    for process in (going.pid, *children_of(going.pid)):
        for name in ("cmdline", "environ"):
            seen = (Path("/proc") / str(process) / name).read_bytes().lower()
            assert not [token for token in secrets if token.casefold().encode() in seen]
    assert found_in(here, secrets) == []
    killed = going.kill()
    assert killed.code == -9
    assert found_in(here, secrets, killed.out, killed.err) == []


def children_of(pid: int) -> list[int]:
    """Return the processes that a process started."""
    return [
        int(number)
        for thread in (Path("/proc") / str(pid) / "task").iterdir()
        for number in (thread / "children").read_text().split()
    ]


@pytest.mark.parametrize(
    "answer",
    [
        {
            "status": 403,
            "body": {"class": "Client::Forbidden", "message": "Token {token} is wrong, really {token}"},
        },
        {"status": 403, "body": {"class": "Client::Forbidden", "message": "the token '{lower}' is wrong"}},
        {"status": 400, "body": {"message": "no", "class": "Client::{token}"}},
        {
            "status": 403,
            "body": {
                "message": "no",
                "errorCode": "NOT_GRANTED_CALL",
                "details": {"unauthorizedActionsByIAM": "{token}"},
            },
        },
        {"status": 500, "body": {"message": "crashed at accept({token})"}},
        {"status": 200, "body": "{token}"},
        {"status": 502, "body": "<html>{token}</html>", "content_type": "text/html"},
        {"status": 429, "body": {"message": "too many of {upper}"}},
    ],
)
def test_a_token_that_the_endpoint_echoes_is_blotted_out(place: Open, answer: dict[str, object]) -> None:
    here = place(SHOP_MOVES, *PEOPLE)
    task = here.asked()
    token = here.town.token(AGENCY, task)
    here.faults({"method": "POST", "path": "*/accept"} | spelt(answer, token))
    done = run(here, "--yes", "--as", "agency")
    assert done.code in {1, 4}
    assert "confirmed" not in done.out.splitlines()[0] or answer["status"] == 200
    assert found_in(here, [token], done.out, done.err) == []


def spelt(answer: object, token: str) -> dict[str, object]:
    """Return an answer with a token in the places that are kept for it."""

    def fill(part: object) -> object:
        if isinstance(part, dict):
            return {key: fill(value) for key, value in part.items()}
        if isinstance(part, str):
            for name, value in (("token", token), ("lower", token.lower()), ("upper", token.upper())):
                part = part.replace(f"{{{name}}}", value)
        return part

    filled = fill(answer)
    assert isinstance(filled, dict)
    return filled


def test_a_mail_of_the_history_that_is_not_as_documented_is_not_quoted(place: Open) -> None:
    here = place()
    here.asked()
    wrong = {"id": "x", "date": CANARIES[0], "subject": [CANARIES[0]], "body": {"token": CANARIES[0]}}
    here.faults({"method": "GET", "path": "*/notification/email/history/*", "status": 200, "body": wrong})
    done = run(here, "--yes")
    assert done.code == 1
    assert f"{AGENCY} cannot be read: its mail history could not be read" in done.err
    assert found_in(here, [CANARIES[0]], done.out, done.err) == []


_BROKEN = """
import sys
from reconciler.providers.ovh.account import OvhWriter
def accept(self, task, token):
    raise LookupError("a bug")
OvhWriter.accept = accept
from reconciler.cli.app import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.parametrize("traceback", ["1", ""])
def test_a_bug_shows_no_token_not_even_with_its_traceback(place: Open, traceback: str) -> None:
    here = place(SHOP_MOVES, *PEOPLE)
    task = here.asked()
    environ = here.desk.environ | {"RECONCILER_TRACEBACK": traceback, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            _BROKEN,
            "-vv",
            "confirm",
            "--history",
            "--mail",
            str(plant(here, task)),
            "--yes",
        ],
        cwd=here.desk.folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert ("Traceback" in done.stderr) is bool(traceback)
    assert "LookupError" in done.stderr
    secrets = [*CANARIES, *tokens_of(here, task)]
    assert found_in(here, secrets, done.stdout, done.stderr) == []


def test_the_search_finds_what_is_there(place: Open) -> None:
    here = place(SHOP_MOVES, *PEOPLE)
    (here.desk.folder / "home" / "leak").write_text(f"...{CANARIES[0].upper()}...")
    assert found_in(here, CANARIES) == [str(here.desk.folder / "home" / "leak")]
    assert found_in(here, CANARIES, CANARIES[1])[1:] == ["said 0"]
    assert os.fspath(here.desk.journal).startswith(str(here.desk.folder))
    assert FINANCE not in found_in(here, [])
