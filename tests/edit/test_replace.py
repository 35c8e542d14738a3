"""`replace` names another account wherever the file names one, and changes no other byte."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.config import load
from reconciler.errors import ConfigError
from tests.edit.files import HEAD, desk_with, replaced
from tests.edit.random_files import ROLES, Document, documents


@settings(max_examples=60, deadline=None)
@given(documents(), st.sets(st.sampled_from(ROLES), min_size=1))
def test_exactly_the_names_of_the_person_change_byte_for_byte(document: Document, roles: set[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contacts.yaml"
        path.write_bytes(document.raw())

        replaced(path, roles=roles)

        assert path.read_bytes() == document.raw("carol", "dave", frozenset(roles))


def test_in_a_commented_file_of_2000_lines_the_lines_that_name_the_person_change_and_no_other(
    tmp_path: Path,
) -> None:
    chosen = random.Random(7)
    before, after = ["services:"], ["services:"]
    for number in range(700):
        holder = chosen.choice(("carol", "platform", "ca22222-ovh"))
        now = {"carol": "dave", "ca22222-ovh": "da33333-ovh"}.get(holder, holder)
        comment = chosen.choice(("  # carol holds this", "  # technical: carol", ""))
        head = [f"  # shop {number} of carol", f"  domain/carol-{number}.example:"]
        before += [*head, f"    technical:   {holder}{comment}"]
        after += [*head, f"    technical:   {now}{comment}"]
    desk = desk_with(tmp_path, "\n".join(before))

    done = desk.run("replace", "--from", "carol", "--to", "dave")

    assert done.code == 0, done.err
    assert desk.file.read_text() == HEAD + "\n".join(after)
    shown = [line[1:] for line in done.out.splitlines() if line.startswith("+ ")]
    assert shown == [new for new, old in zip(after, before, strict=True) if new != old]
    assert desk.run("replace", "--from", "carol", "--to", "dave").out == ""
    assert desk.file.read_text() == HEAD + "\n".join(after)


@pytest.mark.parametrize(
    ("short", "written"),
    [
        ("no", "'no'"),
        ("08", "'08'"),
        ("0x10", "'0x10'"),
        ("o'neil", "o'neil"),
        ("a, b", "'a, b'"),
        ("x: y", "'x: y'"),
        ("#1", "'#1'"),
        ("Zo\u00eb", "Zo\u00eb"),
        ("*all", "'*all'"),
    ],
)
def test_a_name_that_yaml_would_misread_is_put_in_quotes(tmp_path: Path, short: str, written: str) -> None:
    quoted = short.replace("'", "''")
    head = f"version: 1\nendpoint: sandbox\naccounts: {{carol: ca22222-ovh, '{quoted}': no33333-ovh}}\n"
    services = (
        "domain/a.example: {admin: carol, technical: 'carol'}",
        "domain/b.example:",
        "  billing: carol",
    )
    body = "\n  ".join(("services:", *services)) + "\n"
    desk = desk_with(tmp_path, body, head)

    done = desk.run("replace", "--from", "carol", "--to", short)

    assert done.code == 0, done.err
    config = load(desk.file)
    assert {account for row in config.rows.values() for account in row if account} == {"no33333-ovh"}
    assert desk.file.read_text().endswith(f"    billing: {written}\n")


def test_a_name_in_a_block_of_lines_changes_in_its_own_line_only(tmp_path: Path) -> None:
    roles = "    admin: |-\n      carol\n    billing: >-  # carol\n      ca22222-ovh\n"
    body = f"services:\n  domain/a.example:\n{roles}"
    desk = desk_with(tmp_path, body)

    done = desk.run("replace", "--from", "carol", "--to", "dave")

    assert done.code == 0, done.err
    changed = body.replace("      carol", "      dave").replace("ca22222-ovh", "da33333-ovh")
    assert desk.file.read_text() == HEAD + changed


def test_it_follows_the_person_into_included_files_and_leaves_the_others_alone(tmp_path: Path) -> None:
    desk = desk_with(tmp_path, "include: [teams/*.yaml]\ndefaults: {billing: platform}\n")
    teams = tmp_path / "teams"
    teams.mkdir()
    untouched = "version: 1\nservices: {domain/a.example: {admin: platform}} # carol\n"
    (teams / "a.yaml").write_text(untouched)
    (teams / "b.yaml").write_text("version: 1\ndefaults: {admin: carol}\nservices: {domain/b.example: {}}\n")
    stamp = (teams / "a.yaml").stat().st_ino

    done = desk.run("replace", "--from", "carol", "--to", "dave")

    assert done.code == 0, done.err
    assert (
        teams / "b.yaml"
    ).read_text() == "version: 1\ndefaults: {admin: dave}\nservices: {domain/b.example: {}}\n"
    assert (teams / "a.yaml").read_text() == untouched
    assert (teams / "a.yaml").stat().st_ino == stamp
    assert "teams/b.yaml" in done.out
    assert "carol is named nowhere any more" in done.err


def test_an_anchor_changes_once_for_all_that_repeat_it(tmp_path: Path) -> None:
    both = "domain/a.example: {admin: &who carol, technical: *who}, domain/b.example: {admin: *who}"
    body = f"services: {{{both}}}\n"
    desk = desk_with(tmp_path, body)

    done = desk.run("replace", "--from", "carol", "--to", "dave")

    assert done.code == 0, done.err
    assert desk.file.read_text() == HEAD + body.replace("carol", "dave")


def test_an_alias_of_an_id_under_accounts_gives_way_and_the_entry_stays(tmp_path: Path) -> None:
    head = HEAD.replace("carol: ca22222-ovh", "carol: &carol ca22222-ovh")
    desk = desk_with(tmp_path, "services: {domain/a.example: {admin: *carol , billing: platform}}\n", head)

    done = desk.run("replace", "--from", "carol", "--to", "dave")

    assert done.code == 0, done.err
    assert desk.file.read_text() == (
        head + "services: {domain/a.example: {admin: da33333-ovh , billing: platform}}\n"
    )


def test_an_alias_gives_way_where_only_its_own_role_is_meant(tmp_path: Path) -> None:
    desk = desk_with(tmp_path, "services: {domain/a.example: {admin: &who carol, technical: *who}}\n")

    done = desk.run("replace", "--from", "carol", "--to", "dave", "--role", "technical")

    assert done.code == 0, done.err
    assert desk.file.read_text() == (
        HEAD + "services: {domain/a.example: {admin: &who carol, technical: dave}}\n"
    )


@pytest.mark.parametrize(
    ("services", "role", "place"),
    [
        ("{domain/a.example: {admin: &who carol, technical: *who}}", "admin", "4:61:"),
        ("{domain/a.example: &all {admin: carol}, domain/b.example: *all}", None, None),
        ("{domain/a.example: {admin: &box {account: carol}, technical: *box}}", "admin", "4:53:"),
    ],
)
def test_what_an_anchor_shares_with_another_role_is_not_changed_for_one(
    tmp_path: Path, services: str, role: str | None, place: str | None
) -> None:
    body = f"services: {services}\n"
    desk = desk_with(tmp_path, body)

    done = desk.run("replace", "--from", "carol", "--to", "dave", *(["--role", role] if role else []))

    if place is None:
        assert (done.code, desk.file.read_text()) == (0, HEAD + body.replace("carol", "dave"))
        return
    assert done.code == 1
    assert f"contacts.yaml:{place}" in done.err
    assert "an anchor lets one text also serve" in done.err
    assert desk.file.read_text() == HEAD + body


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "carole", "--to", "dave"], "did you mean carol?"),
        (["--from", "carol", "--to", "ev99999-ovh"], "no entry of `accounts` is called 'ev99999-ovh'"),
        (["--from", "carol", "--to", "CA22222-OVH"], "are the same account"),
        (["--from", "carol", "--to", "dave", "--role", "owner"], "'owner' is not one of"),
    ],
)
def test_a_name_that_means_nothing_is_told_and_nothing_is_written(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    body = "services: {domain/a.example: {admin: carol}}\n"
    desk = desk_with(tmp_path, body)

    done = desk.run("replace", *arguments)

    assert done.code == 64
    assert words in done.err
    assert desk.file.read_text() == HEAD + body


def test_a_file_that_is_not_valid_is_not_edited(tmp_path: Path) -> None:
    body = "services: {domain/a.example: {admin: carol, owner: carol}}\n"
    path = tmp_path / "contacts.yaml"
    path.write_text(HEAD + body)

    with pytest.raises(ConfigError):
        replaced(path)

    assert path.read_text() == HEAD + body
