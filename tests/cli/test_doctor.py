"""`doctor` with a real endpoint: what it finds, what helps, the exit code; and that it changes nothing."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no types; only its verdict is used
import pytest
import requests

from reconciler.journal import open_journal
from reconciler.model import Region
from reconciler.model.routes import ROUTES
from reconciler.providers.ovh.rights import ALWAYS, Rule, needed_for
from reconciler.render.checks_schema import checks_json_schema
from reconciler.sandbox import application_key, application_secret
from tests.cli.conftest import AGENCY, FINANCE, IN_SYNC, PLATFORM, SHOP, SHOP_MOVES, Open, Place
from tests.running import accept_all
from tests.sandbox.town import account

NEEDED = (*ALWAYS, *(rule for key in ("domain", "vps") for rule in needed_for(ROUTES[key])))
CHANGE = Rule("POST", "/domain/*/changeContact")


def hold(here: Place, rules: Iterable[Rule], accounts: Iterable[str] = (PLATFORM, AGENCY)) -> None:
    """Configure validated keys that are granted these rules."""
    tables = []
    for one in accounts:
        granted = [rule._asdict() for rule in rules]
        made = here.town.customer(one).post("/auth/credential", accessRules=granted)
        requests.post(made["validationUrl"], data={"answer": "grant"}, timeout=10).raise_for_status()
        tables.append(
            f'[accounts."{one}"]\nendpoint = "{here.town.url}"\n'
            f'application_key = "{application_key(one)}"\n'
            f'application_secret = "{application_secret(one)}"\nconsumer_key = "{made["consumerKey"]}"\n'
        )
    file = Path(here.desk.environ["XDG_CONFIG_HOME"]) / "reconciler" / "credentials.toml"
    file.write_text("\n".join(tables))


def commit(here: Place) -> None:
    """Commit the contacts file."""
    words = (["init", "-q"], ["add", "contacts.yaml"], ["commit", "-qm", "contacts"])
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    for word in words:
        subprocess.run(["git", *who, *word], cwd=here.desk.folder, env=here.desk.environ, check=True)


def checks(here: Place, code: int, *arguments: str) -> dict[tuple[str, str | None], dict[str, Any]]:
    """Return the checks by subject and account."""
    done = here.run("doctor", "--format", "json", *arguments)
    assert done.code == code, done.out + done.err
    return {(row["check"], row["account"]): row for row in done.json["checks"]}


def verdict(row: dict[str, Any]) -> str:
    return str(row["verdict"])


def test_where_all_is_ready_every_check_is_ok(place: Open) -> None:
    here = place(SHOP_MOVES)
    hold(here, NEEDED)
    commit(here)
    done = here.run("doctor")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("18 checks: 18 ok, 0 warnings, 0 failures.\n\nHere\n    ok       file ")
    assert f"\nplatform ({PLATFORM})\n    ok       keys            valid, without an end\n" in done.out
    assert "granted exactly what is needed" in done.out
    assert "remedy" not in done.out


def test_the_whole_job_is_done_with_keys_that_are_granted_just_what_doctor_wants(place: Open) -> None:
    here = place(SHOP_MOVES)
    hold(here, NEEDED)
    commit(here)
    for words in (
        ["plan"],
        ["apply", "--yes"],
        ["resend", "--as", "agency"],
        ["status"],
        ["list"],
        ["risks"],
    ):
        task = [str(next(iter(here.desk.claimed())))] if words[0] == "resend" else []
        done = here.run(*words[:1], *task, *words[1:])
        assert done.code == 0, done.err
        assert "granted" not in done.err
    done = here.run("confirm", "--yes")
    assert done.code == 0, done.err
    assert here.town.contacts(PLATFORM)[1] == AGENCY
    here.desk.write(f"services: {{{SHOP}: {{technical: platform}}}}\n")
    assert here.run("apply", "--yes").code == 0
    accept_all(here.town)
    assert here.town.contacts(PLATFORM)[1] == PLATFORM


def test_a_call_that_the_key_lacks_is_a_failure_that_names_it(place: Open) -> None:
    here = place(SHOP_MOVES)
    hold(here, [rule for rule in NEEDED if rule != CHANGE])
    row = checks(here, 1)["rights", PLATFORM]
    assert verdict(row) == "failure"
    assert row["missing"] == [str(CHANGE)]
    assert str(CHANGE) in row["found"]
    assert row["remedy"]


@pytest.mark.parametrize("lacking", ALWAYS, ids=str)
def test_each_call_counts(lacking: Rule) -> None:
    from reconciler.providers.ovh.rights import missing  # noqa: PLC0415  # beside its only use

    assert missing([rule for rule in NEEDED if rule != lacking], [], Region.EU) == (lacking,)


def test_what_is_granted_beyond_need_is_a_warning(place: Open) -> None:
    here = place(SHOP_MOVES)
    too_much = Rule("DELETE", "/domain/zone/*")
    hold(here, [*NEEDED, too_much])
    row = checks(here, 0)["rights", PLATFORM]
    assert verdict(row) == "warning"
    assert (row["missing"], row["beyond"]) == ([], [str(too_much)])


def test_a_key_that_may_not_tell_its_rights_fails_the_check(place: Open) -> None:
    here = place(SHOP_MOVES)
    hold(here, [rule for rule in NEEDED if "auth" not in rule.path])
    row = checks(here, 1)["rights", PLATFORM]
    assert verdict(row) == "failure"
    assert "This call has not been granted" in row["found"]


def test_a_key_that_may_not_even_ask_who_it_is_still_tells_what_it_lacks(place: Open) -> None:
    here = place(SHOP_MOVES)
    hold(here, [rule for rule in NEEDED if rule.path != "/me"])
    found = checks(here, 1)
    assert verdict(found["keys", PLATFORM]) == "failure"
    assert found["rights", PLATFORM]["missing"] == ["GET /me"]


def test_a_dead_key_fails_and_the_other_accounts_are_checked_all_the_same(place: Open) -> None:
    here = place(IN_SYNC)
    here.town.customer(AGENCY).post("/auth/logout")
    found = checks(here, 1)
    assert verdict(found["keys", AGENCY]) == "failure"
    assert "This credential is not valid" in found["keys", AGENCY]["found"]
    for subject in ("keys", "rights"):
        assert f"reconciler login {AGENCY} --renew" in found[subject, AGENCY]["remedy"]
    assert ("debts", AGENCY) not in found
    assert verdict(found["debts", PLATFORM]) == "ok"


def test_debts_region_and_a_missing_payment_method_fail(place: Open) -> None:
    here = place(
        f"services: {{{SHOP}: {{billing: finance}}}}\n",
        account(FINANCE, unpaid_invoices=1, payment_method=False),
        account(AGENCY, region="CA", payment_method=False),
    )
    found = checks(here, 1)
    assert verdict(found["debts", FINANCE]) == "failure"
    assert verdict(found["payment_method", FINANCE]) == "failure"  # the file wants it to pay
    assert verdict(found["payment_method", AGENCY]) == "warning"
    assert verdict(found["region", AGENCY]) == "failure"
    assert {verdict(found[subject, PLATFORM]) for subject in ("debts", "payment_method", "region")} == {"ok"}


def test_the_address_that_tokens_go_to_is_shown(place: Open) -> None:
    here = place(IN_SYNC, account(AGENCY, email="old@example.net"))
    assert "old@example.net" in checks(here, 0)["mail_address", AGENCY]["found"]


def test_what_an_account_calls_itself_is_shown_as_text_and_never_as_terminal_codes(place: Open) -> None:
    here = place(IN_SYNC, account(AGENCY, email="a\x1b[2J@example.net"))
    shown = here.run("doctor").out
    assert "\x1b" not in shown
    assert r"a\x1b[2J@example.net" in shown


def test_a_clock_that_is_wrong_is_a_warning(place: Open) -> None:
    here = place(IN_SYNC)
    here.town.turn(3600)
    row = checks(here, 0)["clock", None]
    assert verdict(row) == "warning"
    assert "behind" in row["found"]


def test_an_invalid_file_is_told_with_its_place_and_nothing_else_is_checked(place: Open) -> None:
    here = place("services: {domain/x: {technical: nobody}}\n")
    found = checks(here, 1)
    assert list(found) == [("file", None)]
    assert "contacts.yaml:8:" in found["file", None]["found"]


def test_a_credentials_file_that_others_can_read_is_a_failure_and_the_rest_is_checked(place: Open) -> None:
    here = place(IN_SYNC)
    (Path(here.desk.environ["XDG_CONFIG_HOME"]) / "reconciler" / "credentials.toml").chmod(0o644)
    found = checks(here, 1)
    assert verdict(found["credentials", None]) == "failure"
    assert "chmod 600" in found["credentials", None]["remedy"]
    assert verdict(found["journal", None]) == "ok"


def test_no_keys_at_all_are_a_failure(place: Open) -> None:
    assert verdict(checks(place(IN_SYNC, held=()), 1)["credentials", None]) == "failure"


def test_an_endpoint_that_does_not_answer_fails_the_clock_and_every_account(place: Open) -> None:
    here = place(IN_SYNC, held=(PLATFORM,))
    text = here.desk.file.read_text().replace(here.town.url, "http://127.0.0.1:9/1.0")
    here.desk.file.write_text(text)
    keys = Path(here.desk.environ["XDG_CONFIG_HOME"]) / "reconciler" / "credentials.toml"
    keys.write_text(keys.read_text().replace(here.town.url, "http://127.0.0.1:9/1.0"))
    found = checks(here, 1)
    assert verdict(found["clock", None]) == verdict(found["keys", PLATFORM]) == "failure"
    assert "reached" in found["keys", PLATFORM]["remedy"]


def test_a_changed_journal_is_a_failure(place: Open) -> None:
    here = place(SHOP_MOVES)
    here.asked()
    assert "all as they were written" in checks(here, 0)["journal", None]["found"]
    with sqlite3.connect(here.desk.journal) as database:
        database.execute(
            "UPDATE reconciler_entries SET body = replace(body, ?, ?) WHERE seq = 2", (AGENCY, FINANCE)
        )
    database.close()
    row = checks(here, 1)["journal", None]
    assert verdict(row) == "failure"
    assert "entry 2" in row["found"]


def test_a_journal_that_cannot_be_kept_is_a_failure(place: Open) -> None:
    here = place(IN_SYNC)
    (here.desk.folder / "no-folder").write_text("")
    row = checks(here, 1, "--journal", str(here.desk.folder / "no-folder" / "journal"))["journal", None]
    assert verdict(row) == "failure"
    assert "no folder" in row["found"]


def test_a_held_lock_is_a_warning_that_names_the_holder_and_it_stays_held(place: Open) -> None:
    here = place(SHOP_MOVES)
    here.asked()
    journal = open_journal(here.desk.journal, here.town.url)
    try:
        with journal.lock("alice"):
            for _ in range(2):
                row = checks(here, 0)["lock", None]
                assert verdict(row) == "warning"
                assert "alice" in row["found"]
        assert verdict(checks(here, 0)["lock", None]) == "ok"
    finally:
        journal.close()


def test_what_is_not_committed_is_a_warning(place: Open) -> None:
    here = place(IN_SYNC)
    assert "no repository" in checks(here, 0)["git", None]["found"]
    commit(here)
    assert verdict(checks(here, 0)["git", None]) == "ok"
    here.desk.write(SHOP_MOVES)
    row = checks(here, 0)["git", None]
    assert verdict(row) == "warning"
    assert "not as at HEAD" in row["found"]
    commit(here)
    (here.desk.folder / ".git" / "shallow").write_text("0" * 40 + "\n")
    row = checks(here, 0)["git", None]
    assert (verdict(row), row["found"]) == ("warning", "the clone is shallow")


def test_it_only_reads_makes_no_journal_and_shows_no_secret(place: Open) -> None:
    here = place(IN_SYNC)
    before = {path for path in here.desk.folder.rglob("*") if "run-" not in str(path)}
    here.town.edit("DELETE", "requests")
    done = here.run("doctor", "-v")
    after = {path for path in here.desk.folder.rglob("*") if "run-" not in str(path)}
    assert after == before
    called = here.town.edit("GET", "requests")
    assert called
    assert {route.split()[0] for route in called} == {"GET"}
    for secret in ("as-", "ck-", "ak-"):
        assert secret not in done.out + done.err


def test_json_keeps_to_its_published_schema(place: Open) -> None:
    kept = json.loads((Path(__file__).parents[2] / "schemas" / "doctor.schema.json").read_text())
    assert kept == checks_json_schema(), "run script/bless"
    document = place(IN_SYNC).run("doctor", "--format", "json").json
    jsonschema.validate(document, kept)
    assert sum(document["summary"].values()) == len(document["checks"])
