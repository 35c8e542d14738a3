"""Every mail of the corpus in one folder, given to `confirm`: exactly the right ones are acted on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.sandbox import Service
from tests.cli.conftest import AGENCY, FINANCE, PLATFORM, SHORT
from tests.mailbox.corpus.building import AGENCY_MAIL, FINANCE_MAIL, PLATFORM_MAIL, Case, Request
from tests.mailbox.corpus.everything import CASES
from tests.running import Desk, Done, sandbox, tokens
from tests.sandbox.town import NEW, STRANGER, Town, account, service, world

KEPT = {"ours", "changed", "dropped", "withdrawn"}
"""Requests that `apply` makes; those of the panel and of strangers are made by others."""

PEOPLE = tuple(
    account(name, email=address)
    for name, address in ((PLATFORM, PLATFORM_MAIL), (AGENCY, AGENCY_MAIL), (FINANCE, FINANCE_MAIL))
)


@dataclass
class SmallWorld:
    """A request for each case, and the folder with its mails."""

    town: Town
    desk: Desk
    mails: Path

    def confirm(self, *arguments: str) -> Done:
        """Give all mails to the command at once."""
        return self.desk.run("confirm", "--mail", str(self.mails), "--format", "json", *arguments)


def key(number: int) -> str:
    """Return the service that a case is about."""
    return f"domain/case-{number:03}.example"


def as_seen(number: int, case: Case) -> Service:
    """Return a case's service as it is before anybody asks."""
    holder = STRANGER if case.about == "strangers" else PLATFORM
    return service(key(number), holder, holder, STRANGER if case.about == "strangers" else FINANCE)


def wanted(*, later: bool) -> str:
    """Return what the file wants when it is applied, and later, when mails are read."""
    rows = []
    for number, case in enumerate(CASES):
        if case.about == "strangers" or (later and case.about == "dropped"):
            continue
        holder = "platform" if later and case.about == "changed" else "agency"
        rows.append(f"  {key(number)}: {{technical: {holder}}}\n")
    return "services:\n" + "".join(rows)


def requests_of(town: Town) -> list[Request]:
    """Return the request that each case is about, with the tokens that were mailed for it."""
    mailed = {name: tokens(town, name) for name in (PLATFORM, AGENCY, STRANGER, NEW)}
    numbers = {task["serviceDomain"]: int(task["id"]) for task in town.edit("GET", "tasks")}
    found = []
    for number, case in enumerate(CASES):
        task = numbers[key(number).partition("/")[2]]
        asker, other = (STRANGER, NEW) if case.about == "strangers" else (PLATFORM, AGENCY)
        found.append(Request(task, mailed[other][task], mailed[asker][task]))
    return found


@pytest.fixture(scope="module")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallWorld]:
    folder = tmp_path_factory.mktemp("corpus")
    services = [as_seen(number, case) for number, case in enumerate(CASES)]
    with sandbox(world(*PEOPLE, *services)) as town:
        for number, case in enumerate(CASES):
            if case.about in {"panel", "strangers"}:
                asker, new = (STRANGER, NEW) if case.about == "strangers" else (PLATFORM, AGENCY)
                town.ask(asker, key(number), contactTech=new)
        desk = Desk(folder / "desk", town.url, SHORT)
        desk.write(wanted(later=False))
        done = desk.run("apply", "--yes")
        assert done.code == 0, done.err
        asked = requests_of(town)
        for case, request in zip(CASES, asked, strict=True):
            if case.about == "withdrawn":
                town.refuse(PLATFORM, request.number, request.askers)
        desk.write(wanted(later=True))
        mails = folder / "mails"
        mails.mkdir()
        for number, (case, request) in enumerate(zip(CASES, asked, strict=True)):
            (mails / f"{number:03}.eml").write_bytes(case.build(request))
        yield SmallWorld(town, desk, mails)


def told(done: Done) -> dict[str, tuple[str, ...]]:
    """Return the verdicts on each mail, by the name of its case."""
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for row in done.json["verdicts"]:
        found[CASES[int(Path(row["mail"]).stem)].name] += (row["verdict"],)
    return found


def before_it_is_sent(verdict: str) -> str:
    """Return what is said of a token that would be given to the endpoint."""
    return "would_confirm" if verdict in {"confirmed", "refused_by_endpoint"} else verdict


def test_each_mail_has_exactly_its_verdict(small_world: SmallWorld) -> None:
    shown = small_world.confirm()
    assert shown.code == 0, shown.err
    assert told(shown) == {case.name: tuple(map(before_it_is_sent, case.verdicts)) for case in CASES}
    done = small_world.confirm("--yes")
    assert done.code == 4, done.err
    assert told(done) == {case.name: case.verdicts for case in CASES}
    answered = {
        task["serviceDomain"]: set(task["parties"].values()) - {None}
        for task in small_world.town.edit("GET", "tasks")
    }
    for number, case in enumerate(CASES):
        agreed = "accepted" in answered[key(number).partition("/")[2]]
        assert agreed == ("confirmed" in case.verdicts), case.name
