"""The HTML report in Chromium: what a reader does with it, and what it may not do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from reconciler.model import TaskState
from reconciler.plan import Pending, Plan
from reconciler.render.report.flows import WIDTH
from reconciler.render.report_html import plan_html
from reconciler.render.view import View
from tests.render import plans, views
from tests.render.test_report_html import NAMES, hostile_view
from tests.web.browser import Axe, Visit

EVERYTHING = views.view(plans.EVERYTHING)
PATIENCE = 60_000
"""Milliseconds on a machine that does much else; alone it takes a twentieth of that."""
ROWS = "table:has(thead:has-text('Waits for')) tbody tr:visible"


@pytest.fixture
def opened(tmp_path: Path, visit: Visit) -> Any:
    """Return a function that opens the report of a view, and fails on any request but for the file."""

    def open_report(view: View, **how: Any) -> Page:
        file = tmp_path / "plan.html"
        file.write_text(plan_html(view), encoding="utf-8")
        page = visit(**how)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
        return page

    return open_report


def test_axe_finds_nothing_to_say_by_light_or_in_the_dark_on_a_desk_or_a_phone(opened: Any, axe: Axe) -> None:
    page = opened(EVERYTHING)
    assert axe(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert axe(page) == []


def test_typing_into_the_search_leaves_the_rows_that_hold_all_words(opened: Any) -> None:
    page = opened(EVERYTHING)
    page.get_by_role("searchbox", name="Search all lists").fill("SHOP.example billing")
    expect(page.locator("#found")).to_have_text("2 of 43 rows")
    assert page.locator(ROWS).locator("th").all_inner_texts() == [
        "domain/shop.example",
        "domain/zone/shop.example",
    ]
    expect(page.get_by_role("heading", name="Blocked")).to_be_hidden()
    page.get_by_role("searchbox").fill("")
    expect(page.get_by_role("heading", name="Blocked")).to_be_visible()
    expect(page.locator("#found")).to_have_text("")


def test_a_search_opens_the_folded_lists_that_it_finds_something_in_and_folds_them_again(opened: Any) -> None:
    page = opened(views.view(views.many(300)))
    folded = page.locator("details").first
    assert not folded.evaluate("one => one.open")
    page.get_by_role("searchbox").fill("shop-00001.example")
    expect(folded.get_by_role("row", name="shop-00001.example")).to_be_visible()
    page.get_by_role("searchbox").fill("")
    expect(folded.get_by_role("row", name="shop-00001.example")).to_be_hidden()


def test_a_heading_sorts_its_list_by_keyboard_both_ways_and_says_so(opened: Any) -> None:
    page = opened(EVERYTHING)
    table = page.get_by_role("table", name="Pending")
    heading = table.get_by_role("columnheader", name="Task")
    heading.get_by_role("button").press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    assert tasks_of(table) == [5001, 5002, 5003, 5004, 5005]
    heading.get_by_role("button").press("Enter")
    expect(heading).to_have_attribute("aria-sort", "descending")
    assert tasks_of(table) == [5005, 5004, 5003, 5002, 5001]
    table.get_by_role("columnheader", name="Service").get_by_role("button").press("Enter")
    assert table.locator("[aria-sort]").all_inner_texts() == ["Service"]


def test_numbers_are_sorted_as_numbers(opened: Any) -> None:
    rows = [Pending(plans.change(), task, TaskState.TODO, ()) for task in (100, 9, 20, 5001)]
    table = opened(views.view(Plan(pending=tuple(rows)))).get_by_role("table", name="Pending")
    table.get_by_role("columnheader", name="Task").get_by_role("button").click()
    assert tasks_of(table) == [9, 20, 100, 5001]


def test_without_its_script_the_report_is_all_there(opened: Any) -> None:
    page = opened(EVERYTHING, java_script_enabled=False)
    expect(page.get_by_role("searchbox")).to_be_hidden()
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("row", name="domain/p2.example").first).to_be_visible()
    expect(page.get_by_role("img")).to_be_visible()


@pytest.mark.parametrize(
    ("width", "name"), [(360, "long"), (800, "\N{CJK UNIFIED IDEOGRAPH-4E2D}"), (1280, "x")]
)
def test_no_width_and_no_name_makes_it_wider_than_the_window(width: int, name: str, opened: Any) -> None:
    page = opened(hostile_view(name * 400), viewport={"width": width, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    edges = page.evaluate(
        "Array.from(document.querySelectorAll('svg text'), (one) => one.getBBox())"
        ".flatMap(({x, width}) => [x, x + width])"
    )
    assert 0 <= min(edges) < max(edges) <= WIDTH


def test_on_a_phone_each_row_is_a_card_that_repeats_the_headings(opened: Any) -> None:
    page = opened(EVERYTHING, viewport={"width": 360, "height": 740})
    cell = page.get_by_role("table", name="Pending").locator("tbody td").nth(1)
    assert cell.evaluate("one => getComputedStyle(one, '::before').content") == '"Change"'


def test_print_shows_what_is_folded_on_white_without_the_search(opened: Any) -> None:
    page = opened(views.view(views.many(300)), color_scheme="dark")
    row = page.locator("#person-1").get_by_role("row", name="shop-00001.example")
    expect(row).to_be_hidden()
    page.emulate_media(media="print")
    expect(row).to_be_visible()
    expect(page.get_by_role("searchbox")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.querySelector('table')).backgroundColor") == (
        "rgb(255, 255, 255)"
    )


def test_hostile_names_do_nothing(tmp_path: Path, visit: Visit) -> None:
    page = visit()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name in NAMES:
        file = tmp_path / "plan.html"
        file.write_text(plan_html(hostile_view(name)), encoding="utf-8")
        page.goto(file.as_uri())
        page.evaluate("for (const one of document.querySelectorAll('thead button')) one.click()")
        assert page.locator("img, iframe, object, embed, form, b:not(dd b)").count() == 0
    assert {url for url in asked if not url.startswith("data:")} == {file.as_uri()}


def test_three_thousand_changes_are_searched(opened: Any) -> None:
    page = opened(views.view(views.many()))
    page.get_by_role("searchbox").fill("shop-01234.example")
    expect(page.locator("#found")).to_have_text("3 of 8204 rows", timeout=PATIENCE)


def tasks_of(table: Any) -> list[int]:
    """Return the tasks of a list, from top to bottom."""
    return [int(text) for text in table.locator("tbody td:nth-child(5)").all_inner_texts()]
