"""The comment on a change under review: what is in it, how it is cut, and how GitHub's dialect reads it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from reconciler.model import AccountId, ServiceId
from reconciler.plan import Plan
from reconciler.render import View, markdown_of
from reconciler.render.github import SUMMARY_BYTES, step_summary
from reconciler.render.markdown_tables import MOST_PEOPLE
from reconciler.render.picture import MOST_EDGES
from reconciler.render.plan_markdown import COMMENT
from reconciler.render.safe import code
from tests.render import plans, views
from tests.render.markdown import html_of
from tests.render.plans import HOSTILE, hostile

GITHUBS = 65_536
ALLOWED = {"details", "summary", "code", "pre", "table", "thead", "tbody", "tr", "th", "td"}
ALLOWED |= {"h2", "h3", "h4", "p", "ul", "li", "strong", "a"}


class Elements(HTMLParser):
    """Counts the elements of a page, their attributes and the text in them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found[tag] += 1
        self.attributes += attrs
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.rstrip("\n")


def test_the_marker_is_the_first_line_and_a_key_tells_several_files_apart() -> None:
    assert markdown_of(views.THREE).splitlines()[0] == "<!-- reconciler:plan -->"
    keyed = markdown_of(replace(views.THREE, key="teams/shop"))
    assert keyed.splitlines()[0] == "<!-- reconciler:plan teams/shop -->"


def test_counts_come_first_then_a_table_for_each_person_then_the_folded_lists() -> None:
    markdown = markdown_of(views.THREE)
    marks = [
        "| To request |",
        "### Who will have to confirm",
        "```mermaid",
        "<details>",
        "Fingerprint: `aaaa",
    ]
    assert [markdown.index(mark) for mark in marks] == sorted(markdown.index(mark) for mark in marks)


def test_each_person_is_shown_exactly_what_that_person_will_have_to_confirm() -> None:
    (html,) = html_of(markdown_of(views.THREE))
    agency = html.partition("agency (ag33333-ovh)</code>: 3 confirmations</h4>")[2]
    rows = Elements(agency.partition("</table>")[0]).rows[1:]
    assert [row[:2] for row in rows] == [
        ["domain/both.example", "technical and billing"],
        ["domain/two.example", "technical"],
        ["vps/vps-1.example", "technical"],
    ]
    assert rows[0][2:] == ["platform (pl11111-ovh) -> agency (ag33333-ovh)", "platform (pl11111-ovh)"]


def test_what_wants_a_person_is_not_folded_and_what_is_not_urgent_is() -> None:
    shown = (plans.EVERYTHING, views.many(300))
    html, flood = html_of(*(markdown_of(views.view(plan)) for plan in shown))
    assert "<h3>Blocked, wants a person: 12 contacts</h3>" in html
    assert "<summary>Blocked, wants a person: 30 contacts</summary>" in flood
    assert "<summary>Not managed, seen but not declared in the file: 2 services</summary>" in html


def test_a_time_box_and_what_a_branch_adds_to_its_base_are_shown() -> None:
    assert "until 2027-01-31, then platform (shop relaunch, OPS-12)" in markdown_of(
        views.view(plans.TIME_BOXED)
    )
    shown = markdown_of(views.view(plans.BESIDE))
    assert "### Changed here and in origin/main, differently: 1 contact" in shown
    assert "<summary>Wanted by origin/main already, not by this branch: 1 contact</summary>" in shown


@pytest.mark.parametrize("number", [1, 100, views.THOUSANDS, 20_000])
def test_a_comment_never_exceeds_what_github_takes_and_says_how_much_is_left_out(number: int) -> None:
    view = views.view(views.many(number))
    markdown = markdown_of(view)
    assert len(f"{markdown}\n") <= GITHUBS
    left_out = [int(rest) for rest in re.findall(r"^\.\.\. and (\d+) more$", markdown, re.MULTILINE)]
    said = re.search(
        r"Cut to what fits here: (\d+) rows? left out; `reconciler plan` shows all of it", markdown
    )
    assert sum(left_out) == (int(said[1]) if said else 0)
    if number >= views.THOUSANDS:
        assert said
        assert len(markdown) > COMMENT * 0.9


def test_a_cut_comment_points_to_the_files_that_hold_the_rest() -> None:
    view = replace(views.view(views.many()), elsewhere=("plan.html", "out/a b.json"))
    assert "left out; all of it: `plan.html` and `out/a b.json`.**" in markdown_of(view)


def test_a_file_of_exactly_as_many_characters_as_github_takes_is_whole_and_one_more_is_cut() -> None:
    def file_of(length: int) -> str:
        return f"{markdown_of(View(Plan(absent=(ServiceId('x' * length),))))}\n"

    fits = GITHUBS - len(file_of(1)) + 1
    assert len(file_of(fits)) == GITHUBS
    assert "Cut to what fits" not in file_of(fits)
    assert "Cut to what fits" in file_of(fits + 1)
    assert len(file_of(fits + 1)) < GITHUBS


def test_a_comment_of_characters_beyond_sixteen_bits_is_short_enough_however_they_are_counted() -> None:
    names = {account: "\N{PARTY POPPER}" * 30 for row in views.many().requests for account in [row.asker]}
    markdown = markdown_of(replace(views.view(views.many()), names=names))
    units = len(f"{markdown}\n".encode("utf-16-le")) // 2
    assert len(markdown) < 0.9 * units
    assert 0.9 * GITHUBS < units <= GITHUBS


def test_who_has_no_table_of_their_own_share_one() -> None:
    number = MOST_PEOPLE + 2  # the asker is one more
    rows = [plans.change(f"domain/{n}.example", desired=AccountId(f"bb{n}-ovh")) for n in range(number)]
    markdown = markdown_of(View(Plan(requests=tuple(map(plans.request, rows)))))
    (html,) = html_of(markdown)
    shared = html.partition("<summary>3 other accounts: 3 confirmations</summary>")[2]
    shown = Elements(shared.partition("</table>")[0]).rows
    assert shown[0] == ["Account", "Service", "Roles", "Change", "Asker"]
    tables = len(re.findall(r"(?:^#### |<summary><code>).*confirmations?", markdown, re.MULTILINE))
    assert (tables, len(shown) - 1) == (MOST_PEOPLE, 3)


def test_a_base_that_looks_like_a_link_or_an_issue_is_neither() -> None:
    assert plans.BESIDE.beside
    names = ("www.evil.example/x", "GH-12__x__")
    besides = [replace(plans.BESIDE, beside=replace(plans.BESIDE.beside, base=name)) for name in names]
    shown = html_of(*(markdown_of(View(plan)) for plan in besides))
    for name, html in zip(names, shown, strict=True):
        assert not Elements(html).found.keys() & {"a", "em"}
        assert not re.search(r"GH-\d", re.sub("<code>.*?</code>", "", html))
        assert name in Elements(html).text


def test_the_summary_of_a_step_has_more_room_and_keeps_to_it_in_bytes() -> None:
    plan = views.many(6_000)
    odd = {account: "é" * 40 for request in plan.requests for account in (request.asker,)}
    view = replace(views.view(plan), names=odd)
    whole, half = step_summary(view), step_summary(view, SUMMARY_BYTES // 2)
    assert COMMENT < len(half.encode()) <= SUMMARY_BYTES // 2
    assert SUMMARY_BYTES // 2 < len(whole.encode()) <= SUMMARY_BYTES
    assert step_summary(view, SUMMARY_BYTES - 100) == ""


def test_the_summary_of_a_step_counts_the_line_breaks_around_it() -> None:
    whole = step_summary(views.THREE)
    left = SUMMARY_BYTES - len(f"\n{whole}\n".encode())
    assert step_summary(views.THREE, left) == whole
    assert len(step_summary(views.THREE, left + 1)) < len(whole)


def test_names_too_long_for_any_row_leave_counts_and_fingerprint() -> None:
    markdown = markdown_of(View(hostile("x" * COMMENT)))
    assert len(markdown) <= COMMENT
    assert "left out" in markdown
    assert markdown.endswith(f"Fingerprint: `{'0' * 64}`")


def test_a_picture_that_nobody_could_read_is_left_out_with_words() -> None:
    pairs = [
        plans.change(f"domain/{n}.example", live=AccountId(f"aa{n}-ovh"), desired=AccountId(f"bb{n}-ovh"))
        for n in range(MOST_EDGES + 1)
    ]
    few, many = (
        markdown_of(View(Plan(requests=tuple(map(plans.request, rows))))) for rows in (pairs[1:], pairs)
    )
    assert few.count("-->|") == MOST_EDGES
    assert "mermaid" not in many
    assert f"{MOST_EDGES + 1} pairs of accounts" in many


def test_githubs_dialect_reads_every_table_and_every_fold() -> None:
    shown = [views.THREE.plan, plans.EVERYTHING, plans.STOPPED, plans.BESIDE, views.many(300)]
    texts = [markdown_of(views.view(plan)) for plan in shown]
    for markdown, html in zip(texts, html_of(*texts), strict=True):
        found = Elements(html)
        assert found.found["details"] == found.found["summary"] == markdown.count("<details>")
        assert found.found["table"] == len(re.findall(r"^\|(?:---|--:)", markdown, re.MULTILINE))
        assert not re.search(r"^\|", found.text, re.MULTILINE)
        assert set(found.found) <= ALLOWED


def test_hostile_names_make_no_element_link_or_attribute_in_githubs_dialect() -> None:
    names = ["inert", *HOSTILE, "::error::x", "<img src=x onerror=alert(1)>", "&lt;b&gt;", "__x__", "~a~"]
    much = (1, 11)  # the tables of a person who has much to confirm are folded
    texts = [markdown_of(View(busy(name, many), {AccountId(name): name})) for many in much for name in names]
    read = [Elements(html) for html in html_of(*texts)]
    for many, half in zip(much, (read[: len(names)], read[len(names) :]), strict=True):
        inert, *others = half
        del inert.found["code"]  # a sentence shows an at sign as one
        for name, seen in zip(names[1:], others, strict=True):
            del seen.found["code"]
            assert seen.found == inert.found, name
            assert seen.attributes == inert.attributes, name
            assert [len(row) for row in seen.rows] == [len(row) for row in inert.rows], name
            assert seen.text.count(f"{code(name)[1:-1]}2: {many} conf") == 1, name


def busy(name: str, requests: int) -> Plan:
    """A hostile plan with so many requests."""
    plan = hostile(name)
    return replace(plan, requests=plan.requests * requests)
