"""World files: what they say, and how they are told what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import ConfigError
from reconciler.sandbox import Account, Fault, RateLimit, Service, load_world
from tests.sandbox.town import running


def written(tmp_path: Path, text: str | bytes) -> Path:
    """Return a file with this content."""
    path = tmp_path / "world.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


GOOD = """# comment
accounts:
- id: PL11111-ovh
  email: platform@example.com
- {id: fr1-ovh, language: fr, region: CA, unpaid_invoices: 2, payment_method: false}
services:
- {service: domain/shop.example, admin: pl11111-OVH, technical: pl11111-ovh, billing: fi22222-ovh}
settings:
  expiry_days: 0.5
  rate_limit: {requests: 60, per_seconds: 60}
  faults: [{method: POST, path: "/me*", status: 502, body: <html>, content_type: text/html, times: 1}]
"""


def test_a_world_file_says_all_that_a_world_is(tmp_path: Path) -> None:
    world = load_world(written(tmp_path, GOOD))
    assert [(one.id, one.email, one.language, one.region.value) for one in world.accounts] == [
        ("pl11111-ovh", "platform@example.com", "en_GB", "EU"),
        ("fr1-ovh", "fr1-ovh@sandbox.invalid", "fr_FR", "CA"),
    ]
    assert (world.accounts[1].unpaid_invoices, world.accounts[1].payment_method) == (2, False)
    assert world.services[0].admin == "pl11111-ovh"
    assert world.settings.expiry_days == 0.5
    assert world.settings.rate_limit == RateLimit(60, 60)
    assert world.settings.faults == (
        Fault(method="POST", path="/me*", status=502, body="<html>", content_type="text/html", times=1),
    )


def test_a_contact_that_no_account_entry_names_exists_too(tmp_path: Path) -> None:
    world = load_world(written(tmp_path, GOOD))
    assert world.everyone == ("pl11111-ovh", "fr1-ovh", "fi22222-ovh")
    with running(world) as here:
        assert here.get("fi22222-ovh", "/domain") == ["shop.example"]
        assert here.get("fi22222-ovh", "/services") == here.get("pl11111-ovh", "/services")


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}", "accounts: []\n", b"\xef\xbb\xbfaccounts: []\r\n"])
def test_an_empty_world_is_a_world(tmp_path: Path, text: str | bytes) -> None:
    assert load_world(written(tmp_path, text)).services == ()


MISTAKES = {
    "accounts:\n  - {id: a, emial: x}\n": (2, 13, "emial"),
    "acounts: []\n": (1, 1, "acounts"),
    "accounts:\n  - {email: x}\n": (2, 5, "id"),
    "accounts:\n  - {id: a}\n  - {id: A}\n": (1, 1, "account a is there twice"),
    "accounts:\n  - {id: a, unpaid_invoices: '1'}\n": (2, 30, "integer"),
    "accounts:\n  - {id: a, payment_method: yes}\n": (2, 29, "boolean"),
    "accounts:\n  - {id: a, language: klingon}\n": (2, 5, "klingon"),
    "accounts:\n  - {id: a, region: MARS}\n": (2, 21, "'EU', 'CA' or 'US'"),
    "accounts:\n  - {id: ' '}\n": (2, 5, "empty"),
    "services:\n  - {service: dmain/x, admin: a, technical: a, billing: a}\n": (2, 5, "no known route"),
    "services:\n  - {service: domain/x, admin: a, technical: a}\n": (2, 5, "billing"),
    "services:\n  - {service: domain/x, admin: a, technical: a, billing: a, status: fine}\n": (2, 69, "'ok'"),
    "settings: {latency_ms: -1}\n": (1, 11, "latency_ms cannot be -1"),
    "settings: {expiry_days: 7, expiry_days: 8}\n": (1, 28, "'expiry_days' is there twice"),
    "settings: {rate_limit: {requests: 0, per_seconds: 1}}\n": (1, 24, "at least one"),
    "settings: {faults: [{status: 99}]}\n": (1, 21, "99"),
    "settings:\n\tlatency_ms: 1\n": (2, 1, "cannot start any token"),
    "a: *b\n": (1, 4, "alias"),
    "[" * 50_000: (1, 31, "nested too deeply"),
    "- 1\n": (1, 1, "object"),
    "a: 1\n---\nb: 2\n": (2, 1, "document"),
    "a: \0\n": (1, 1, "control characters"),
    "<<: {accounts: []}\n": (1, 1, "<<"),
    "a: !!python/object/apply:os.system [x]\n": (1, 4, "constructor"),
}


@pytest.mark.parametrize("text", MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_told_with_its_place_and_a_hint(tmp_path: Path, text: str) -> None:
    line, column, words = MISTAKES[text]
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_world(path)
    problem = caught.value.problems[0]
    assert words in problem.message
    assert (problem.file, problem.line, problem.column) == (str(path), line, column)
    assert problem.hint


def test_an_unknown_key_is_told_with_the_nearest_or_all_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_world(written(tmp_path, "accounts: [{id: a, emial: x}]\nsettings: {rate_limit: {qqq: 1}}\n"))
    assert [problem.hint for problem in caught.value.problems] == [
        "did you mean 'email'?",
        "known here: requests, per_seconds",
    ]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_world(written(tmp_path, "accounts: [{x: 1, id: a}]\nservices: [{}]\nsettings: {y: 1}\n"))
    assert [problem.line for problem in caught.value.problems] == [1, 2, 2, 2, 2, 3]


@pytest.mark.parametrize("content", [b"\xff\xfea", None])
def test_what_is_no_text_file_is_told(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path if content is None else written(tmp_path, content)
    with pytest.raises(ConfigError):
        load_world(path)
    with pytest.raises(ConfigError, match="No such file"):
        load_world(tmp_path / "none.yaml")


def test_a_world_made_in_memory_is_held_to_the_same_rules() -> None:
    with pytest.raises(ValueError, match="no known route"):
        Service("nothing/x", "a", "a", "a")  # type: ignore[arg-type] # plain text is what is tried
    with pytest.raises(ValueError, match="cannot be -1"):
        Account("a", unpaid_invoices=-1)  # type: ignore[arg-type] # the same
