"""`set` writes one contact where the file says it, or where a person would write it."""

from __future__ import annotations

import difflib
import tempfile
from dataclasses import replace as with_changes
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.cli.assigning import assign
from reconciler.cli.options import Settings
from reconciler.config import load
from reconciler.errors import ConfigError
from reconciler.model import ROLES, Role, ServiceId
from tests.edit.files import HEAD, declared, desk_with
from tests.edit.random_files import IDS, SERVICES, Document, documents

SAID = {"until": None, "then": None, "reason": None, "ticket": None}
CASES = [
    pytest.param(
        "services:\n  domain/a.example: {}  # all ours\n",
        ("domain/a.example", "technical", "carol"),
        "services:\n  domain/a.example: {technical: carol}  # all ours\n",
        id="braces without a role",
    ),
    pytest.param(
        "services: {domain/a.example: { technical: 'carol' } }",
        ("domain/a.example", "technical", "dave"),
        "services: {domain/a.example: { technical: 'dave' } }",
        id="the quotes stay",
    ),
    pytest.param(
        "services: {domain/a.example: {technical: carol}}\n",
        ("domain/a.example", "admin", "dave"),
        "services: {domain/a.example: {admin: dave, technical: carol}}\n",
        id="a role before others",
    ),
    pytest.param(
        "services: {domain/a.example: {technical: carol}}\n",
        ("domain/a.example", "billing", "dave"),
        "services: {domain/a.example: {technical: carol, billing: dave}}\n",
        id="a role behind others",
    ),
    pytest.param(
        "services:\r\n   domain/a.example:\r\n      technical: carol # her\r\n   # end",
        ("domain/a.example", "billing", "dave"),
        "services:\r\n   domain/a.example:\r\n      technical: carol # her\r\n"
        "      billing: dave\r\n   # end",
        id="a line of its own, ended as the others",
    ),
    pytest.param(
        "services:\n  domain/a.example:\n    billing: carol\n",
        ("domain/a.example", "admin", "dave"),
        "services:\n  domain/a.example:\n    admin: dave\n    billing: carol\n",
        id="a first line",
    ),
    pytest.param(
        "services:\n  domain/a.example:\n    # she pays\n    billing: carol",
        ("domain/a.example", "admin", "dave"),
        "services:\n  domain/a.example:\n    # she pays\n    billing: carol\n    admin: dave",
        id="a comment stays with its line, and the end of the file as it is",
    ),
    pytest.param(
        "services: {domain/a.example: {admin: {account: carol, reason: r}}}\n",
        ("domain/a.example", "admin", "dave"),
        "services: {domain/a.example: {admin: {account: dave, reason: r}}}\n",
        id="an assignment in full without an end",
    ),
    pytest.param(
        "services:\n  domain/b.example: {}\n  domain/zone/b.example: {}\n",
        ("domain/c.example", "admin", "dave"),
        "services:\n  domain/b.example: {}\n  domain/c.example: {admin: dave}\n  domain/zone/b.example: {}\n",
        id="a new service among those of its product",
    ),
    pytest.param(
        "defaults: {admin: dave}\nservices:\n  domain/b.example: {}\n",
        ("domain/a.example", "admin", "dave"),
        "defaults: {admin: dave}\nservices:\n  domain/a.example: {}\n  domain/b.example: {}\n",
        id="a new service that the defaults suit",
    ),
    pytest.param(
        "defaults: {admin: carol}\nservices: {domain/a.example: {admin: &w dave, billing: *w}}\n",
        ("domain/a.example", "billing", "ca22222-ovh"),
        "defaults: {admin: carol}\nservices: {domain/a.example: {admin: &w dave, billing: carol}}\n",
        id="an alias gives way",
    ),
    pytest.param(
        "services:\n  domain/a.example: &x {admin: carol}\n  domain/b.example: *x\n"
        "  domain/c.example: *x # her\n",
        ("domain/c.example", "admin", "dave"),
        "services:\n  domain/a.example: &x {admin: carol}\n  domain/b.example: *x\n"
        "  domain/c.example: {admin: dave} # her\n",
        id="an alias of a whole service is written out",
    ),
    pytest.param(
        "services:\n  domain/a.example: &x {admin: carol}\n  domain/b.example: *x\n  domain/c.example: *x\n",
        ("domain/a.example", "billing", "dave"),
        "services:\n  domain/a.example: {admin: carol, billing: dave}\n"
        "  domain/b.example: &x {admin: carol}\n  domain/c.example: *x\n",
        id="the next service takes over the anchor",
    ),
]


@pytest.mark.parametrize(("body", "words", "expected"), CASES)
def test_one_line_changes_or_is_added(
    tmp_path: Path, body: str, words: tuple[str, str, str], expected: str
) -> None:
    path = tmp_path / "contacts.yaml"
    path.write_bytes((HEAD + body).encode())

    for _ in ("the second time there is nothing to do", "again"):
        assign(Settings(verbosity=-1), path, (words[0], Role(words[1]), words[2]), SAID, None)

        assert path.read_bytes().decode() == HEAD + expected


@settings(max_examples=60, deadline=None)
@given(
    documents(), st.sampled_from(SERVICES), st.sampled_from(ROLES), st.sampled_from(["dave", "ca22222-ovh"])
)
def test_only_the_contact_changes_in_what_the_file_says_and_one_or_two_lines_in_how(
    document: Document, service: str, role: Role, account: str
) -> None:
    raw = document.raw()
    before = declared(raw)
    key = (ServiceId(service), role)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contacts.yaml"
        path.write_bytes(raw)

        if key in before.time_boxes:
            with pytest.raises(ConfigError, match="ends on a day"):
                assign(Settings(verbosity=-1), path, (service, role, account), SAID, None)
            assert path.read_bytes() == raw
            return
        assign(Settings(verbosity=-1), path, (service, role, account), SAID, None)

        edited = path.read_bytes()
    after = declared(edited)
    holder = IDS.get(account, account)
    row = {one: IDS[name] for one, name in {**document.defaults, **_said(document, service)}.items()}
    assert after.rows[key[0]]._asdict() == dict.fromkeys(ROLES) | row | {role: holder}
    others = {known: contacts for known, contacts in after.rows.items() if known != service}
    assert others == {known: contacts for known, contacts in before.rows.items() if known != service}
    new = {one: roles for one, roles in after.observed.items() if one not in before.rows}
    marks = {**before.observed, **new}  # which the file gives a service that is new
    same = with_changes(before, rows=after.rows, places=after.places, warnings=after.warnings, observed=marks)
    assert after == same
    lines, now = (text.decode().splitlines(keepends=True) for text in (raw, edited))
    diff = [line for line in difflib.ndiff(lines, now) if line[0] in "+-"]
    assert sum(line[0] == "+" for line in diff) <= 2  # two where an empty `services: {}` is opened
    assert b"\r\n" not in edited or edited.count(b"\r\n") == edited.count(b"\n")


def _said(document: Document, service: str) -> dict[str, str]:
    return {role: name for role, (name, _) in document.said.get(service, {}).items()}


def test_a_contact_that_ends_is_written_with_its_end(tmp_path: Path) -> None:
    desk = desk_with(tmp_path, "services:\n  domain/a.example: {admin: platform}\n")
    end = ("--until", "2031-01-31", "--then", "platform", "--reason", "shop: relaunch", "--ticket", "OPS-1")

    done = desk.run("set", "domain/a.example", "technical", "carol", *end)

    assert done.code == 0, done.err
    written = "{account: carol, until: 2031-01-31, then: platform, reason: 'shop: relaunch', ticket: OPS-1}"
    assert desk.file.read_text().endswith(f"domain/a.example: {{admin: platform, technical: {written}}}\n")
    assert done.out.splitlines()[-2:] == [
        "-  domain/a.example: {admin: platform}",
        f"+  domain/a.example: {{admin: platform, technical: {written}}}",
    ]
    box = load(desk.file).time_boxes[ServiceId("domain/a.example"), Role.TECHNICAL]
    assert (box.account, str(box.until), box.then) == ("ca22222-ovh", "2031-01-31", "pl11111-ovh")

    same = desk.run("set", "domain/a.example", "technical", "carol", *end)

    assert (same.code, same.out) == (0, "")
    assert "is carol already; nothing to change" in same.err

    again = desk.run("set", "domain/a.example", "technical", "dave")

    assert again.code == 1
    assert "give --until and --then" in again.err
    assert "contacts.yaml:5:" in again.err


def test_a_time_box_in_lines_of_its_own_becomes_one_line_unless_a_comment_would_be_lost(
    tmp_path: Path,
) -> None:
    box = "    technical:\n      account: carol\n      until: 2031-01-31\n      then: dave"
    desk = desk_with(tmp_path, f"services:\n  domain/a.example:\n{box}\n    billing: carol\n")
    arguments = ("domain/a.example", "technical", "dave", "--until", "2031-02-28", "--then", "carol")

    assert desk.run("set", *arguments).code == 0

    new = "    technical: {account: dave, until: 2031-02-28, then: carol}"
    assert desk.file.read_text() == f"{HEAD}services:\n  domain/a.example:\n{new}\n    billing: carol\n"

    body = f"services:\n  domain/a.example:\n{box.replace('carol', 'carol  # why')}\n"
    desk.file.write_text(HEAD + body)
    done = desk.run("set", *arguments)

    assert done.code == 1
    assert "a comment" in done.err
    assert desk.file.read_text() == HEAD + body


def test_an_included_service_is_edited_where_it_is_declared_and_a_new_one_put_beside_its_namesake(
    tmp_path: Path,
) -> None:
    desk = desk_with(tmp_path, "include: [teams/*.yaml]\n")
    for team in ("one", "two"):
        path = tmp_path / "teams" / f"{team}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            f"version: 1\ndefaults: {{admin: platform}}\nservices:\n  domain/{team}.example: {{}}\n"
        )

    assert desk.run("set", "domain/two.example", "admin", "carol").code == 0
    assert desk.run("set", "domain/zone/two.example", "admin", "platform").code == 0
    unclear = desk.run("set", "domain/three.example", "admin", "carol")
    placed = desk.run("set", "domain/three.example", "admin", "carol", "--into", "teams/one.yaml")

    assert unclear.code == 1
    assert "--into FILE" in unclear.err
    assert placed.code == 0
    assert (tmp_path / "teams" / "one.yaml").read_text().splitlines()[3:] == [
        "  domain/one.example: {}",
        "  domain/three.example: {admin: carol}",
    ]
    entries = (tmp_path / "teams" / "two.yaml").read_text().splitlines()[3:]
    assert [entry for entry in entries if entry] == [
        "  domain/two.example: {admin: carol}",
        "  domain/zone/two.example: {}",
    ]


@pytest.mark.parametrize(
    ("body", "arguments", "code", "words"),
    [
        ("services: {domain/a.example: {}}", ["domian/b.example", "admin", "carol"], 64, "did you mean"),
        (
            "services: {domain/a.example: {}}",
            ["domain/a.example", "admin", "carole"],
            64,
            "did you mean carol?",
        ),
        ("services: {domain/a.example: {}}", ["domain/a.example", "owner", "carol"], 64, "is not one of"),
        (
            "services: {domain/a.example: {}}",
            ["domain/a.example", "admin", "carol", "--until", "2031-01-31"],
            64,
            "--until and --then belong together",
        ),
        (
            "services: {domain/a.example: {}}",
            ["domain/a.example", "admin", "carol", "--until", "31.1.2031", "--then", "dave"],
            64,
            "write it as 2027-01-31",
        ),
        (
            "services: {domain/a.example: &x {billing: &y dave}, domain/b.example: *x}",
            ["domain/a.example", "admin", "carol"],
            1,
            "contacts.yaml:4:71: an anchor shares this",
        ),
        (
            "services: {domain/a.example: &x {billing: &y dave}, domain/b.example: *x}",
            ["domain/b.example", "admin", "carol"],
            1,
            "contacts.yaml:4:71: an anchor shares this",
        ),
        (
            "services:\n  domain/a.example: &x\n    billing: dave\n  domain/b.example: *x",
            ["domain/b.example", "admin", "carol"],
            1,
            "contacts.yaml:7:21: an anchor shares this",
        ),
        (
            "services: {domain/a.example: {admin: &x dave, billing: *x}}",
            ["domain/a.example", "admin", "carol"],
            1,
            "contacts.yaml:4:56: an anchor shares this",
        ),
    ],
)
def test_what_cannot_be_done_is_told_with_what_to_do_and_the_file_stays(
    tmp_path: Path, body: str, arguments: list[str], code: int, words: str
) -> None:
    desk = desk_with(tmp_path, body)

    done = desk.run("set", *arguments)

    assert done.code == code
    assert words in done.err
    assert desk.file.read_text() == HEAD + body
