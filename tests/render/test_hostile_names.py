"""Names from files and servers are shown, never obeyed."""

from __future__ import annotations

import dataclasses
import io
import re

import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from reconciler.model import AccountId, Role, TaskState
from reconciler.plan import Plan
from reconciler.render import (
    RequestRow,
    ServiceRow,
    View,
    markdown_of,
    plan_text,
    services_text,
    status_text,
    visible,
)
from reconciler.render.picture import MOST_EDGES, picture
from reconciler.render.safe import all_visible, code, prose
from reconciler.render.terminal import plan_rich, services_rich, status_rich
from reconciler.render.wording import Accounts
from tests.render.plans import HOSTILE, PLATFORM, change, hostile, request

PLAIN = "inert"


def named(text: str) -> dict[AccountId, str]:
    return {AccountId(text): text, PLATFORM: text}


def request_rows(text: str) -> list[RequestRow]:
    who = AccountId(text)
    row = RequestRow(1, text, (Role.ADMIN,), who, who, who, TaskState.VALIDATING, 1.0, (who,), (who,))
    return [row._replace(next_command=text, note=text)]


def service_rows(text: str) -> list[ServiceRow]:
    who = AccountId(text)
    return [ServiceRow(text, who, who, who)]


@pytest.mark.parametrize("text", HOSTILE)
def test_plain_text_keeps_its_lines_and_holds_nothing_that_a_terminal_obeys(text: str) -> None:
    pairs = [
        (plan_text(hostile(text), named(text)), plan_text(hostile(PLAIN), named(PLAIN))),
        (status_text(request_rows(text), named(text)), status_text(request_rows(PLAIN), named(PLAIN))),
        (services_text(service_rows(text), named(text)), services_text(service_rows(PLAIN), named(PLAIN))),
    ]
    for shown, harmless in pairs:
        assert shown.replace("\n", "").isprintable()
        assert shown.count("\n") == harmless.count("\n")
        assert visible(text) in shown


@pytest.mark.parametrize("text", HOSTILE)
def test_a_terminal_shows_markup_as_written_and_adds_no_escape(text: str) -> None:
    screen = io.StringIO()
    console = Console(file=screen, width=2000, force_terminal=True, color_system=None, emoji=True)
    plan_rich(hostile(text), named(text), console)
    status_rich(request_rows(text), named(text), console)
    services_rich(service_rows(text), named(text), console)
    shown = re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue())
    assert shown.replace("\n", "").isprintable()
    assert f"domain/{visible(text)}" in shown


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_the_name_and_makes_no_element_of_it(text: str) -> None:
    for stopped_by in (hostile(text).stopped_by, ()):
        shown, harmless = (
            markdown_of(View(dataclasses.replace(hostile(name), stopped_by=stopped_by), named(name)))
            for name in (text, PLAIN)
        )
        assert shown.replace("\n", "").isprintable()
        assert skeleton(shown) == skeleton(harmless)


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_leaves_mentions_issue_numbers_and_addresses_nothing_to_find(text: str) -> None:
    markdown = markdown_of(View(hostile(text), named(text)))
    fenced = re.compile(r"^```mermaid\n.*?^```$", re.DOTALL | re.MULTILINE)
    lines = fenced.sub("", markdown).splitlines()[2:]
    outside_code = " ".join(re.sub(r"`[^`]*`|^#+ ", "", line) for line in lines)
    outside_code = re.sub(r"<code>[^<>@|\[\]]*</code>|</?details>|</?summary>", "", outside_code)
    outside_code = re.sub(r"\(https://www\.ovh\.com/[\w/.-]+\)", "", outside_code)
    for lure in ("@", "#", r"(?i)GH-\d", ":smile:", r"\w://", r"www\.", "<", r"(?<!\\)\|b", r"(?<!\\)\*"):
        assert not re.search(lure, outside_code), lure
    for lure in ("<script", "@everyone", "#12", r"(?<!\\)\]\(http"):
        assert not re.search(lure, markdown), lure


@pytest.mark.parametrize("text", HOSTILE)
def test_the_picture_holds_names_as_labels_that_end_nowhere_but_at_their_end(text: str) -> None:
    plan = dataclasses.replace(hostile(text), stopped_by=())
    first, kind, *rows, last = picture(plan, Accounts(named(text)))
    assert (first, kind, last) == ("```mermaid", "flowchart LR", "```")
    for row in rows:
        node = r'  a\d+\["(?:[\w .()-]|\\x[0-9a-f]+)*"\]'
        edge = r'  a\d+ -->\|"\d+ contacts?"\| a\d+'
        assert re.fullmatch(f"{node}|{edge}", row), row


def test_the_largest_picture_of_the_longest_labels_is_not_too_long_for_mermaid() -> None:
    rows = [
        change(f"domain/{at}.example", live=AccountId(f"aa{at}-ovh"), desired=AccountId(f"bb{at}-ovh"))
        for at in range(MOST_EDGES)
    ]
    wide = {
        account: "\N{PARTY POPPER}" * 80 for row in rows for account in (row.live, row.desired) if account
    }
    lines = [*picture(Plan(requests=tuple(map(request, rows))), Accounts(wide))]
    assert len(lines) > 2 * MOST_EDGES
    assert len("\n".join(lines)) < 50_000
    assert r'["\x1f389\x1f389' in lines[2]
    assert lines[2].endswith('..."]')


def skeleton(markdown: str) -> list[str]:
    """The elements that a Markdown reader makes of the document, without their text."""
    elements: list[str] = []
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown):
        elements.append(token.type)
        kinds = {child.type for child in token.children or ()}
        elements += sorted(kinds - {"text", "code_inline", "text_special", "softbreak"})
    return elements


def test_what_is_not_printable_becomes_an_escape() -> None:
    assert visible("a\nb\x1b[0m\u202e\u00a0\ud800") == r"a\nb\x1b[0m\u202e\xa0\ud800"
    assert visible("Zażółć gęślą [b] `x` 日本") == "Zażółć gęślą [b] `x` 日本"


@pytest.mark.parametrize("text", [*HOSTILE, "plain", "é", "\x7f", "\t", ""])
def test_one_look_at_all_names_finds_what_a_look_at_each_would(text: str) -> None:
    assert all_visible(["plain", text]) == (visible(text) == text)


def test_a_code_span_never_ends_within_a_name() -> None:
    for text in HOSTILE:
        assert re.fullmatch(r"`[^`|\n]+`", code(text))
    assert code("") == "` `"


def test_a_sentence_keeps_its_words_and_brackets() -> None:
    assert prose("refused (HTTP 403): at 12:30, see shop.example") == (
        "refused (HTTP 403): at 12:30, see shop.example"
    )
    assert prose("see https://x.example and www.x.example") == r"see https\://x.example and www\.x.example"
