"""`history` with the real command: one long story, told by service, role and account, in every format."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no types; only its verdict is used
import pytest

from reconciler.config import load
from reconciler.journal import open_journal
from reconciler.model import AccountId, ServiceId
from reconciler.progress.history import of_account, of_service
from reconciler.render.history_document import history_json
from reconciler.render.history_schema import history_json_schema, verification_json_schema
from reconciler.session import Session
from reconciler.session.history import history_of
from tests.cli.conftest import AGENCY, FINANCE, PLATFORM, SERVER, SHOP, SHOP_MOVES, SHORT, Open, Place
from tests.cli.test_start_up import NEVER, PROBE, imported
from tests.forks import ROOT
from tests.golden import assert_golden
from tests.running import Desk
from tests.sandbox.town import service

GOLDEN = Path(__file__).parent / "golden"
SITE = "hosting/web/site.example"
EIGHT_DAYS = 8 * 86_400.0
FIRST = f"""services:
  {SHOP}: {{technical: agency}}
  {SERVER}: {{billing: finance}}
  {SITE}: {{technical: agency}}
"""
LATER = f"""services:
  {SHOP}: {{technical: platform}}
  {SERVER}: {{admin: agency}}
  {SITE}: {{admin: platform}}
"""
VIEWS: dict[str, tuple[str, ...]] = {
    "everything": (),
    "service": (SHOP,),
    "role": (f"{SERVER}:billing",),
    "account": ("agency",),
    "several": (SITE, "finance", "--role", "technical"),
}
NOTHING_YET = (
    "The journal knows of no such change.\nIt holds no request of {} yet; --journal names another one.\n"
)
IN_EVERY_FORMAT = {"service", "role", "account"}


def committed(desk: Desk) -> None:
    """Commit the desk's file, so that runs know a commit."""
    who = ["-c", "user.name=alice", "-c", "user.email=alice@example.com"]
    for arguments in (["init", "-q"], ["add", "contacts.yaml"], [*who, "commit", "-q", "-m", "contacts"]):
        subprocess.run(["git", *arguments], cwd=desk.folder, check=True)


def answer(here: Place, verb: str, task: int, *accounts: str) -> None:
    """Answer a request through the command, with the token from the mail."""
    for account in accounts:
        done = here.run(verb, str(task), "--as", account, stdin=here.town.token(account, task))
        assert done.code == 0, done.err


def tasks_of(here: Place) -> dict[str, int]:
    """Ask for what the file wants; return the task of each service."""
    done = here.run("apply", "--yes", "--format", "json")
    assert done.code == 0, done.err
    return {row["service"]: row["tasks"][0] for row in done.json["receipts"]}


def the_story(place: Open) -> Place:
    """One request is accepted, one refused, one expires; then a change unseen, one back, two in the panel."""
    here = place(
        FIRST,
        service(SITE, PLATFORM, PLATFORM, PLATFORM),
    )
    here.desk.environ["LOGNAME"] = "alice"
    committed(here.desk)
    tasks = tasks_of(here)
    answer(here, "accept", tasks[SHOP], PLATFORM, AGENCY)
    here.desk.environ["LOGNAME"] = "bob"
    answer(here, "refuse", tasks[SERVER], FINANCE)
    here.town.turn(EIGHT_DAYS)
    here.run("status")
    here.town.edit("PUT", "services", [{"service": SHOP, "technical": FINANCE}])
    here.desk.write(LATER)
    answer(here, "accept", tasks_of(here)[SHOP], PLATFORM)
    here.town.ask(AGENCY, SERVER, contactTech=PLATFORM)
    here.town.ask(PLATFORM, SITE, contactTech=FINANCE)
    here.run("status")
    return here


def steady(text: str) -> str:
    """Return a text without what differs from run to run, as wide as before where it is a table's."""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "YYYY-MM-DD hh:mm UTC", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", "TIME", text)
    text = re.sub(r"\b(?=[0-9a-f]*[a-f])[0-9a-f]{40}\b", "COMMIT", text)
    text = re.sub(r"\b(?=[0-9a-f]*[a-f])[0-9a-f]{32}\b", "RUN", text)
    text = re.sub(r"(?<=at commit )[0-9a-f]{12}", "COMMIT", text)
    text = re.sub(r"(?<=in run )[0-9a-f]{12}", "RUN", text)
    numbers = sorted(set(re.findall(r"\b\d{7,}\b", text)))
    for place, number in enumerate(numbers, 1):
        text = text.replace(number, f"TASK-{place}")
    return text


def test_the_story_is_told_by_service_role_and_account_in_every_format(place: Open) -> None:
    here = the_story(place)
    here.desk.hold([])  # from here on nobody holds a key, and nobody needs one
    for view, arguments in VIEWS.items():
        text = here.run("history", *arguments)
        assert (text.code, text.err) == (0, "")
        assert_golden(steady(text.out.rstrip("\n")), GOLDEN / f"history_{view}.txt")
        assert max(map(len, text.out.splitlines())) <= 80
        if view not in IN_EVERY_FORMAT:
            continue
        rows = here.run("history", *arguments, "--format", "json")
        assert_golden(steady(rows.out.rstrip("\n")), GOLDEN / f"history_{view}.json")
        jsonschema.validate(rows.json, history_json_schema())
        table = here.run("history", *arguments, "--format", "csv")
        assert_golden(steady(table.out.rstrip("\n")), GOLDEN / f"history_{view}.csv")
        cells = list(csv.DictReader(io.StringIO(table.out)))
        assert [row["task"] for row in cells] == [str(row["task"]) for row in rows.json["changes"]]


def test_what_the_page_is_told_is_what_the_command_tells(place: Open) -> None:
    here = place(SHOP_MOVES)
    answer(here, "accept", here.asked(), AGENCY)
    config = load(here.desk.file)
    with closing(open_journal(here.desk.journal, here.town.url, read_only=True)) as journal:
        told = history_of(Session(config, {}, {}, {}, journal))
        for about, chosen in (
            (SHOP, of_service(told, ServiceId(SHOP))),
            ("agency", of_account(told, AccountId(AGENCY))),
        ):
            rows = json.loads(history_json(chosen))
            assert rows["changes"]
            assert rows == here.run("history", about, "--format", "json").json


def test_whoever_asks_and_answers_leaves_name_command_and_end_in_the_journal(place: Open) -> None:
    here = place(SHOP_MOVES)
    here.desk.environ["LOGNAME"] = "alice"
    task = here.asked()
    here.desk.environ["LOGNAME"] = "bob"
    answer(here, "accept", task, AGENCY)
    assert here.run("resend", str(task), "--as", "platform").code == 0
    assert here.run("accept", str(task), "--as", "platform", stdin="x" * 32).code == 1
    answer(here, "refuse", task, PLATFORM)
    assert here.run("apply", "--yes").code == 0  # blocked now: nothing is asked, and nothing written
    runs = [(row["command"], row["user"], row["exit_code"]) for row in bodies(here.desk.journal, "run")]
    assert runs == [
        ("apply", "alice", None),
        ("apply", "alice", 0),
        *((verb, "bob", code) for verb in ("accept", "resend") for code in (None, 0)),
        ("accept", "bob", None),
        ("accept", "bob", 1),
        ("refuse", "bob", None),
        ("refuse", "bob", 0),
    ]
    answers = [(row["answer"], row["user"]) for row in bodies(here.desk.journal, "answer")]
    assert answers == [("accepted", "bob"), ("resent", "bob"), ("refused", "bob")]


def test_leave_to_ask_again_that_asks_nothing_yet_has_its_run(place: Open) -> None:
    here = place(SHOP_MOVES)
    here.desk.environ["LOGNAME"] = "carol"
    answer(here, "refuse", here.asked(), AGENCY)
    here.town.ask(PLATFORM, SHOP, contactBilling=AGENCY)  # holds up whatever is asked for
    done = here.run("apply", "--yes", "--retry", SHOP)
    assert done.code == 0, done.err
    with closing(sqlite3.connect(here.desk.journal)) as database:
        marks = database.execute("SELECT run FROM reconciler_entries WHERE kind = 'retry'").fetchall()
    assert marks
    known = {row["run"]: row["user"] for row in bodies(here.desk.journal, "run")}
    assert [known[mark] for (mark,) in marks] == ["carol"] * len(marks)


def bodies(journal: Path, kind: str) -> list[dict[str, Any]]:
    """Return what the entries of one kind hold, oldest first."""
    with closing(sqlite3.connect(journal)) as database:
        rows = database.execute("SELECT body FROM reconciler_entries WHERE kind = ? ORDER BY seq", [kind])
        return [json.loads(body) for (body,) in rows]


@pytest.fixture
def nowhere(tmp_path: Path) -> Desk:
    """Return a desk whose endpoint does not answer, and that holds no key."""
    desk = Desk(tmp_path / "desk", "http://127.0.0.1:1/1.0", SHORT, held=[])
    desk.write(SHOP_MOVES)
    return desk


def test_without_a_journal_nothing_is_known_and_nothing_is_made(nowhere: Desk) -> None:
    done = nowhere.run("history")
    assert (done.code, done.out, done.err) == (0, NOTHING_YET.format(nowhere.url), "")
    assert nowhere.run("history", "--format", "json").json == {"version": 1, "changes": []}
    assert nowhere.run("history", "--format", "csv").out.count("\n") == 1
    assert not nowhere.journal.parent.exists()


def test_history_of_the_embedded_sandbox_does_not_start_it(nowhere: Desk) -> None:
    nowhere.file.write_text(nowhere.file.read_text().replace(nowhere.url, "sandbox"))
    state = Path(nowhere.environ["XDG_STATE_HOME"])
    assert nowhere.run("history").code == 0
    assert not state.exists()
    assert nowhere.run("apply", "--yes").code == 0
    (world,) = state.rglob("world.sqlite3")
    world.unlink()
    assert "domain/shop.example  technical" in nowhere.run("history", SHOP).out
    assert not world.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["domain/shop.exmaple"], "did you mean domain/shop.example?"),
        (["shop.example"], "did you mean domain/shop.example?"),
        (["agencie"], "service or account 'agencie'; did you mean agency"),
        ([f"{SHOP}:owner"], "no role 'owner'; the roles are admin, technical, billing"),
        (["--account", "finanze"], "names the account 'finanze'; did you mean finance"),
        (["xx99999-ovh\x1b[31m"], "xx99999-ovh\\x1b[31m"),
        ([""], "names the service or account ''"),
        (["--role", "owner"], "owner"),
        (["--verify", SHOP], "--verify checks the whole journal"),
        (["--verify", "--role", "admin"], "--verify checks the whole journal"),
        (["--verify", "--format", "csv"], "--verify tells its result as text or json"),
    ],
)
def test_what_nobody_knows_is_wrong_usage_with_a_near_miss(
    nowhere: Desk, arguments: list[str], words: str
) -> None:
    done = nowhere.run("history", *arguments)
    assert (done.code, done.out) == (64, "")
    assert words in done.err


@pytest.mark.parametrize("known", [SHOP, f"{SHOP}:billing", "agency", "AG33333-OVH"])
def test_what_the_file_names_is_known_before_anything_was_asked(nowhere: Desk, known: str) -> None:
    done = nowhere.run("history", known)
    assert done.out == NOTHING_YET.format(nowhere.url)


def test_an_empty_answer_from_a_journal_that_holds_others_does_not_call_it_empty(place: Open) -> None:
    here = place(SHOP_MOVES)
    here.asked()
    done = here.run("history", "finance")
    assert (done.out, done.err) == ("The journal knows of no such change.\n", "")


def test_a_journal_as_it_was_written_is_verified(place: Open) -> None:
    here = place(SHOP_MOVES)
    here.asked()
    done = here.run("history", "--verify")
    entries = len(list(here_entries(here.desk.journal)))
    assert (
        done.out
        == f"The journal of {here.town.url}: {entries} entries checked and whole; all is as it was written.\n"
    )
    assert (done.code, done.err) == (0, "")
    shown = here.run("history", "--verify", "--format", "json")
    assert shown.json == {"version": 1, "whole": entries, "broken": None}
    jsonschema.validate(shown.json, verification_json_schema())


def here_entries(journal: Path) -> list[tuple[int, str, str]]:
    """Return number, time and kind of every entry."""
    with closing(sqlite3.connect(journal)) as database:
        return database.execute("SELECT seq, at, kind FROM reconciler_entries ORDER BY seq").fetchall()


@pytest.mark.parametrize(
    ("statement", "seq", "words"),
    [
        (
            "UPDATE reconciler_entries SET body = replace(body, 'agency', 'evil') || ' ' WHERE seq = 2",
            2,
            "was changed",
        ),
        ("DELETE FROM reconciler_entries WHERE seq = 2", 2, "entry 2 is missing, after entry 1 ("),
        ("UPDATE reconciler_endpoints SET seq = 3", 3, "is not the one that was recorded as the last"),
    ],
)
def test_the_first_entry_that_is_not_as_it_was_written_is_named(
    place: Open, statement: str, seq: int, words: str
) -> None:
    here = place(SHOP_MOVES)
    here.asked()
    _, at, kind = here_entries(here.desk.journal)[seq - 1]
    with closing(sqlite3.connect(here.desk.journal)) as database, database:
        database.execute(statement)
    done = here.run("history", "--verify")
    assert done.code == 1
    assert words in done.out
    assert f": {seq - 1} entr" in done.out
    if "missing" not in words:
        assert f"entry {seq} ({kind}, {at})" in done.out
    shown = here.run("history", "--verify", "--format", "json")
    assert shown.code == 1
    assert (shown.json["whole"], shown.json["broken"]["number"]) == (seq - 1, seq)
    jsonschema.validate(shown.json, verification_json_schema())


def test_a_check_that_cannot_be_made_has_failed(nowhere: Desk) -> None:
    done = nowhere.run("history", "--verify")
    assert (done.code, done.out) == (1, "")
    assert f"there is no journal of {nowhere.url} to verify" in done.err


def test_a_journal_of_another_endpoint_is_not_taken_for_a_whole_one_of_this(place: Open) -> None:
    here = place(SHOP_MOVES)
    here.asked()
    here.desk.file.write_text(here.desk.file.read_text().replace(here.town.url, "ovh-eu"))
    done = here.run("history", "--verify")
    assert (done.code, done.out) == (1, "")
    assert "there is no journal of ovh-eu to verify" in done.err


def test_help_of_history_imports_no_database() -> None:
    assert not imported("history", "--help") & (NEVER | {"yaml", "pydantic"})


def test_history_imports_neither_the_client_nor_a_web_server(nowhere: Desk) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, "history", "-f", str(nowhere.file)],
        cwd=ROOT,
        env=nowhere.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    code, names = json.loads(done.stderr)
    assert code == 0
    assert not set(names) & NEVER  # nor SQLAlchemy, as there is no journal yet
