"""The page about notices shows what the program takes and sends."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # ships no types; only its verdict is used

from reconciler.config import load
from reconciler.config.model import Notify, Occasion
from reconciler.render.notices_schema import notice_json_schema

PAGE = (Path(__file__).parents[2] / "docs" / "notify.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """Return the only block of a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_section_of_the_file_is_valid_and_its_comments_tell_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "contacts.yaml"
    file.write_text(f"version: 1\nendpoint: ovh-eu\nservices: {{}}\n{block('yaml')}")
    chat, intranet, admins = load(file).notify
    assert (chat.variable, intranet.url, admins.kind) == (
        "CHAT_URL",
        "https://intranet.example/contacts",
        "apprise",
    )
    usual = Notify("webhook", None, "X")
    assert f"default {usual.waiting_days}" in PAGE
    assert f"default {usual.expiring_days}" in PAGE


def test_the_example_of_a_body_is_as_the_schema_says_and_has_every_key() -> None:
    example = json.loads(block("json"))
    schema = notice_json_schema()
    jsonschema.validate(example, schema)
    assert list(example["events"][0]) == list(schema["$defs"]["Event"]["properties"])


def test_every_occasion_is_explained() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == [str(one) for one in Occasion]
