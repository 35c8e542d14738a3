"""Keys that are missing, open to others, of somebody else, or refused: told with place and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import AGENCY, BOTH_MOVE, FINANCE, PLATFORM, SERVER, SHOP, Open, Place
from tests.running import Done


def keys_file(place: Place) -> Path:
    return Path(place.desk.environ["XDG_CONFIG_HOME"]) / "reconciler" / "credentials.toml"


def said(done: Done, *words: str) -> None:
    """Assert an error in words: exit 1, all of these said, no traceback, nothing called a bug."""
    assert done.code == 1, done
    for word in words:
        assert word in done.err
    assert "Traceback" not in done.err
    assert "bug" not in done.err


@pytest.mark.parametrize("command", [["plan"], ["apply", "--yes"], ["status"], ["watch"], ["list"]])
def test_without_any_key_it_says_where_keys_are_looked_for(place: Open, command: list[str]) -> None:
    here = place()
    keys_file(here).unlink()
    done = here.run(*command)
    said(done, f"no credentials for {here.town.url}", str(keys_file(here)), "hint: ", "--credentials")
    assert done.out == ""


def test_on_ovhcloud_the_places_of_python_ovh_are_named_too(place: Open) -> None:
    here = place()
    keys_file(here).unlink()
    here.desk.file.write_text(here.desk.file.read_text().replace(here.town.url, "ovh-eu"))
    said(here.run("plan"), "no credentials for ovh-eu", "OVH_*", "ovh.conf")


def test_a_file_of_keys_that_was_named_must_exist(place: Open) -> None:
    done = place().run("plan", "--credentials", "nowhere.toml")
    said(done, "nowhere.toml: cannot be read: No such file or directory")


def test_a_named_file_without_any_key_is_told_as_such(place: Open) -> None:
    here = place()
    empty = here.desk.folder / "empty.toml"
    empty.touch(mode=0o600)
    said(here.run("plan", "--credentials", "empty.toml"), "empty.toml holds no table [accounts.ID]")


def test_keys_that_others_can_read_are_refused_with_the_command_that_helps(place: Open) -> None:
    here = place()
    keys_file(here).chmod(0o644)
    said(here.run("plan"), "others can read it (mode 0644)", f"hint: chmod 600 {keys_file(here)}")
    assert here.town.edit("GET", "requests") == {}


def test_the_keys_of_another_account_than_the_table_names_are_an_error(place: Open) -> None:
    here = place(held=[AGENCY])
    path = keys_file(here)
    path.write_text(path.read_text().replace(f'[accounts."{AGENCY}"]', f'[accounts."{FINANCE}"]'))
    said(here.run("plan"), f"{FINANCE}", f"the keys of [accounts.{FINANCE}] belong to {AGENCY}")


def test_keys_for_another_endpoint_are_not_sent(place: Open) -> None:
    here = place()
    path = keys_file(here)
    path.write_text(path.read_text().replace(f'endpoint = "{here.town.url}"\n', ""))
    said(here.run("plan"), f"[accounts.{PLATFORM}]: its keys are for the endpoint ovh-eu", "hint: ")
    assert here.town.edit("GET", "requests") == {}


def test_a_mistyped_name_of_a_key_is_told_for_every_table_at_once(place: Open) -> None:
    here = place()
    path = keys_file(here)
    path.write_text(path.read_text().replace("application_key", "aplication_key"))
    done = here.run("plan")
    said(done, "unknown key 'aplication_key'")
    assert done.err.count("unknown key") == 3
    assert "as-" not in done.err


def test_what_is_no_toml_is_told_with_its_line(place: Open) -> None:
    here = place()
    keys_file(here).write_text("[accounts\n")
    said(here.run("plan"), "is not TOML", "line 1")


def test_if_one_of_two_keys_is_refused_its_services_are_unknown_and_the_others_are_planned(
    place: Open,
) -> None:
    here = place(BOTH_MOVE, held=[PLATFORM, AGENCY])
    path = keys_file(here)
    path.write_text(path.read_text().replace(f"ck-{AGENCY}", "ck-of-nobody"))
    done = here.run("plan", "--format", "json")
    said(done, f"{AGENCY} cannot be read", "This credential does not exist", "query id", "create a new one")
    assert [row["service"] for row in done.json["unknown"]] == [SERVER]
    assert [row["service"] for row in done.json["requests"]] == [SHOP]
    assert "ck-of-nobody" not in done.err + done.out


def test_apply_asks_for_what_it_can_read_and_still_says_1(place: Open) -> None:
    here = place(BOTH_MOVE, held=[PLATFORM, AGENCY])
    path = keys_file(here)
    path.write_text(path.read_text().replace(f"ck-{AGENCY}", "ck-of-nobody"))
    said(here.run("apply", "--yes"), "1 requested")
    assert [task["service"] for task in here.town.edit("GET", "tasks")] == [SHOP]


def test_if_every_key_is_refused_each_is_told_with_its_reason(place: Open) -> None:
    here = place(held=[PLATFORM, AGENCY])
    path = keys_file(here)
    path.write_text(path.read_text().replace("ck-", "ck-old-"))
    done = here.run("plan")
    said(done, "no configured account can be used", f"  {PLATFORM}: This credential", f"  {AGENCY}: This")
    assert done.out == ""


def test_a_table_may_bear_the_short_name_that_the_file_gives(place: Open) -> None:
    here = place()
    keys = keys_file(here)
    keys.write_text(keys.read_text().replace(f'[accounts."{PLATFORM}"]', "[accounts.platform]"))
    done = here.run("plan", "--detailed-exitcode")
    assert done.code == 2, done.err


def test_two_tables_of_one_account_are_refused_before_any_key_is_sent(place: Open) -> None:
    here = place()
    words = {"application_key": "ak-1", "application_secret": "as-1", "consumer_key": "ck-1"}
    words["endpoint"] = here.town.url
    twin = "\n".join(["", "[accounts.platform]", *(f'{key} = "{value}"' for key, value in words.items()), ""])
    with keys_file(here).open("a") as keys:
        keys.write(twin)
    said(here.run("plan"), f"two tables hold keys of {PLATFORM}, one by its id and one by its short name")
    assert here.town.edit("GET", "requests") == {}


def test_services_that_cannot_be_listed_are_told_of(place: Open) -> None:
    here = place()
    here.faults({"path": "/services*", "account": AGENCY, "status": 403, "body": {"message": "not granted"}})
    done = here.run("plan", "--detailed-exitcode")
    assert done.code == 2, done.err
    assert f"the services of {AGENCY} cannot be listed: not granted" in done.err
