"""The pages as any client gets them, from a real server over a real sandbox."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest

from reconciler.sandbox import Service
from tests.cli.conftest import AGENCY, FINANCE, PLATFORM, SHOP, SHORT, Open, Place
from tests.running import Desk
from tests.sandbox.town import service
from tests.web.paging import NEVER, Paged, paging

Serve = Callable[..., Paged]

EVERY_TRAY = """
defaults: {admin: platform}
services:
  domain/shop.example: {technical: agency}
  domain/asked.example: {technical: agency}
  domain/fine.example: {technical: platform}
  domain/gone.example: {}
  domain/poor.example: {billing: agency}
"""


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that opens the page of a place, until the test ends."""
    with ExitStack() as stack:

        def start(place: Place, refresh_seconds: float = NEVER) -> Paged:
            return stack.enter_context(paging(place.desk, refresh_seconds=refresh_seconds))

        yield start


def text_of(html: str) -> str:
    """Return what a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def row_of(html: str, name: str) -> str:
    """Return what the row of a table says that begins with a name."""
    rows = [text_of(row) for row in re.findall(r"<tr.*?</tr>", html, re.DOTALL)]
    return next(row for row in rows if row.startswith(f"{name} "))


@pytest.fixture
def estate(place: Open, serve: Serve) -> tuple[Place, Paged]:
    """Return a page with services in several trays, one of them asked for."""
    names = ("asked.example", "fine.example", "poor.example", "stray.example")
    shop = place(
        "services: {domain/asked.example: {technical: agency}}\n",
        *(service(f"domain/{name}", PLATFORM, PLATFORM, FINANCE) for name in names),
    )
    shop.town.edit("PUT", f"accounts/{AGENCY}", {"payment_method": False})
    shop.asked()
    shop.desk.write(EVERY_TRAY)
    return shop, serve(shop)


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


@pytest.mark.parametrize(
    ("query", "found"),
    [
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
    ],
)
def test_text_product_role_account_and_tray_find_exactly_these(
    query: str, found: list[str], estate: tuple[Place, Paged]
) -> None:
    html = estate[1].get(f"/?{query}").text
    assert sorted(re.findall(r'<th scope="row".*?>([^<]*)</a>', html)) == sorted(found)
    assert (f"{len(found)} service{'s' if len(found) != 1 else ''} of 7" in html) == bool(found)


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


def test_after_one_party_accepts_the_page_waits_for_the_other_and_then_says_done(
    place: Open, serve: Serve
) -> None:
    shop = place()
    task = shop.asked()
    page = serve(shop)
    token = shop.town.token(AGENCY, task)
    first = page.post(f"/requests/{task}", party=AGENCY, answer="accept", token=token)
    assert f"Task {task}: accepted for agency; it waits for platform." in text_of(first.text)
    assert "Who is missing waiting for platform" in text_of(first.text)
    assert first.history[0].status_code == 303
    whole_link = f"https://www.ovh.com/manager/#/useraccount/contacts/{task}?tab=REQUESTS&token="
    whole_link += shop.town.token(PLATFORM, task)
    second = page.post(f"/requests/{task}", party="platform", answer="accept", token=whole_link)
    assert "it is done at OVHcloud" in text_of(second.text)
    assert "Done the service shows the new contact" in text_of(second.text)
    assert "Nothing to answer any more" in second.text


def test_a_second_click_sends_nothing_a_second_time(place: Open, serve: Serve) -> None:
    shop = place()
    task = shop.asked()
    page = serve(shop)
    form = {"party": AGENCY, "answer": "accept", "token": shop.town.token(AGENCY, task)}
    page.post(f"/requests/{task}", **form)
    again = page.post(f"/requests/{task}", **form)
    assert "agency has accepted already; nothing was sent again." in text_of(again.text)
    assert shop.town.edit("GET", "requests")["POST /me/task/contactChange/{id}/accept"] == 1


def test_refuse_and_resend_do_what_the_commands_do(place: Open, serve: Serve) -> None:
    shop = place()
    task = shop.asked()
    page = serve(shop)
    old = shop.town.token(AGENCY, task)
    sent = text_of(page.post(f"/requests/{task}", party=AGENCY, answer="resend").text)
    assert "a new mail is on its way to agency" in sent
    assert "agency (ag33333-ovh) was sent a new mail" in sent
    assert shop.town.token(AGENCY, task) != old
    soon = page.post(f"/requests/{task}", party=AGENCY, answer="resend")
    assert soon.status_code == 422
    assert "each one makes the earlier token worthless" in soon.text
    token = shop.town.token(AGENCY, task)
    refused = text_of(page.post(f"/requests/{task}", party=AGENCY, answer="refuse", token=token).text)
    assert f"Task {task}: refused for agency; nothing changes." in refused
    assert shop.town.state(PLATFORM, task) == "refused"


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"answer": "accept", "token": "W" * 32}, 400, "Choose the account that answers"),
        ({"party": AGENCY, "answer": "accept"}, 400, "to agency is missing"),
        ({"party": AGENCY, "token": "W" * 32}, 400, "Choose an answer"),
        ({"party": AGENCY, "answer": "accept", "token": "W" * 32}, 422, "OVHcloud said no: "),
        ({"party": "nobody", "answer": "accept", "token": "W" * 32}, 422, "no usable credentials of nobody"),
    ],
)
def test_an_answer_that_cannot_be_given_says_why_and_keeps_the_form_but_not_the_token(
    form: dict[str, str], status: int, words: str, place: Open, serve: Serve
) -> None:
    shop = place()
    task = shop.asked()
    answer = serve(shop).post(f"/requests/{task}", **form)
    assert answer.status_code == status
    assert words in answer.text
    assert "W" * 32 not in answer.text
    assert 'name="token"' in answer.text
    if form.get("party") == AGENCY:
        assert f'value="{AGENCY}" required checked' in answer.text


def test_a_refusal_of_the_endpoint_is_shown_in_its_words_with_the_query_id_but_without_the_token(
    place: Open, serve: Serve
) -> None:
    shop = place()
    task = shop.asked()
    page = serve(shop)
    token = shop.town.token(AGENCY, task)
    words = f"No <b>way</b> with {token}"
    shop.faults(
        {"path": "*/accept", "status": 400, "body": {"class": "Client::BadRequest", "message": words}}
    )
    answer = page.post(f"/requests/{task}", party=AGENCY, answer="accept", token=token)
    assert "No &lt;b&gt;way&lt;/b&gt; with ***" in answer.text
    assert "query id" in answer.text
    assert token not in answer.text


def test_a_token_in_the_query_is_dropped_before_anything_else_and_the_page_says_so(
    estate: tuple[Place, Paged],
) -> None:
    page = estate[1]
    for address in (
        "/requests?Token=abc&show=mine",
        "/nowhere?token=abc&show=mine",
        "/requests?show=mine&%74oken=abc",
    ):
        answer = page.get(address)
        assert answer.status_code == 303, address
        assert "abc" not in answer.headers["Location"]
        assert "show=mine" in answer.headers["Location"]
    told = page.get(page.get("/requests?token=abc").headers["Location"])
    assert "There was a token in the address. It was not used" in told.text
    assert page.get("//example.com/x?token=abc").headers.get("Location", "/x").startswith("/") is True


def test_pasted_links_open_their_request_without_showing_the_token(place: Open, serve: Serve) -> None:
    shop = place()
    task = shop.asked()
    page = serve(shop)
    token = shop.town.token(AGENCY, task)
    shown = page.post("/manager/", link=f"https://x.example/#/contacts/requests?taskId={task}&token={token}")
    assert f"Request {task}" in shown.text
    assert token not in shown.text
    kept = re.findall(r'name="pasted" value="([^"]*)"', shown.text)[0]
    done = page.post(f"/requests/{task}", party=AGENCY, answer="accept", pasted=kept)
    assert "accepted for agency" in done.text
    bare = page.post("/manager/", link=shop.town.token(PLATFORM, task), number=str(task))
    assert f"Request {task}" in bare.text
    assert "give its number" in page.post("/manager/", link="W" * 32).text
    assert "There is no token in what was pasted" in page.post("/manager/", link="hello").text


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
