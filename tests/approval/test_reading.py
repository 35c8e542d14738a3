"""A saved plan is taken as it was written, and in no other way."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no types; only its verdict is used
import pytest

from reconciler.approval.document import saved_plan_json_schema
from reconciler.approval.reading import LARGEST, NoPlanError, read_saved
from reconciler.errors import StalePlanError
from reconciler.plan import fingerprint_of
from tests.approval.plans import MADE, approved, present, saved, sealed
from tests.builders import estate, facts, task, world

SCHEMA = Path(__file__).parents[2] / "schemas/saved-plan.schema.json"
SHOP = world(live="aab", desired="acb")
ESTATE = estate(
    {
        "domain/a.example": ("aab", "acb"),
        "domain/b.example": ("aab", "acc"),
        "domain/c.example": ("aab", "bab"),
        "vps/p.example": ("bbb", "bab"),
        "vps/q.example": ("ccc", "ccc"),
    },
    held=facts("ab"),
    tasks=[task(7, "b>a", "technical", name="p.example", asker="b")],
)


def read(data: bytes, version: str = "1.4.2") -> Any:
    """Read as version 1.4.2 of the program."""
    return read_saved(data, version=version)


def edited(**changes: Any) -> bytes:
    """Return the shop's plan with other keys and a seal that fits."""
    return sealed(json.loads(saved(SHOP)) | changes)


@pytest.mark.parametrize("estate_", [SHOP, ESTATE, world()], ids=["one", "several", "nothing to ask"])
def test_what_is_saved_is_read_back(estate_: Any) -> None:
    plan = read(saved(estate_))
    assert plan.approved == approved(estate_)
    assert plan.fingerprint == present(estate_).plan.fingerprint == fingerprint_of(plan.approved)
    assert plan.made == MADE


def test_the_trays_of_what_is_not_asked_are_read_back() -> None:
    assert set(read(saved(ESTATE)).trays.values()) == {"pending"}


def test_the_same_plan_gives_the_same_bytes_and_fits_the_published_schema() -> None:
    assert saved(ESTATE) == saved(ESTATE)
    schema = json.loads(SCHEMA.read_text())
    assert schema == saved_plan_json_schema()
    validator = jsonschema.Draft202012Validator(schema)
    document = json.loads(saved(ESTATE))
    validator.validate(document)
    assert not validator.is_valid(document | {"more": 1})


def test_every_hand_edit_of_one_character_is_refused() -> None:
    whole, dice = saved(ESTATE), random.Random(4)
    document = json.loads(whole)
    refused = 0
    for _ in range(400):
        at = dice.randrange(len(whole))
        broken = whole[:at] + bytes([dice.choice(b'abc019"[]{},: ')]) + whole[at + 1 :]
        try:
            if json.loads(broken) == document:
                continue  # nothing but blanks between words
        except ValueError:
            pass
        with pytest.raises((StalePlanError, NoPlanError)):
            read(broken)
        refused += 1
    assert refused > 300


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("requests", []),
        ("seen", []),
        ("fingerprint", "0" * 64),
        ("version", 2),
        ("blocked", [{}]),
        ("made", None),
        ("seal", "0" * 64),
        ("seal", None),
        ("more", 1),
    ],
)
def test_an_edited_key_breaks_the_seal(key: str, value: Any) -> None:
    document = json.loads(saved(SHOP)) | {key: value}
    with pytest.raises(StalePlanError, match="edited by hand"):
        read(json.dumps(document).encode())


@pytest.mark.parametrize("key", ["seal", "made", "seen", "requests", "version"])
def test_a_key_that_is_gone_breaks_the_seal(key: str) -> None:
    document = json.loads(saved(SHOP))
    del document[key]
    with pytest.raises(StalePlanError, match="edited by hand"):
        read(json.dumps(document).encode())


def test_blanks_and_the_order_of_keys_do_not_matter() -> None:
    document = json.loads(saved(SHOP))
    assert read(json.dumps(dict(reversed(document.items())), indent=4).encode()) == read(saved(SHOP))


def test_a_forged_request_does_not_fit_its_fingerprint() -> None:
    document = json.loads(saved(SHOP))
    document["requests"][0]["changes"][0]["desired"] = "b"
    with pytest.raises(StalePlanError, match="not those of its fingerprint"):
        read(sealed(document))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"more": 1}, "more"),
        ({"requests": [{"service": 1}]}, "requests.0"),
        ({"seen": [{}]}, "seen.0"),
        ({"made": MADE.model_dump(mode="json") | {"more": 1}}, "made.more"),
        ({"made": MADE.model_dump(mode="json") | {"commit": "--help"}}, "made.commit"),
        ({"made": MADE.model_dump(mode="json") | {"at": "2026-11-22T12:00:00"}}, "made.at"),
        ({"made": MADE.model_dump(mode="json") | {"files": []}}, "made.files"),
        ({"made": MADE.model_dump(mode="json") | {"valid_for_seconds": -1}}, "made.valid_for_seconds"),
    ],
)
def test_a_forged_shape_is_refused_with_its_place(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(StalePlanError, match=words):
        read(edited(**changes))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not JSON"),
        (b"plan: yes", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "no saved plan"),
        (b"{}", "no saved plan"),
        (b'{"made": 1, "made": 2}', "stands twice"),
        (b"[" * 100_000, "nested too deep"),
        (saved(SHOP)[:-20], "not JSON"),
        (b'{"fingerprint": "", "requests": []}', "a plan to read, not one to apply"),
    ],
)
def test_what_is_no_saved_plan_is_told_as_that(data: bytes, words: str) -> None:
    with pytest.raises(NoPlanError, match=words):
        read(data)


def test_a_number_that_json_does_not_have_is_refused() -> None:
    with pytest.raises(StalePlanError, match="seal"):
        read(saved(SHOP).replace(b'"version": 1,', b'"version": NaN,', 1))


def test_a_file_beyond_the_cap_is_not_parsed() -> None:
    with pytest.raises(NoPlanError, match="larger than 64 MiB"):
        read(b"[" * (LARGEST + 1))


@pytest.mark.parametrize(("ours", "taken"), [("1.0.0", True), ("2.0.0", True), ("0.9.0", False)])
def test_a_plan_of_a_newer_major_version_is_refused(ours: str, taken: bool) -> None:
    if taken:
        assert read(saved(SHOP), ours).made.version == "1.4.0"
        return
    with pytest.raises(StalePlanError, match=r"made by version 1\.4\.0 of this program, this is 0\.9\.0"):
        read(saved(SHOP), ours)


def test_a_plan_of_another_format_is_refused_by_its_version() -> None:
    with pytest.raises(StalePlanError, match="made by version"):
        read(edited(version=2))
