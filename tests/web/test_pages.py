"""The pages as any client gets them, from a real server over a real sandbox."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import AGENCY, FINANCE, PLATFORM, SHOP, SHORT, Open, Place
from tests.running import Desk
from tests.sandbox.town import service
from tests.web.paging import Paged, Serve, paging, row_of, text_of


def test_every_service_is_listed_with_its_contacts_its_tray_and_where_it_is_declared(
    estate: tuple[Place, Paged],
) -> None:
    html = estate[1].get("/").text
    asked = row_of(html, "domain/asked.example")
    assert asked.startswith("domain/asked.example platform platform → wanted: agency pending finance pending")
    assert row_of(html, SHOP) == (
        f"{SHOP} platform platform → wanted: agency to request finance to request contacts.yaml:11"
    )
    assert "in sync contacts.yaml:13" in row_of(html, "domain/fine.example")
    assert "wanted: platform" in row_of(html, "domain/gone.example")
    assert "absent contacts.yaml:14" in row_of(html, "domain/gone.example")
    assert "wanted: agency blocked" in row_of(html, "domain/poor.example")
    assert row_of(html, "domain/stray.example") == (
        "domain/stray.example platform platform finance not managed not declared"
    )


SEARCHES: list[tuple[str, list[str]]] = [
    ("q=ASKED", ["domain/asked.example"]),
    ("q=platform+shop", [SHOP]),
    ("q=nothing", []),
    ("product=vps", ["vps/vps-1.vps.ovh.net"]),
    ("product=domain/zone", []),
    ("account=agency&product=domain", [SHOP, "domain/asked.example", "domain/poor.example"]),
    (f"account={AGENCY}&role=billing&product=domain", ["domain/poor.example"]),
    ("account=nobody", []),
    ("tray=pending", ["domain/asked.example"]),
    ("tray=blocked", ["domain/poor.example"]),
    ("tray=absent", ["domain/gone.example"]),
    ("tray=in_sync", ["domain/fine.example"]),
    ("tray=unmanaged", ["domain/stray.example", "vps/vps-1.vps.ovh.net"]),
    ("tray=requests&role=technical", [SHOP]),
    ("tray=requests&role=billing", []),
    ("tray=in_sync&role=admin&q=poor", ["domain/poor.example"]),
    ("role=billing", ["domain/poor.example"]),
    ("tray=nonsense", []),
    ("role=nonsense", []),
]


def test_text_product_role_account_and_tray_find_exactly_these(estate: tuple[Place, Paged]) -> None:
    for query, found in SEARCHES:
        html = estate[1].get(f"/?{query}").text
        rows = re.findall(r'<th scope="row".*?>([^<]*)</a>', html)
        assert (query, sorted(rows)) == (query, sorted(found))
        told = f"{len(found)} service{'s' if len(found) != 1 else ''} of 7"
        assert (told in html) == bool(found), query


def test_a_service_tells_in_the_plans_words_where_each_contact_stands_and_what_to_do(
    estate: tuple[Place, Paged],
) -> None:
    page = estate[1]
    poor = text_of(page.get("/services/domain/poor.example").text)
    assert "no payment method: ag33333-ovh has no valid payment method" in poor
    assert "Register a payment method" in poor
    asked = text_of(page.get("/services/domain/asked.example").text)
    assert "waiting for platform (pl11111-ovh) and agency (ag33333-ovh) to confirm" in asked
    assert "The newest" not in asked
    assert page.get("/services/domain/nowhere.example").status_code == 404


def test_the_declaring_file_is_shown_line_by_line_and_no_other_file(estate: tuple[Place, Paged]) -> None:
    shop, page = estate
    (shop.desk.folder / "secret.yaml").write_text("not for the page\n")
    html = page.get("/files/contacts.yaml?line=11").text
    assert 'id="L11"' in html
    assert "domain/shop.example: {technical: agency}" in text_of(html)
    for name in (
        "secret.yaml",
        "../desk/secret.yaml",
        "%2e%2e/desk/secret.yaml",
        "/etc/hostname",
        "page.sqlite3",
    ):
        answer = page.get(f"/files/{name}")
        assert answer.status_code in {400, 404}, name
        assert "not for the page" not in answer.text


def test_requests_are_mine_to_answer_first_then_of_others_then_finished(place: Open, serve: Serve) -> None:
    shop = place(
        "services: {domain/shop.example: {technical: agency}}\n",
        *(service(f"domain/{name}", PLATFORM, PLATFORM, FINANCE) for name in ("b.example", "c.example")),
        held=[PLATFORM],
    )
    mine = shop.asked()
    (theirs,) = shop.town.ask(PLATFORM, "domain/b.example", contactTech=AGENCY)
    (gone,) = shop.town.ask(PLATFORM, "domain/c.example", contactTech=AGENCY)
    shop.run("accept", str(theirs), "--as", "platform", stdin=shop.town.token(PLATFORM, theirs))
    shop.town.refuse(AGENCY, gone)
    said = text_of(serve(shop).get("/requests").text)
    groups = re.split(r"Yours to answer |Waiting for others |Finished in the last 14 days ", said)[1:]
    assert [str(task) in group for task, group in zip((mine, theirs, gone), groups, strict=True)] == [
        True
    ] * 3
    assert "waiting for agency" in groups[1]
    assert "refused" in groups[2]


def test_a_request_tells_its_steps_who_is_missing_and_when_it_expires(place: Open, serve: Serve) -> None:
    shop = place()
    task = shop.asked()
    said = text_of(serve(shop).get(f"/requests/{task}").text)
    assert re.search(
        r"Asked for .* by platform \(pl11111-ovh\), through this program.* Mails sent .*"
        r"Waiting for platform .* Waiting for agency .* Carried out by OVHcloud once everybody has confirmed"
        r" .* Done once the service shows the new contact",
        said,
    )
    assert "Who is missing probably waiting for platform and agency" in said
    assert "expires in about 7 days" in said
    assert "unverified" in said


def test_history_is_told_by_service_and_by_account(place: Open, serve: Serve) -> None:
    shop = place()
    task = shop.asked()
    page = serve(shop)
    assert str(task) in page.get(f"/history?service={SHOP}").text
    assert str(task) in page.get("/history?account=agency").text
    assert str(task) not in page.get("/history?account=finance").text
    assert "The journal remembers nothing like that" in page.get("/history?service=domain/x.example").text


def test_a_look_that_fails_keeps_what_was_seen_and_says_so(place: Open, serve: Serve) -> None:
    shop = place()
    page = serve(shop, refresh_seconds=0.0)
    shop.faults({"path": "*", "status": 403, "body": {"errorCode": "INVALID_CREDENTIAL", "message": "no"}})
    said = text_of(page.post("/look").text)
    assert re.search(
        r"The look of [\d:]+ UTC failed: no account could be read: .*What you see is as of", said
    )
    assert SHOP in said
    shop.faults()
    assert "failed" not in text_of(page.post("/look").text)


def test_a_page_that_asks_for_news_gets_the_time_only_while_there_is_none(place: Open, serve: Serve) -> None:
    shop = place()
    page = serve(shop)
    mark = re.findall(r'"X-Seen": "([^"]*)"', page.get("/").text)[0]
    asking = {"HX-Request": "true", "X-Seen": mark}
    nothing = page.get("/", headers=asking)
    assert nothing.headers["HX-Reswap"] == "none"
    assert len(nothing.text) < 300
    shop.asked()
    assert "As of" in page.post("/look").text
    assert "HX-Reswap" in page.get("/", headers=asking).headers  # the look was a moment ago
    assert "pending" in serve(shop).get("/").text


def test_a_file_that_has_changed_since_the_start_is_told_also_to_a_page_that_is_open(
    place: Open, serve: Serve
) -> None:
    shop = place()
    page = serve(shop)
    before = page.get("/").text
    assert "has changed since" not in before
    mark = re.findall(r'"X-Seen": "([^"]*)"', before)[0]
    shop.desk.write("services: {}\n")
    asked = page.get("/", headers={"HX-Request": "true", "X-Seen": mark})
    assert "contacts.yaml has changed since this page was started" in text_of(asked.text)
    assert SHOP in asked.text
    shop.desk.file.unlink()
    assert "contacts.yaml has changed since" in text_of(page.get("/requests").text)


def test_nothing_is_redirected_to_a_whole_address(place: Open, serve: Serve) -> None:
    page = serve(place())
    for path in ("/requests/", "/history/", "/requests/1/"):
        assert "Location" not in page.get(path).headers


def test_the_sandboxs_mailboxes_hold_the_mails_whose_links_lead_to_this_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path / "desk", "sandbox", SHORT, held=[])
    desk.write(
        "defaults: {admin: platform, billing: platform}\nservices: {domain/shop.example: {technical: agency}}"
    )
    done = desk.run("apply", "--yes")
    assert done.code == 0, done.err
    monkeypatch.setenv("XDG_STATE_HOME", desk.environ["XDG_STATE_HOME"])
    with paging(desk, sandbox=True) as page:
        assert "agency (ag33333-ovh)" in page.get("/mailboxes").text
        html = page.get("/mailboxes/agency").text
    link = re.findall(r'href="(/manager/[^"]*token=\w{32})"', html)[0]
    assert link.startswith(f"/manager/?as={AGENCY}#/useraccount/contacts/")


def test_mailboxes_of_other_endpoints_are_not_there(estate: tuple[Place, Paged]) -> None:
    page = estate[1]
    assert page.get("/mailboxes").status_code == 404
    assert page.get("/mailboxes/agency").status_code == 404
    assert "Mailboxes" not in page.get("/").text
    assert [page.get(path).status_code for path in ("/docs", "/redoc", "/openapi.json")] == [404] * 3
