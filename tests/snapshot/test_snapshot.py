"""A plan from a snapshot is the plan with credentials, byte for byte; what it cannot know it says."""

from __future__ import annotations

import json
import random
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no types

from reconciler.config import load
from reconciler.render import plan_json
from reconciler.session import Session
from reconciler.session.replaying import Recalled
from reconciler.snapshot.reading import NoSnapshotError, read_snapshot
from tests.cli.test_start_up import imported
from tests.forks import ROOT
from tests.running import accept_all
from tests.snapshot.conftest import (
    AGENCY,
    BLOG,
    CAROL,
    ELSEWHERE,
    FINANCE,
    MAIL,
    NOWHERE,
    PLATFORM,
    SHOP,
    SHORT,
    WANTED,
    Place,
)


def test_the_plan_is_the_same_without_keys_before_and_after_asking_and_when_turned_down(place: Place) -> None:
    first = place.same()
    assert first["summary"]["requests"]
    assert first["summary"]["blocked"]
    assert (first["absent"], first["unmanaged"]) == ([NOWHERE], [ELSEWHERE])
    place.desk.run("apply", "--yes")
    (theirs,) = place.town.ask(PLATFORM, MAIL, contactTech=AGENCY)
    asked = place.same()
    assert asked["pending"]
    assert [row["task"] for row in asked["contested"]] == [theirs]
    open_task = next(row for row in asked["pending"] if row["service"] == SHOP)
    token = place.town.token(AGENCY, open_task["task"])
    accepted = place.desk.run("accept", str(open_task["task"]), "--as", "agency", stdin=token)
    assert accepted.code == 0, accepted.err
    assert any(row["waiting_for"] == [PLATFORM] for row in place.same()["pending"]), "our answer is known"
    place.town.refuse(PLATFORM, open_task["task"])
    assert "turned_down" in {row["reason"] for row in place.same()["blocked"]}


def test_what_the_server_called_unknown_stays_blocked(place: Place) -> None:
    place.desk.accounts = place.fork.accounts = {**SHORT, "typo": "ty99999-ovh"}
    place.write(f"services:\n  {SHOP}: {{technical: typo}}\n")
    assert place.desk.run("apply", "--yes").code == 4
    assert [row["reason"] for row in place.same()["blocked"]] == ["unknown_account"]


def test_the_snapshot_is_of_everything_and_needs_no_endpoint(place: Place) -> None:
    assert place.take().code == 0
    place.write(f"services:\n  {ELSEWHERE}: {{billing: platform}}\n")
    place.town.edit("POST", "faults", [{"method": "GET", "path": "/*", "status": 500}])
    before = place.town.edit("GET", "requests")
    done = place.replay()
    assert (done.code, [row["service"] for row in done.json["requests"]]) == (2, [ELSEWHERE])
    assert place.town.edit("GET", "requests") == before
    assert not (Path(place.fork.environ["XDG_STATE_HOME"]) / "reconciler").exists()


def test_a_service_that_nobody_knew_of_is_absent_and_told(place: Place) -> None:
    place.take()
    place.write("services:\n  domain/new.example: {technical: agency}\n")
    done = place.replay()
    assert (done.code, done.json["absent"], done.json["unknown"]) == (4, ["domain/new.example"], [])
    assert "1 service not known when the snapshot was taken: domain/new.example" in done.err


def test_where_an_account_was_not_listed_a_new_service_is_unknown_not_absent(place: Place) -> None:
    fault = {"method": "GET", "path": "/services", "account": AGENCY, "status": 403}
    place.town.edit("POST", "faults", [fault])
    place.same()
    place.write("services:\n  domain/new.example: {technical: agency}\n")
    done = place.replay()
    assert (done.code, done.json["absent"]) == (1, [])
    (row,) = done.json["unknown"]
    assert row["service"] == "domain/new.example"
    assert AGENCY in row["detail"]
    assert f"the services of {AGENCY} cannot be listed" in done.err


def test_where_a_listed_service_was_not_read_a_new_service_is_unknown_too(place: Place) -> None:
    place.town.edit("POST", "faults", [{"method": "GET", "path": "/services/*", "status": 403}])
    place.take()
    assert place.document["incomplete"]
    place.write("services:\n  domain/new.example: {technical: agency}\n")
    done = place.replay()
    assert (done.code, done.json["absent"]) == (1, [])
    assert "could not all be read" in done.json["unknown"][0]["detail"]


def test_accounts_that_do_not_let_us_in_or_hide_their_requests_are_in_the_snapshot(place: Place) -> None:
    fault = {"method": "GET", "path": "/me/task/contactChange", "account": FINANCE, "status": 403}
    place.town.edit("POST", "faults", [fault])
    assert SHOP in {row["service"] for row in place.same()["unknown"]}
    place.write(f"services:\n  {SHOP}: {{technical: agency}}\n")
    wider = place.replay().json
    assert BLOG in wider["unmanaged"], "it is judged by the file that is planned, not by that of the snapshot"
    place.desk.hold([PLATFORM, "no00000-ovh"])
    assert place.take().code == 1
    place.same()


def test_the_file_is_private_the_same_twice_and_as_its_schema_says(place: Place) -> None:
    out = place.desk.folder / "snapshot.json"
    out.write_text("")
    out.chmod(0o644)
    place.desk.run("apply", "--yes")
    accept_all(place.town)
    place.take()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    first = place.document
    place.take()
    assert {**place.document, "at": ""} == {**first, "at": ""}
    lines = place.desk.run("snapshot").out.splitlines()
    ours = place.snapshot.read_text().splitlines()
    assert [line for line in lines if '"at": ' not in line[:7]] == [
        line for line in ours if '"at": ' not in line[:7]
    ]
    schema = json.loads((ROOT / "schemas/snapshot.schema.json").read_text())
    assert json.loads(place.desk.run("schema", "snapshot").out) == schema
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(first)
    assert first["claims"]


def test_no_key_no_token_no_mail_address_and_no_user_is_in_it(place: Place) -> None:
    place.desk.run("apply", "--yes")
    place.take()
    text = place.snapshot.read_text()
    assert PLATFORM in text
    tokens = [place.town.token(PLATFORM, task["id"]) for task in place.document["tasks"]]
    assert tokens
    for secret in ("ak-", "as-", "ck-", "@", *tokens):
        assert secret not in text


def test_today_is_the_day_of_the_snapshot_and_an_old_one_is_warned_of(place: Place) -> None:
    place.take()
    assert "was taken" in place.replay().err
    assert "warning" not in place.replay().err
    then = datetime.now(UTC) - timedelta(days=40)
    place.snapshot.write_text(json.dumps({**place.document, "at": then.isoformat()}))
    until = (then + timedelta(days=15)).date()
    box = f"{{account: platform, until: {until}, then: agency}}"
    place.write(f"services:\n  {SHOP}: {{technical: {box}}}\n")
    done = place.replay()
    assert done.code == 0, "on that day the hand-back was not due yet"
    assert "warning: the snapshot snapshot.json was taken" in done.err
    assert "40 d ago" in done.err
    ahead = datetime.now(UTC) + timedelta(hours=1)
    place.snapshot.write_text(json.dumps({**place.document, "at": ahead.isoformat()}))
    assert "warning: the snapshot snapshot.json was taken" in place.replay().err
    assert "yet to come" in place.replay().err


def test_a_snapshot_of_another_endpoint_is_an_error(place: Place) -> None:
    place.take()
    place.fork.url = "ovh-eu"
    place.fork.write(WANTED)
    done = place.replay()
    assert (done.code, done.out) == (1, "")
    assert f"is of {place.town.url}, and the file means ovh-eu" in done.err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": 2}, "no snapshot of version 1"),
        ({"surprise": 1}, "surprise: Extra inputs"),
        ({"at": "9999-12-31T23:59:59-14:00"}, "between the years 2000 and 2200"),
        ({"at": "2026-01-01T00:00:00"}, "at: "),
        ({"held": [{"id": "UPPER", "region": None, "unpaid_invoices": None, "payment_method": None}]}, "id"),
        ({"services": [{"service": "no/route", "admin": None, "technical": None, "billing": None}]}, "key"),
        ({"services": [{"service": SHOP, "admin": None, "technical": None, "billing": None}] * 2}, "twice"),
        ({"unknown": {SHOP: "x" * 30_000}}, "unknown"),
        ({"without_change": 2**70}, "without_change"),
        ({"tasks": "none"}, "tasks"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_a_snapshot_that_is_not_as_we_write_it_is_refused_in_words(
    place: Place, change: dict[str, Any], said: str
) -> None:
    place.take()
    place.snapshot.write_text(json.dumps({**place.document, **change}))
    done = place.replay()
    assert (done.code, done.out) == (64, "")
    assert said in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b'{"version": 1}', b'{"a": "\\ud800"}'], ids=repr
)
def test_what_is_no_snapshot_is_refused_in_words(place: Place, text: bytes) -> None:
    place.snapshot.write_bytes(text)
    done = place.replay()
    assert (done.code, done.out) == (64, "")
    assert "Traceback" not in done.err
    assert len(done.err) < 2_000


def test_planning_from_it_imports_neither_network_nor_database(place: Place) -> None:
    place.take()
    names = imported("-q", "plan", "--snapshot", str(place.snapshot), "-f", str(place.fork.file))
    assert "pydantic" in names
    assert not names & {"ovh", "requests", "sqlalchemy", "alembic", "fastapi", "rich", "deepdiff"}


def test_a_snapshot_with_anything_anywhere_is_refused_or_planned_from(place: Place) -> None:
    place.desk.run("apply", "--yes")
    place.town.ask(PLATFORM, MAIL, contactTech=AGENCY)
    place.town.refuse(PLATFORM, place.town.edit("GET", "tasks")[0]["id"])
    place.take()
    config, dice = load(place.fork.file), random.Random(4)
    planned, words = 0, list[str]()
    for _ in range(600):
        document = place.document
        for _ in range(dice.choice([1, 1, 3])):
            _spoil(document, dice)
        try:
            snapshot = read_snapshot(json.dumps(document).encode())
        except NoSnapshotError as error:
            words.append(str(error))
            continue
        planned += 1
        session = Session(config, {}, {}, {}, Recalled(snapshot.memory), snapshot=snapshot.look)
        plan = session.propose(session.observe())
        assert json.loads(plan_json(plan))["version"] == 1
    assert planned > 50
    assert len(words) > 50
    assert all(len(word) < 4_000 and word.replace("\n", "").isprintable() for word in words)


def _spoil(document: Any, dice: random.Random) -> None:
    """Replace, repeat or take away something anywhere in a document."""
    at = document
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        if not keys:
            return
        key = dice.choice(keys)
        if not isinstance(at[key], dict | list) or dice.random() < 0.2:
            break
        at = at[key]
    how = dice.random()
    if how < 0.15:
        del at[key]
    elif how < 0.3 and isinstance(at, list):
        at.append(at[key])
    else:
        at[key] = dice.choice(_ANYTHING)


_ANYTHING: list[Any] = [
    None,
    True,
    "",
    [],
    {},
    -1,
    0,
    1.5,
    2**64,
    "admin",
    "todo",
    "done",
    PLATFORM,
    CAROL,
    SHOP,
    BLOG,
    "2026-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "x\u202e\x1b[31m\n::error::",
    ["technical", "admin", "admin"],
]
