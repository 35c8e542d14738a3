"""A file that cannot be used stops every command alike: with place, source line and hint, before any call."""

from __future__ import annotations

import re

import pytest

from tests.cli.conftest import SHOP_MOVES, Open, Place

COMMANDS = (["validate"], ["plan"], ["apply", "--yes"], ["status"])


def spoil(here: Place, before: str, after: str) -> None:
    """Change the contacts file, as bytes so that anything can be written."""
    data = here.desk.file.read_bytes()
    assert before.encode() in data
    here.desk.file.write_bytes(data.replace(before.encode(), after.encode("latin-1")))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("technical:", "technicl:", "technical"),
        ("agency}", "agncy}", "agency"),
        (SHOP_MOVES, SHOP_MOVES + SHOP_MOVES, "a second time"),
        ("domain/shop.example", "domian/shop.example", "domain"),
        ("version: 1", "version: one", "version"),
        ("services:", "\tservices:", "tab"),
        ("{technical: agency}", "{technical: \xe9}", "UTF-8"),
        ("{technical: agency}", "{technical: ag\x00ency}", "U+0000"),
    ],
    ids=["key", "alias", "duplicate", "route", "type", "tab", "latin-1", "NUL"],
)
def test_it_is_told_with_its_place(
    place: Open, command: list[str], before: str, after: str, words: str
) -> None:
    here = place()
    spoil(here, before, after)
    done = here.run(*command)
    assert (done.code, done.out) == (1, "")
    assert re.search(r"contacts\.yaml:[0-9]+:[0-9]+: ", done.err), done.err
    assert words in done.err
    assert re.search(r"^error: [0-9]+ problems? in the file$", done.err, re.MULTILINE)
    assert "Traceback" not in done.err
    assert here.town.edit("GET", "requests") == {}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("endpoint", "words"),
    [("ovh-us", "US"), ("ovh-eux", "ovh-eu"), ("https://eu.api.evil.example/1.0", "loopback")],
)
def test_an_endpoint_that_cannot_be_used_says_why_and_no_key_leaves(
    place: Open, command: list[str], endpoint: str, words: str
) -> None:
    here = place()
    spoil(here, here.town.url, endpoint)
    done = here.run(*command)
    assert done.code == 1
    assert "contacts.yaml:2:11: " in done.err
    assert words in done.err


def test_several_problems_are_told_at_once(place: Open) -> None:
    here = place()
    spoil(here, SHOP_MOVES, "services: {domain/shop.example: {technicl: agncy, billing: agncy}}\n")
    done = here.run("validate")
    assert done.err.count("contacts.yaml:") >= 2
    assert re.search(r"error: [2-9] problems in the file", done.err)
