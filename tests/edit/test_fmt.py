"""`fmt` gives a file one form, and keeps its order, its comments and its meaning."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace as with_changes
from pathlib import Path

import pytest
from hypothesis import given, settings

from reconciler.config import load
from reconciler.edit.form import formatted
from tests.edit.files import HEAD, declared, desk_with, formatted_file
from tests.edit.random_files import Document, documents
from tests.golden import assert_golden

BOX = "services:\n  domain/a.example:\n{0}admin:\n{1}account: carol\n{1}reason: >-\n{2}one\n{2}  two\n"
FORM = Path(__file__).parent / "form"


def test_one_file_with_everything_comes_out_as_a_person_has_seen_it() -> None:
    before = (FORM / "before.yaml").read_bytes().decode()

    after = formatted(before)

    assert_golden(after.removesuffix("\n"), FORM / "after.yaml")
    assert formatted(after) == after
    one, other = declared(before.encode()), declared(after.encode())
    assert with_changes(one, places=other.places, warnings=other.warnings) == other


def test_the_example_is_in_canonical_form() -> None:
    example = (Path(__file__).parents[2] / "examples" / "contacts.yaml").read_text()

    assert formatted(example) == example


@settings(max_examples=60, deadline=None)
@given(documents())
def test_any_file_keeps_its_meaning_its_comments_and_its_order_and_is_done_at_once(
    document: Document,
) -> None:
    raw = document.raw()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contacts.yaml"
        path.write_bytes(raw)

        formatted_file(path)

        once = path.read_bytes()
        formatted_file(path)
        assert path.read_bytes() == once
    before, after = declared(raw), declared(once)
    assert with_changes(before, places=after.places, warnings=after.warnings) == after
    assert list(after.rows) == list(before.rows)
    assert [one.rstrip() for one in re.findall("#[^\r\n]*", raw.decode())] == re.findall(
        "#[^\r\n]*", once.decode()
    )
    assert once.count(b"\r\n") == (once.count(b"\n") if document.line_break == "\r\n" else 0)
    text = once.decode().replace("\r\n", "\n")
    assert not re.search("[ \t]$|\n\n\n", text, re.MULTILINE)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    indents = {len(line) - len(line.lstrip(" ")) for line in text.splitlines() if line.strip()}
    assert indents <= {0, 2, 4, 6}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("services: {}\r\n\r\n\r\n# end", "services: {}\n\n# end\n"),
        ("services:\n      domain/a.example: {}", "services:\n  domain/a.example: {}\n"),
        (
            "services:\n  domain/a.example:\n    admin: carol\n",
            "services:\n  domain/a.example: {admin: carol}\n",
        ),
        (
            "services:\n  domain/a.example:\n    admin: carol # her\n",
            "services:\n  domain/a.example:\n    admin: carol # her\n",
        ),
        ("services: {domain/a.example: {admin: *p , billing : 'carol'}}\n", None),
        ('defaults: {admin: "carol"}\nservices: {}\n', "defaults: {admin: carol}\nservices: {}\n"),
        (
            "defaults: {admin: &a   carol, billing: *a}\nservices: {}\n",
            "defaults: {admin: &a carol, billing: *a}\nservices: {}\n",
        ),
        (
            "services:\n  domain/a.example:\n    admin:\n      account: carol\n      reason: '1'\n",
            "services:\n  domain/a.example:\n    admin:\n      account: carol\n      reason: '1'\n",
        ),
        (
            "services:\n  domain/a.example: {admin: {account: carol, reason: yes}}\n",
            "services:\n  domain/a.example: {admin: {account: carol, reason: 'yes'}}\n",
        ),
        (
            "services:\n  domain/a.example: {&r admin: carol}\n  domain/b.example: {*r   :   carol}\n",
            "services:\n  domain/a.example: {&r admin: carol}\n  domain/b.example: {*r : carol}\n",
        ),
        (
            "services:\n  ? domain/a.example\n  : admin: carol\n",
            "services:\n  ? domain/a.example\n  : admin: carol\n",
        ),
        (
            BOX.format("        ", "          ", "               "),
            BOX.format("    ", "      ", "           "),
        ),
    ],
)
def test_small_things(tmp_path: Path, before: str, after: str | None) -> None:
    head = HEAD.replace("platform:", "platform: &p")
    path = tmp_path / "contacts.yaml"
    path.write_bytes((head + before).encode())

    formatted_file(path)

    expected = after if after is not None else "services: {domain/a.example: {admin: *p , billing: carol}}\n"
    assert path.read_bytes().decode() == head + expected.replace("*p ,", "*p,")


def test_check_lists_the_files_that_are_not_in_form_and_writes_nothing(tmp_path: Path) -> None:
    desk = desk_with(tmp_path, "include: [teams/*.yaml]\nservices:  {}\n")
    team = tmp_path / "teams" / "a.yaml"
    team.parent.mkdir()
    team.write_text("version: 1\nservices: {}\n")
    before = desk.file.read_bytes()

    checked = desk.run("fmt", "--check")

    assert checked.code == 1
    assert checked.out.splitlines() == [f"would reformat {desk.file}"]
    assert "1 file is in canonical form" in checked.err
    assert desk.file.read_bytes() == before

    done = desk.run("fmt")

    assert (done.code, done.out.splitlines()) == (0, [f"reformatted {desk.file}"])
    assert desk.file.read_bytes() == before.replace(b":  {}", b": {}")
    again = desk.run("fmt", "--check")
    assert (again.code, again.out, again.err.strip()) == (0, "", "2 files are in canonical form")


def test_a_file_that_is_not_valid_is_not_touched(tmp_path: Path) -> None:
    desk = desk_with(tmp_path, "services:  {domain/a.example: {owner: carol}}\n")
    before = desk.file.read_bytes()

    done = desk.run("fmt")

    assert done.code == 1
    assert "unknown role `owner`" in done.err
    assert desk.file.read_bytes() == before


def test_words_that_other_parsers_misread_are_quoted_so_that_they_read_the_same(tmp_path: Path) -> None:
    import yaml  # noqa: PLC0415 - the parser of YAML 1.1 that is meant

    body = "services: {domain/a.example: {admin: {account: no, reason: 0x10, ticket: 1:30}}}\n"
    head = HEAD.replace("platform:", "no: no1-ovh, platform:")
    desk = desk_with(tmp_path, body, head)

    assert desk.run("fmt").code == 0

    read = yaml.safe_load(desk.file.read_text())
    box = read["services"]["domain/a.example"]["admin"]
    assert box == {"account": "no", "reason": "0x10", "ticket": "1:30"}
    assert "no" in read["accounts"]
    assert load(desk.file).accounts[0].short == "no"
