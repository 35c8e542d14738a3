"""A pseudonymized snapshot names nobody, and plans alike."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from reconciler.config import load
from reconciler.model import AccountId, Contacts, ServiceId
from reconciler.session import Session
from reconciler.session.replaying import Recalled
from reconciler.snapshot.kept import Snapshot
from reconciler.snapshot.pseudonyms import pseudonyms_of
from reconciler.snapshot.reading import read_snapshot
from tests.snapshot.conftest import AGENCY, FINANCE, MAIL, PLATFORM, SHOP, SHORT, Place
from tests.snapshot.conftest import WANTED as SEVERAL


def busy(place: Place) -> Snapshot:
    """Return a snapshot with requests, answers, refusals and things that could not be read."""
    place.desk.accounts = {**SHORT, "typo": "ty99999-ovh"}
    place.desk.write(f"{SEVERAL}  domain/elsewhere.example: {{billing: typo}}\n")
    place.desk.run("apply", "--yes")
    place.town.ask(PLATFORM, MAIL, contactTech=AGENCY)
    first = next(task["id"] for task in place.town.edit("GET", "tasks") if task["service"] == SHOP)
    place.desk.run("accept", str(first), "--as", "platform", stdin=place.town.token(PLATFORM, first))
    place.town.refuse(AGENCY, first)
    fault = {"method": "GET", "path": "/services", "account": FINANCE, "status": 403}
    place.town.edit("POST", "faults", [fault])
    place.take()
    return read_snapshot(place.snapshot.read_bytes())


def test_no_account_no_name_and_no_text_of_a_server_is_left(place: Place) -> None:
    busy(place)
    done = place.desk.run("snapshot", "--pseudonymize", "--out", "public.json")
    assert done.code == 1, "an account could not be listed"
    text = (place.desk.folder / "public.json").read_text()
    for word in (*SHORT.values(), "ty99999", "shop", "blog", "mail.example", "elsewhere", "nowhere", "HTTP"):
        assert word in place.snapshot.read_text(), "the real one names it"
        assert word not in text
    numbers = {str(task["id"]) for task in place.town.edit("GET", "tasks")}
    assert numbers <= {*re.findall(r"\d+", place.snapshot.read_text())}
    assert not numbers & {*re.findall(r"\d+", text)}
    real, public = place.document, json.loads(text)
    assert {key: len(value) for key, value in real.items() if isinstance(value, list | dict)} == {
        key: len(value) for key, value in public.items() if isinstance(value, list | dict)
    }
    read_snapshot(text.encode())


def test_the_order_of_the_numbers_tells_nothing(place: Place) -> None:
    place.take()
    texts = {place.desk.run("snapshot", "--pseudonymize").out.partition('"held"')[2] for _ in range(4)}
    assert len(texts) > 1


def test_the_plan_of_the_file_in_pseudonyms_counts_the_same(place: Place) -> None:
    taken = busy(place)
    config = load(place.desk.file)
    names = pseudonyms_of(taken, list.reverse)

    def hidden(row: Contacts) -> Contacts:
        return Contacts(*(one and AccountId(names.accounts[one]) for one in row))

    renamed = replace(
        config, rows={names.service(ServiceId(key)): hidden(row) for key, row in config.rows.items()}
    )
    plans = []
    for file, snapshot in ((config, taken), (renamed, names.snapshot(taken))):
        session = Session(file, {}, {}, {}, Recalled(snapshot.memory), snapshot=snapshot.look)
        plans.append(session.propose(session.observe()))
    real, public = plans
    assert real.requests or real.pending
    for tray in ("requests", "deferred", "pending", "blocked", "contested", "absent", "unmanaged", "unknown"):
        assert len(getattr(real, tray)) == len(getattr(public, tray)), tray
    assert sorted(row.reason for row in real.blocked) == sorted(row.reason for row in public.blocked)
