"""Other sites in the same browser, and hostile names on our own page, in real Chromium."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page

from tests.cli.conftest import AGENCY, PLATFORM, SHOP, Open, Place
from tests.running import PATIENCE, tokens
from tests.sandbox.town import service
from tests.web.browser import Axe, Served, Visit, serving
from tests.web.doorway import TOKEN

NEIGHBOUR, STRANGER = "127.0.0.1", "localhost"
"""How the other site is called: by our own name on another port, and by a name of its own."""


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, pages: dict[str, str], *rest: object) -> None:
        self._pages = pages
        super().__init__(*rest)  # type: ignore[arg-type] # handed through as the server gives them

    def do_GET(self) -> None:
        body = self._pages.get(self.path, "").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@dataclass
class OtherSite:
    """A site of somebody else."""

    port: int
    pages: dict[str, str]

    def put(self, html: str, name: str = NEIGHBOUR) -> str:
        """Publish a page and return its address."""
        self.pages["/"] = f"<!doctype html><title>other</title><link rel=icon href=data:,>{html}"
        return f"http://{name}:{self.port}/"


@pytest.fixture
def other() -> Iterator[OtherSite]:
    """Return a site on another port."""
    pages: dict[str, str] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, pages))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield OtherSite(server.server_address[1], pages)
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Asked:
    """A request that is open, and what would answer it."""

    place: Place
    served: Served
    number: int
    token: str

    def answers(self) -> dict[str, str | None]:
        """Return what each party has answered."""
        (task,) = self.place.town.edit("GET", "tasks")
        parties: dict[str, str | None] = task["parties"]
        return parties

    def await_refusals(self, count: int) -> None:
        """Wait until the server has refused this many answers; a frame's browser does not always tell."""
        deadline = time.monotonic() + PATIENCE
        while self.served.process.err.count(f"POST /requests/{self.number} 403 ") < count:
            assert time.monotonic() < deadline, self.served.process.err
            time.sleep(0.02)

    @property
    def form(self) -> str:
        """Return a form that would accept it, on whatever page it stands."""
        fields = {"party": AGENCY, "token": self.token, "answer": "accept"}
        inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
        action = f"{self.served.url}requests/{self.number}"
        return f'<form id="f" method="post" action="{action}">{inputs}<button>Win</button></form>'


UNANSWERED = {PLATFORM: None, AGENCY: None}


@pytest.fixture
def asked(place: Open) -> Iterator[Asked]:
    """Return a request that the agency could accept."""
    here = place()
    number = here.asked()
    with serving(here.desk, "-v") as served:
        yield Asked(here, served, number, tokens(here.town, AGENCY)[number])


def test_the_form_of_the_page_itself_is_taken(asked: Asked) -> None:
    body = {"party": AGENCY, "token": asked.token, "answer": "accept"}
    assert asked.served.post(f"/requests/{asked.number}", data=body).status_code == 303
    assert asked.answers() == {**UNANSWERED, AGENCY: "accepted"}


@pytest.mark.parametrize("name", [NEIGHBOUR, STRANGER])
@pytest.mark.parametrize("script", [True, False], ids=["with a script", "with a click"])
def test_a_form_on_another_site_answers_nothing(
    asked: Asked, other: OtherSite, visit: Visit, name: str, script: bool
) -> None:
    send = "<script>f.submit()</script>" if script else ""
    page = visit(java_script_enabled=script)
    with page.expect_response(re.compile(f"/requests/{asked.number}$")) as answer:
        page.goto(other.put(asked.form + send, name))
        if not script:
            page.click("button")
    assert answer.value.status == 403
    assert asked.answers() == UNANSWERED


def test_a_script_or_a_sandboxed_frame_of_another_site_answers_nothing(
    asked: Asked, other: OtherSite, visit: Visit
) -> None:
    complaints: list[str] = []
    page = visit(complaints=complaints)
    fetch = (
        f"fetch('{asked.served.url}requests/{asked.number}', {{method: 'POST', mode: 'no-cors',"
        " body: new URLSearchParams(new FormData(f))})"
    )
    page.goto(other.put(asked.form))
    page.evaluate(f"{fetch}.then(() => 1, () => 2)")
    framed = asked.form.replace('"', "&quot;") + "<script>f.submit()</script>"
    page.goto(other.put(f'<iframe sandbox="allow-scripts allow-forms" srcdoc="{framed}"></iframe>'))
    asked.await_refusals(2)
    assert asked.answers() == UNANSWERED


def test_another_site_can_neither_read_the_page_nor_run_its_scripts(
    asked: Asked, other: OtherSite, visit: Visit
) -> None:
    complaints: list[str] = []
    page = visit(other.put("hello"), complaints=complaints)
    for mode in ("cors", "no-cors"):
        read = f"fetch('{asked.served.url}', {{mode: '{mode}'}}).then(r => r.text(), () => '')"
        assert page.evaluate(read) == ""
    load = (
        "new Promise(done => { const s = document.createElement('script');"
        f" s.src = '{asked.served.url}static/page.js'; s.onload = () => done('ran');"
        " s.onerror = () => done('refused'); document.head.append(s) })"
    )
    assert page.evaluate(load) == "refused"


@pytest.mark.parametrize("name", [NEIGHBOUR, STRANGER])
def test_another_site_cannot_frame_the_page(asked: Asked, other: OtherSite, visit: Visit, name: str) -> None:
    complaints: list[str] = []
    page = visit(complaints=complaints)
    with page.expect_response(asked.served.url):
        page.goto(other.put(f'<iframe src="{asked.served.url}"></iframe>', name))
    page.wait_for_timeout(200)
    assert all(SHOP not in frame.content() for frame in page.frames)
    assert any("frame" in line.casefold() for line in complaints)


def test_a_name_that_is_made_to_lead_here_shows_nothing(asked: Asked, visit: Visit) -> None:
    page = visit(complaints=[])  # Chromium says that opener policies need https on such a name
    answer = page.goto(f"http://shop.rebound.example:{asked.served.port}/")
    assert answer is not None
    assert answer.status == 400
    assert SHOP not in page.content()


def test_the_token_of_a_mailed_link_travels_in_the_form_only(asked: Asked, visit: Visit) -> None:
    page = visit()
    sent: list[str] = []
    page.on("request", lambda call: sent.append(f"{call.method} {call.url} {call.all_headers()}"))
    link = f"manager/#/useraccount/contacts/{asked.number}?tab=REQUESTS&token={asked.token}"
    page.goto(asked.served.url + link)
    page.wait_for_url(re.compile(f"/requests/{asked.number}"))
    page.wait_for_function("document.getElementById('token').value.length == 32")
    assert asked.token not in page.url
    page.get_by_label("agency").check()
    with page.expect_request(lambda call: call.method == "POST") as posted:
        page.get_by_role("button", name="Accept").click()
    page.wait_for_load_state()
    assert asked.token in (posted.value.post_data or "")
    assert [call for call in sent if asked.token in call] == []
    assert asked.answers() == {**UNANSWERED, AGENCY: "accepted"}


HOSTILE = "domain/<svg/onload=alert(1)>"
QUOTED = "domain/\"onfocus='alert(2)'autofocus=\""
UNMANAGED = "domain/<img src=x onerror=alert(7)>"
TEMPLATED = "domain/{{7*7}}${7*7}"
SHORT = "<script>alert(3)"


@pytest.fixture
def infested(place: Open) -> Iterator[Served]:
    """Return a page whose every name is an attack."""
    names = [HOSTILE, QUOTED, TEMPLATED, UNMANAGED]
    here = place("", *(service(name, PLATFORM, PLATFORM, PLATFORM) for name in names))
    here.desk.accounts = {"platform": PLATFORM, SHORT: AGENCY}
    reason = "</script><svg onload=alert(4)>" + "r" * 300
    boxed = {"account": SHORT, "until": "2099-01-01", "then": "platform", "reason": reason, "ticket": "'\">"}
    here.desk.write({"services": {HOSTILE: {"technical": boxed}, QUOTED: {"technical": SHORT}}})
    done = here.run("apply", "--yes")
    assert done.code == 0, done.err
    with serving(here.desk) as served:
        yield served


def addresses(page: Page) -> list[str]:
    """Return where the links of a page lead, below its own address."""
    found = page.eval_on_selector_all("a[href^='/']", "links => links.map(link => link.getAttribute('href'))")
    return [str(one).partition("#")[0] for one in found]


def test_names_are_never_markup_on_any_page_and_no_page_breaks_its_own_policy(
    infested: Served, visit: Visit
) -> None:
    page = visit(infested.url)
    for name in (HOSTILE, QUOTED, TEMPLATED, UNMANAGED):
        assert page.get_by_text(name, exact=True).first.is_visible()
    left, seen = ["/"], set[str]()
    while left:
        path = left.pop()
        if path in seen or len(seen) > 40:
            continue
        seen.add(path)
        answer = page.goto(infested.origin + path)
        assert answer is not None
        assert answer.status in {200, 303}, path
        assert page.locator("main img, main svg, main script, main [onfocus], main [onerror]").count() == 0, (
            path
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        left += addresses(page)
    rooms = {path.split("/")[1].partition("?")[0] for path in seen}
    assert {"", "services", "requests", "history", "files"} <= rooms


def test_names_in_the_search_are_no_markup_either(infested: Served, visit: Visit) -> None:
    page = visit(f"{infested.url}?q=%22%3E%3Cimg+src%3Dx+onerror%3Dalert(5)%3E&tray=%3Cscript%3E")
    assert page.locator("main img, main script").count() == 0
    page.get_by_label("Search").fill("<b onclick=alert(6)>")
    page.wait_for_timeout(600)
    assert page.locator("main [onclick]").count() == 0


def test_a_browser_logs_in_and_arrives_where_the_mailed_link_leads(place: Open, visit: Visit) -> None:
    here = place()
    number = here.asked()
    token = tokens(here.town, AGENCY)[number]
    here.desk.environ["RECONCILER_SERVE_TOKEN"] = TOKEN
    with serving(here.desk, "-v") as served:
        page = visit(f"{served.url}manager/#/useraccount/contacts/{number}?tab=REQUESTS&token={token}")
        page.get_by_label("Access token").fill("wrong")
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("alert").get_by_text("not the right one").wait_for()
        page.get_by_label("Access token").fill(TOKEN)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(f"/requests/{number}$"))
        page.wait_for_function("document.getElementById('token').value.length == 32")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_label("Access token").wait_for()
        page.goto(f"{served.url}requests")
        page.get_by_label("Access token").wait_for()
        done = served.stop()
    assert TOKEN not in done.err
    assert token not in done.err


def test_the_login_form_has_no_barriers_by_light_or_in_the_dark(place: Open, visit: Visit, axe: Axe) -> None:
    here = place()
    here.desk.environ["RECONCILER_SERVE_TOKEN"] = TOKEN
    with serving(here.desk) as served:
        assert axe(visit(served.url)) == []
