"""Names of strangers on the pages: never markup, and never more than a page may weigh."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from urllib.parse import quote

from reconciler.sandbox import Service
from tests.cli.conftest import AGENCY, FINANCE, PLATFORM, Open, Place
from tests.sandbox.town import service
from tests.web.paging import Serve, text_of

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\u202egnp.exe",
    "{{ 7 * 7 }}",
    "a'b&c;d",
    "javascript:alert(1)",
)


def domains(names: Iterable[str]) -> list[Service]:
    """Return domains of the platform team with these names."""
    return [service(f"domain/{name}", PLATFORM, PLATFORM, FINANCE) for name in names]


def asked_for_all(shop: Place, names: Iterable[str]) -> list[int]:
    """Ask for the agency as technical contact of each domain and return the tasks."""
    tasks = (shop.town.ask(PLATFORM, f"domain/{quote(name, safe='')}", contactTech=AGENCY) for name in names)
    return [task for made in tasks for task in made]


def test_names_are_never_markup_on_any_page(place: Open, serve: Serve) -> None:
    shop = place("services: {domain/shop.example: {technical: agency}}", *domains(HOSTILE))
    made = asked_for_all(shop, HOSTILE)
    page = serve(shop)
    addresses = re.findall(r'href="(/services/[^"]*)"', page.get("/").text)
    assert len(addresses) == len(HOSTILE) + 2
    paths = ["/", "/requests", "/history", *addresses, *(f"/requests/{task}" for task in made)]
    paths += [f"/?q={quote(HOSTILE[1])}", f"/history?service={quote(HOSTILE[1])}", f"/{quote(HOSTILE[0])}"]
    shown = {path: page.get(path) for path in paths}
    for path, answer in shown.items():
        assert answer.status_code == (404 if path.startswith("/%3C") else 200), path
        assert not set(re.findall(r"<([a-z0-9]+)", answer.text)) & {"img", "iframe", "object"}, path
        assert answer.text.count("<script") == 2, path
        markup = "".join(re.findall(r"<[^>]*>", re.sub(r'"[^"]*"', "", answer.text)))
        assert not re.search(r"\son\w+=", markup), path
        assert "\u202e" not in answer.text, path
        assert "javascript:" not in "".join(re.findall(r'(?:href|action|src)="([^"/]*)', answer.text)), path
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown["/"].text
    assert r"\u202egnp.exe" in shown["/"].text
    assert "{{ 7 * 7 }}" in shown["/"].text


def test_no_page_is_heavier_than_300_kilobytes_however_many_and_long_the_names(
    place: Open, serve: Serve
) -> None:
    names = [f"{number:03d}{'<&' * 100}" for number in range(130)]
    shop = place({"services": {f"domain/{name}": {"technical": "agency"} for name in names}}, *domains(names))
    asked_for_all(shop, names)
    page = serve(shop)
    segments = re.findall(r'href="(/services/[^"]*)"', page.get("/").text)
    assert len(segments) == 100
    task = re.findall(r'href="/requests/(\d+)"', page.get("/requests").text)[0]
    paths = ["/", "/?page=2", "/requests", "/requests?show=mine", segments[0], f"/requests/{task}"]
    paths += ["/history", "/history?account=agency", "/files/contacts.yaml", "/?q=" + "%3C" * 500]
    for path in paths:
        answer = page.get(path)
        assert answer.status_code == 200, path
        assert len(answer.content) <= 300_000, (path, len(answer.content))
    assert f"domain/{names[0]}" in unescape(page.get(segments[0]).text)


def test_long_lists_are_paged_and_every_row_is_on_one_page(place: Open, serve: Serve) -> None:
    names = [f"name{number:03d}.example" for number in range(250)]
    page = serve(place("services: {domain/shop.example: {}}", *domains(names)))
    pages = [page.get(f"/?q=name&page={number}").text for number in (1, 2, 3)]
    found = [re.findall(r'<th scope="row".*?>domain/([^<]*)</a>', html) for html in pages]
    assert [len(one) for one in found] == [100, 100, 50]
    assert [name for one in found for name in one] == names
    assert 'rel="next" href="/?q=name&amp;page=2"' in pages[0]
    assert "Page 3 of 3" in text_of(page.get("/?q=name&page=99").text)
    assert "Page 1 of 3" in text_of(page.get("/?q=name&page=-1").text)
