"""The whole story clicked through in real Chromium, in front of a real server and a real sandbox."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.cli.conftest import AGENCY, PLATFORM, SHOP, Open, Place
from tests.web.browser import Axe, Served, Visit, serving

PHONE = {"viewport": {"width": 360, "height": 740}}
LINKS = (
    "manager/#/useraccount/contacts/{task}?tab=REQUESTS&token={token}",
    "#/useraccount/contacts/{task}?tab=REQUESTS&token={token}",
    "manager#/useraccount/contacts/requests?taskId={task}&token={token}",
    "any/other/path#/contacts/requests?token={token}&taskId={task}",
)


@pytest.fixture
def story(place: Open) -> Iterator[tuple[Place, Served, int]]:
    """Return a shop whose technical contact was asked to move to the agency, and its page."""
    shop = place()
    task = shop.asked()
    with serving(shop.desk) as served:
        yield shop, served, task


def link(shop: Place, served: Served, who: str, task: int, shape: str = LINKS[0]) -> str:
    """Return a mailed link with its host replaced by ours."""
    return served.url + shape.format(task=task, token=shop.town.token(who, task))


def contact(page: Page, role: str) -> Locator:
    """Return the row of one contact on a service's own page."""
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=role, exact=True))


def answer_as(page: Page, name: str, answer: str) -> None:
    """Choose an account, where there is a choice, and press a button."""
    choice = page.get_by_role("radio", name=name)
    if choice.count():
        choice.check()
    page.get_by_role("button", name=answer, exact=True).click()


def test_find_a_service_follow_the_mailed_link_accept_as_both_and_see_it_done(
    story: tuple[Place, Served, int], visit: Visit
) -> None:
    shop, served, task = story
    page = visit(served.url)
    page.get_by_label("Search").fill("shop")
    expect(page.get_by_role("table")).to_contain_text("1 service of 2")
    expect(page).to_have_url(f"{served.url}?q=shop")
    page.get_by_role("link", name=SHOP).click()
    expect(contact(page, "Technical")).to_contain_text("waiting for platform")

    page.goto(link(shop, served, AGENCY, task))
    expect(page).to_have_url(f"{served.url}requests/{task}")
    expect(page.get_by_label("Token")).to_have_value(shop.town.token(AGENCY, task))
    answer_as(page, "agency", "Accept")
    expect(page.locator("#notice")).to_contain_text("it waits for platform")
    expect(page.locator("#missing")).to_have_text("waiting for platform")
    expect(page.locator(".timeline")).to_contain_text("agency (ag33333-ovh) accepted")

    page.goto(link(shop, served, PLATFORM, task))
    answer_as(page, "platform", "Accept")
    expect(page.locator("#notice")).to_contain_text("it is done at OVHcloud")
    expect(page.locator(".timeline")).to_contain_text("Done the service shows the new contact")
    page.get_by_role("link", name=SHOP).click()
    expect(contact(page, "Technical")).to_contain_text("in sync")
    assert shop.town.contacts(PLATFORM)[1] == AGENCY


def test_every_shape_of_mailed_link_opens_its_request_with_the_token_filled_in_and_leaves_no_trace(
    story: tuple[Place, Served, int], visit: Visit
) -> None:
    shop, served, task = story
    token = shop.town.token(AGENCY, task)
    for shape in LINKS:
        page = visit()
        asked: list[str] = []
        page.on("request", _notes(asked))
        page.goto(link(shop, served, AGENCY, task, shape))
        expect(page.get_by_label("Token")).to_have_value(token)
        assert page.url == f"{served.url}requests/{task}", shape
        assert page.evaluate("history.length") <= 2, shape
        assert token not in page.content()
        kept = "JSON.stringify([{...localStorage}, {...sessionStorage}, history.state])"
        assert token not in page.evaluate(kept)
        assert asked
        assert not [line for line in asked if token in line.split("#")[0] or token in line.rpartition(" ")[2]]


def _notes(asked: list[str]) -> Callable[[Request], None]:
    return lambda request: asked.append(f"{request.url} {request.headers.get('referer')}")


def test_refusing_ends_the_request_for_everybody(story: tuple[Place, Served, int], visit: Visit) -> None:
    shop, served, task = story
    page = visit(link(shop, served, AGENCY, task))
    answer_as(page, "agency", "Refuse")
    expect(page.locator("#notice")).to_contain_text("refused for agency")
    expect(page.locator(".timeline")).to_contain_text("Refused")
    expect(page.locator("#answer")).to_contain_text("Nothing to answer any more")
    assert shop.town.state(PLATFORM, task) == "refused"


def test_a_new_mail_makes_the_old_token_worthless_and_the_new_one_works(
    story: tuple[Place, Served, int], visit: Visit
) -> None:
    shop, served, task = story
    old = link(shop, served, AGENCY, task)
    page = visit(f"{served.url}requests/{task}")
    answer_as(page, "agency", "Send a new mail")
    expect(page.locator("#notice")).to_contain_text("a new mail is on its way to agency")
    page.goto(old)
    answer_as(page, "agency", "Accept")
    expect(page.get_by_role("alert")).to_contain_text("OVHcloud said no")
    page.goto(link(shop, served, AGENCY, task))
    answer_as(page, "agency", "Accept")
    expect(page.locator("#notice")).to_contain_text("accepted for agency")


def test_a_wrong_token_is_told_in_ovhclouds_words_and_the_form_stays(
    story: tuple[Place, Served, int], visit: Visit
) -> None:
    shop, served, task = story
    page = visit(f"{served.url}requests/{task}")
    wrong = "W" * 32
    page.get_by_label("Token").fill(wrong)
    answer_as(page, "agency", "Accept")
    expect(page.get_by_role("alert")).to_contain_text(re.compile("OVHcloud said no: .*query id"))
    assert wrong not in page.content()
    expect(page.get_by_role("radio", name="agency")).to_be_checked()
    page.get_by_label("Token").fill(shop.town.token(AGENCY, task))
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("#notice")).to_contain_text("accepted for agency")


def test_with_the_keyboard_alone_a_mailed_link_is_accepted(
    story: tuple[Place, Served, int], visit: Visit
) -> None:
    shop, served, task = story
    page = visit(f"{served.url}requests/{task}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    _tab_to(page, "party-1")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="agency")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.insert_text(shop.town.token(AGENCY, task))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("accepted for agency")


def test_without_javascript_the_link_is_pasted_and_both_accept(
    story: tuple[Place, Served, int], visit: Visit
) -> None:
    shop, served, task = story
    page = visit(java_script_enabled=False)
    for who, name in ((AGENCY, "agency"), (PLATFORM, "platform")):
        if who == AGENCY:
            page.goto(link(shop, served, who, task))
        else:
            page.goto(f"{served.url}requests")
            page.get_by_role("link", name="Answer a mail").click()
        page.get_by_label("The whole link").fill(link(shop, served, who, task))
        page.get_by_role("button", name="Show the request").click()
        assert shop.town.token(who, task) not in page.content()
        answer_as(page, name, "Accept")
        expect(page.locator("#notice")).to_contain_text(f"accepted for {name}")
    expect(page.locator(".timeline")).to_contain_text("Done the service shows the new contact")


def test_without_javascript_the_search_is_a_form_whose_address_can_be_shared(
    story: tuple[Place, Served, int], visit: Visit
) -> None:
    _, served, _ = story
    page = visit(served.url, java_script_enabled=False)
    page.get_by_label("Search").fill("shop")
    page.get_by_label("Tray", exact=True).select_option("pending")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("table")).to_contain_text("1 service of 2")
    other = visit(page.url)
    expect(other.get_by_label("Tray", exact=True)).to_have_value("pending")
    expect(other.get_by_role("table")).to_contain_text("1 service of 2")


def test_an_open_page_shows_by_itself_what_somebody_else_did_and_keeps_what_is_being_typed(
    story: tuple[Place, Served, int], visit: Visit
) -> None:
    shop, served, task = story
    page = visit(f"{served.url}requests/{task}")
    page.get_by_label("Token").fill("half a tok")
    done = shop.run("resend", str(task), "--as", "agency")
    assert done.code == 0, done.err
    expect(page.locator(".timeline")).to_contain_text("agency (ag33333-ovh) was sent a new mail")
    expect(page.get_by_label("Token")).to_have_value("half a tok")
    done = shop.run("accept", str(task), "--as", "agency", stdin=shop.town.token(AGENCY, task))
    assert done.code == 0, done.err
    expect(page.locator(".timeline")).to_contain_text("agency (ag33333-ovh) accepted")
    expect(page.get_by_role("status")).to_contain_text("Updated at")
    expect(page.get_by_text("As platform (pl11111-ovh)")).to_be_visible()
    expect(page.get_by_label("Token")).to_have_value("")  # it may have been the agency's
    shop.town.accept(PLATFORM, task)
    expect(page.locator("#answer")).to_contain_text("Nothing to answer any more")
    expect(page.locator(".timeline")).to_contain_text("Done the service shows the new contact")


def _tab_to(page: Page, name: str) -> None:
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == name:
            return
    raise AssertionError(f"{name} cannot be reached with the keyboard")


@contextmanager
def _open_pages(served: Served, task: int, visit: Visit, **how: Any) -> Iterator[Iterator[Page]]:
    page = visit(**how)
    addresses = [
        "",
        "?q=nothing+like+that",
        f"services/{SHOP}",
        "requests",
        f"requests/{task}",
        f"requests/{task}?note=token-ignored",
        "history",
        "manager/",
        "files/contacts.yaml?line=3#L3",
        "nowhere",
    ]

    def each() -> Iterator[Page]:
        for address in addresses:
            page.goto(served.url + address)
            yield page

    yield each()


def test_axe_finds_no_violation_on_any_page_by_light_or_in_the_dark(
    story: tuple[Place, Served, int], visit: Visit, axe: Axe
) -> None:
    shop, served, task = story
    shop.run("accept", str(task), "--as", "agency", stdin=shop.town.token(AGENCY, task))
    with _open_pages(served, task, visit) as pages:
        for page in pages:
            assert axe(page) == [], page.url


def test_on_a_phone_no_page_is_wider_than_the_screen(story: tuple[Place, Served, int], visit: Visit) -> None:
    _, served, task = story
    with _open_pages(served, task, visit, **PHONE) as pages:
        for page in pages:
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, page.url
