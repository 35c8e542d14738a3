"""The HTML report, read back by a parser: what it says, what it asks for, what names may not do in it."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from typing import NamedTuple

import pytest

from reconciler.model import ROLES, AccountId, Role, ServiceId
from reconciler.model.time_box import Place
from reconciler.plan import Plan
from reconciler.render.report.flows import MOST_FLOWS, flows, picture
from reconciler.render.report.lists import MOST_PEOPLE, MOST_ROWS
from reconciler.render.report_html import plan_html
from reconciler.render.view import View
from reconciler.render.wording import Accounts
from tests.golden import assert_golden
from tests.render import plans, views
from tests.render.plans import HOSTILE, hostile
from tests.render.test_formats import VIEWS
from tests.render.test_golden import GOLDEN

NAMES = [
    *HOSTILE,
    "<img src=x onerror=alert(1)>",
    "</style><b>",
    "</title><b>",
    "-->",
    "{{ 7 * 7 }}",
    "`<b>`",
]
VOID = frozenset({"meta", "link", "input"})


class Element(NamedTuple):
    """One opening tag, with the names and values of its attributes."""

    tag: str
    attributes: dict[str, str | None]


class Read(HTMLParser):
    """Reads a document: its elements, its tables, and the text of its style and script."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self._rows: list[list[str]] = []
        self.feed(document)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "table":
            self._rows = self.tables[dict(attrs)["id"] or ""] = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in {"th", "td"}:
            self._rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        tag = self._open[-1] if self._open else ""
        self.texts.append((tag, data))
        if tag in {"th", "td"}:
            self._rows[-1][-1] += data

    def text_in(self, *tags: str) -> str:
        """Return all text that stands directly in such elements."""
        return "".join(text for tag, text in self.texts if tag in tags)


@pytest.mark.parametrize("name", ["three", "everything", "stopped", "beside", "observed", "in_sync"])
def test_a_report_is_written_as_blessed(name: str) -> None:
    """Without style and script, which have tests of their own in a browser."""
    document = re.sub(r"(?s)(<style>|<script>).*?(</style>|</script>)", r"\1\2", plan_html(VIEWS[name]))
    assert_golden(re.sub(r"sha256-[\w+/=]+", "sha256-", document), GOLDEN / f"view_{name}.html")


@pytest.mark.parametrize("name", VIEWS)
def test_the_policy_allows_its_own_style_and_script_by_their_hashes_and_nothing_else(name: str) -> None:
    read = Read(plan_html(VIEWS[name]))
    (policy,) = [
        element.attributes["content"]
        for element in read.elements
        if element.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy == (
        f"default-src 'none'; style-src '{hashed(read.text_in('style'))}'; "
        f"script-src '{hashed(read.text_in('script'))}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert Counter(element.tag for element in read.elements)["style"] == 1
    assert Counter(element.tag for element in read.elements)["script"] == 1


@pytest.mark.parametrize("name", VIEWS)
def test_nothing_in_it_points_outside_of_the_file_and_every_pointer_inside_meets(name: str) -> None:
    read = Read(plan_html(VIEWS[name]))
    ids = [element.attributes["id"] for element in read.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    for element in read.elements:
        assert not element.attributes.keys() & {"src", "style", "action", "data", "srcset", "background"}
        link = element.attributes.get("href") or "#plan"
        assert link == "data:," or link.removeprefix("#") in ids
        for named in (element.attributes.get("aria-labelledby"), element.attributes.get("aria-describedby")):
            assert named is None or named in ids
    assert "url(" not in read.text_in("style")
    assert "@import" not in read.text_in("style")


@pytest.mark.parametrize("name", ["three", "everything", "stopped"])
def test_every_contact_stands_in_the_table_of_its_tray_with_the_line_that_decides_it(name: str) -> None:
    view = replace(VIEWS[name], where=line_of_a_role)
    tables = Read(plan_html(view)).tables.values()
    rows = Counter(
        (row[0], row[1], row[-1]) for table in tables for row in table[1:] if table[0][1] == "Role"
    )
    expected = [(one.service, one.role) for one in view.plan.changes()]
    expected += [(row.change.service, row.change.role) for row in view.plan.contested]
    assert rows == Counter(
        (service, str(role), line(view.where(service, role))) for service, role in expected
    )


def test_each_person_sees_exactly_the_tasks_that_person_will_have_to_confirm() -> None:
    read = Read(plan_html(VIEWS["everything"]))
    shown = Counter(
        row[0] for key, table in read.tables.items() if key.startswith("person") for row in table[1:]
    )
    tasks = [(one.service, task) for one in plans.EVERYTHING.requests for task in one.tasks]
    assert shown == Counter(service for service, task in tasks for _ in task.confirmers)
    assert re.findall(r">([^<>]*): (\d) confirmations?<", plan_html(VIEWS["everything"])) == [
        ("agency (ag33333-ovh)", "3"),
        ("platform (pl11111-ovh)", "3"),
        ("zz99999-ovh", "1"),
    ]


def test_what_it_was_made_from_and_its_fingerprint_are_told() -> None:
    text = Read(plan_html(VIEWS["three"])).text_in("dd", "code")
    for words in ("contacts.yaml at commit", "0123456789", "2026-11-22 12:00 UTC, endpoint sandbox", "0.1.0"):
        assert words in text
    assert plans.ASKING.fingerprint in text
    assert Read(plan_html(View(plans.ASKING))).tables.keys() == Read(plan_html(VIEWS["three"])).tables.keys()


def test_what_a_guard_stops_is_told_first_and_nobody_will_be_asked() -> None:
    read = Read(plan_html(VIEWS["stopped"]))
    assert next(iter(read.tables.values()))[1] == [*vars_of(plans.STOPPED)]
    assert "Who would have to confirm" in read.text_in("h2")
    assert "held back by a guard" in read.text_in("dt")
    assert "--lift max_changes_percent" in read.text_in("code")


def test_flows_count_each_contact_that_moves_once_and_none_that_is_blocked_or_observed() -> None:
    for view in VIEWS.values():
        moving = [change for change, tray in view.plan.trays() if tray not in {"blocked", "observed"}]
        found = flows(view.plan)
        assert sum(flow.contacts for flow in found) == len(moving)
        for flow in found:
            here = Counter(
                one.role for one in moving if (one.live, one.desired) == (flow.source, flow.target)
            )
            assert flow.words == ", ".join(f"{here[role]} {role}" for role in ROLES if here[role])


def test_labels_of_flows_lie_apart_beside_their_source_and_within_the_picture() -> None:
    drawn = picture(flows(views.many()), Accounts({}))
    assert len(drawn.ribbons) == MOST_FLOWS
    assert drawn.left_out == len(flows(views.many())) - MOST_FLOWS
    heights = sorted(ribbon.label_y for ribbon in drawn.ribbons)
    assert all(below - above >= 20 for above, below in pairwise(heights))
    assert 10 <= heights[0] <= heights[-1] <= drawn.height - 10
    for ribbon in drawn.ribbons:
        source = ribbon.title.partition(" to ")[0]
        (bar,) = [bar for bar in drawn.sources if bar.name == source]
        assert bar.y < ribbon.label_y < bar.y + bar.height
        assert f"M240 {ribbon.label_y:g}H" in ribbon.path


def test_a_name_beside_the_picture_is_cut_where_its_room_ends_and_wide_letters_take_two_places() -> None:
    ideograph = "\N{CJK UNIFIED IDEOGRAPH-4E2D}"
    for name, shown in (
        ("x" * 28, "x" * 28),
        ("x" * 29, f"{'x' * 27}…"),
        (ideograph * 20, f"{ideograph * 13}…"),
    ):
        found = flows(Plan(requests=(plans.request(plans.change(live=AccountId(name))),)))
        (source,) = picture(found, Accounts({})).sources
        assert (source.name, source.clipped) == (name, shown)


def test_three_thousand_changes_stay_below_three_megabytes_and_all_of_them_are_there() -> None:
    document = plan_html(views.view(views.many()))
    assert len(document.encode()) < 3_000_000
    rows = {row[0] for table in Read(document).tables.values() for row in table}
    assert {one.service for one in views.many().changes()} <= rows


def test_three_thousand_people_who_confirm_one_change_each_stay_below_three_megabytes_too() -> None:
    changes = [
        plans.change(f"domain/s{index}.example", desired=AccountId(f"aa{index:05}-ovh"))
        for index in range(views.THOUSANDS)
    ]
    document = plan_html(views.view(Plan(requests=tuple(map(plans.request, changes)))))
    assert len(document.encode()) < 3_000_000
    tables = Read(document).tables
    confirmed = [
        row for key, table in tables.items() if key.startswith(("person", "others")) for row in table[1:]
    ]
    assert len(confirmed) == 2 * views.THOUSANDS
    assert len([key for key in tables if key.startswith("person")]) == MOST_PEOPLE
    account, service, *_ = tables["others"][-1]
    assert (account, service) == ("aa02999-ovh", "domain/s2999.example")


def test_a_list_too_long_for_a_browser_is_cut_and_says_where_all_of_it_is() -> None:
    services = plans.many_services(MOST_ROWS + 1)
    read = Read(plan_html(replace(views.view(Plan(unmanaged=services)), elsewhere=("plan.json",))))
    assert len(read.tables["list-1"]) == MOST_ROWS + 1
    words = " ".join(read.text_in("p").split())
    assert f"Only the first {MOST_ROWS} of {MOST_ROWS + 1} rows are shown" in words
    assert "here in plan.json." in words


@pytest.mark.parametrize("text", NAMES)
def test_hostile_names_add_no_element_and_no_attribute(text: str) -> None:
    seen, inert = (Read(plan_html(hostile_view(name))) for name in (text, "inert"))
    shapes = [
        [(one.tag, [*one.attributes]) for one in read.elements if one.tag != "code"] for read in (seen, inert)
    ]
    assert shapes[0] == shapes[1]
    for _, words in (pair for pair in seen.texts if pair[0] not in {"style", "script"}):
        assert "".join(words.splitlines()).isprintable()


def hostile_view(text: str) -> View:
    """Every text hostile, also where the file is and what it was made from."""
    made = replace(views.MADE, file=text, endpoint=text, version=text, commit=text)
    return View(
        hostile(text),
        {AccountId(text): text},
        where=lambda *_: Place(text, 1, 1),
        made=made,
        elsewhere=(text,),
    )


def line_of_a_role(service: ServiceId, role: Role | None) -> Place | None:
    """A line of its own for each role."""
    found = views.where(service, role)
    return found._replace(line=found.line * 3 + ROLES.index(role)) if found and role else found


def vars_of(plan: Plan) -> tuple[str, str]:
    """Return the guard and the words of the first stop."""
    return plan.stopped_by[0].guard, plan.stopped_by[0].detail


def line(place: Place | None) -> str:
    """Return a place as the report shows it."""
    return f"{place.file}:{place.line}" if place else "not in the file"


def hashed(text: str) -> str:
    """Return the hash of a policy."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
