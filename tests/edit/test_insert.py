"""Where new lines go: into the right group, never between a comment and what it is about."""

from __future__ import annotations

import pytest

from reconciler.edit.insert import accounts_added, services_added
from reconciler.edit.short_names import short_names
from reconciler.edit.splices import spliced
from reconciler.model import AccountId, ServiceId

NEW = ("domain/a", "domain/c", "domain/zone/a", "cloud/project/x", "vps/1")

BLOCK = """\
services:
  # the shop
  domain/b:  # do not touch
    admin: x

  # zones
  domain/zone/b: {}
# the end
"""
BLOCK_AFTER = """\
services:
  # the shop
  domain/b:  # do not touch
    admin: x
  domain/a: {}
  domain/c: {}

  # zones
  domain/zone/b: {}
  domain/zone/a: {}

  cloud/project/x: {}

  vps/1: {}
# the end
"""
TIGHT = "services:\n    domain/b: {}\n    vps/2: {\n      admin: x}"
TIGHT_AFTER = """\
services:
    cloud/project/x: {}
    domain/a: {}
    domain/b: {}
    domain/c: {}
    domain/zone/a: {}
    vps/1: {}
    vps/2: {
      admin: x}"""
FLOW = "services: {domain/b: {}, vps/0: {admin: x},}  # all\n"
FLOW_AFTER = (
    "services: {domain/b: {}, domain/a: {}, domain/c: {}, domain/zone/a: {}, vps/0: {admin: x}, vps/1: {},"
    " cloud/project/x: {},}  # all\n"
)
EMPTY = "services: {}  # none yet\nversion: 1\n"
EMPTY_AFTER = """\
services:  # none yet
  cloud/project/x: {}

  domain/a: {}
  domain/c: {}

  domain/zone/a: {}

  vps/1: {}
version: 1
"""
NONE = "version: 1"
NONE_AFTER = """\
version: 1

services:
  cloud/project/x: {}

  domain/a: {}
  domain/c: {}

  domain/zone/a: {}

  vps/1: {}"""
BRACES = "{version: 1, services: {}}\n"
BRACES_AFTER = (
    "{version: 1, services: {cloud/project/x: {}, domain/a: {}, domain/c: {}, domain/zone/a: {}, vps/1: {}}"
    "}\n"
)


@pytest.mark.parametrize("line_break", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (BLOCK, BLOCK_AFTER),
        (TIGHT, TIGHT_AFTER),
        (FLOW, FLOW_AFTER),
        (EMPTY, EMPTY_AFTER),
        (NONE, NONE_AFTER),
        (BRACES, BRACES_AFTER),
    ],
    ids=["block", "tight", "flow", "empty", "none", "braces"],
)
def test_services_go_into_their_group(before: str, after: str, line_break: str) -> None:
    text = before.replace("\n", line_break)
    if line_break == "\r\n" and line_break not in text:
        return  # one line tells nothing about line breaks
    new = spliced(text, services_added(text, dict.fromkeys(map(ServiceId, NEW), "{}")))
    assert new == after.replace("\n", line_break)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("accounts:\n  a: aa1-ovh  # us\n# more\n", "accounts:\n  a: aa1-ovh  # us\n  b: bb1-ovh\n# more\n"),
        ("accounts: {a: aa1-ovh}\n", "accounts: {a: aa1-ovh, b: bb1-ovh}\n"),
        ("accounts: {}\nversion: 1\n", "accounts:\n  b: bb1-ovh\nversion: 1\n"),
        (
            "version: 1\nendpoint: sandbox\nservices: {}\n",
            "version: 1\nendpoint: sandbox\n\naccounts:\n  b: bb1-ovh\n\nservices: {}\n",
        ),
        ("version: 1\nendpoint: sandbox", "version: 1\nendpoint: sandbox\n\naccounts:\n  b: bb1-ovh"),
        ("{version: 1}", "{version: 1, accounts: {b: bb1-ovh}}"),
    ],
)
def test_accounts_go_to_the_end_of_their_list(before: str, after: str) -> None:
    assert spliced(before, accounts_added(before, {"b": "bb1-ovh"})) == after


def test_nothing_new_is_nothing_to_splice() -> None:
    assert services_added("what: ever", {}) == []
    assert accounts_added("what: ever", {}) == []


def named(*ids: str, **listed: str) -> dict[str, str]:
    return dict(short_names(map(AccountId, ids), {name: AccountId(one) for name, one in listed.items()}))


@pytest.mark.parametrize(
    ("ids", "shorts"),
    [
        (["ab12345-ovh", "cd12345-ovh"], ["a", "c"]),
        (["ab12345-ovh", "ab99999-ovh"], ["a1", "a9"]),
        (["ab10001-ovh", "ab10002-ovh", "ab10013-ovh"], ["a1", "a2", "a3"]),
        (["no12345-ovh", "nn12345-ovh", "yy1-ovh"], ["nn", "no1", "y1"]),
        (["ab12345-ovh", "ac12345-ovh", "ac9-ovh"], ["ab", "ac1", "ac9"]),
        (["12345-ovh", "a-ovh", "somebody"], ["12345-ovh", "a-ovh", "somebody"]),
        (["ab1-ovh", "ab"], ["ab", "ab1"]),
    ],
)
def test_a_short_name_is_the_shortest_that_tells_accounts_apart(ids: list[str], shorts: list[str]) -> None:
    found = named(*ids)
    assert sorted(found) == shorts
    assert sorted(found.values()) == sorted(ids)
    assert found == named(*reversed(ids))


def test_a_short_name_that_the_file_gives_to_another_account_is_not_given_again() -> None:
    assert named("ab12345-ovh", A="xx1-ovh") == {"a1": "ab12345-ovh"}
    assert named("ab12345-ovh", old="ab19999-ovh") == {"a5": "ab12345-ovh"}
