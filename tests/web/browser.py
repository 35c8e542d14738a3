"""The page as a process of its own, and Chromium in front of it.

    served = serving(desk)            # a context: `served.url`, `served.get(path)`
    page = visit(...)                 # a Playwright page that fails the test on any complaint of its console

The fixtures `chromium`, `visit` and `axe` are those of all tests: `tests/conftest.py` takes them in.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, sync_playwright

from tests.npm import installed, missing
from tests.running import PATIENCE, Desk, Done, Running

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
UNWANTED = (
    # What Chromium draws around a page: each new window has renderers of its own for the list below the
    # address, which cost several times what our page does.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "SpareRendererForSitePerProcess",
    # Playwright's own list, which the option replaces.
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
ARGUMENTS = [
    "--no-sandbox",
    # Names of `rebound.example` lead here, as a hostile DNS server would have it.
    "--host-resolver-rules=MAP *.rebound.example 127.0.0.1",
    f"--disable-features={','.join(UNWANTED)}",
]
NODE = Path(__file__).parent / "node"


@dataclass
class Served:
    """A running `reconciler serve`; `url` ends in a slash."""

    url: str
    process: Running
    calls: requests.Session = field(default_factory=requests.Session, repr=False)
    ended: Done | None = None

    def stop(self, number: signal.Signals = signal.SIGTERM) -> Done:
        """Send it a signal, and return how it ended."""
        if self.ended is None:
            self.calls.close()
            self.process.send(number)
            self.ended = self.process.wait()
        return self.ended

    @property
    def origin(self) -> str:
        """Return the address without its last slash, as browsers write an origin."""
        return self.url.removesuffix("/")

    @property
    def port(self) -> int:
        """Return the TCP port."""
        return int(self.origin.rpartition(":")[2])

    def get(self, path: str = "/", **how: Any) -> requests.Response:
        """GET a page, without a browser."""
        return self.call("GET", path, **how)

    def post(self, path: str, **how: Any) -> requests.Response:
        """POST a form, without a browser."""
        return self.call("POST", path, **how)

    def call(self, method: str, path: str, **how: Any) -> requests.Response:
        """Make any call; redirects are not followed unless asked for."""
        ours = {"timeout": PATIENCE, "allow_redirects": False}
        return self.calls.request(method, self.origin + path, **{**ours, **how})


@contextlib.contextmanager
def serving(desk: Desk, *arguments: str) -> Iterator[Served]:
    """Run `reconciler serve` at a desk, on a free port, until the context ends."""
    process = desk.start("serve", "--port", "0", *arguments)
    try:
        served = Served(_address(process), process)
    except AssertionError:
        process.kill()
        raise
    try:
        yield served
    finally:
        served.stop(signal.SIGKILL)


def _address(process: Running) -> str:
    out = Path(process._streams[1])
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        line = out.read_text()
        if line.endswith("\n"):
            return line.splitlines()[-1]
        assert "error:" not in process.err, process.err
        time.sleep(0.01)
    raise AssertionError(f"the page did not start: {process.err}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return the machine's own Chromium, one for all tests of a process."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        missing(f"none of {', '.join(PROGRAMS)} is installed")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


class Visit(Protocol):
    """Opens a new window, with cookies of its own."""

    def __call__(self, url: str | None = None, *, complaints: list[str] | None = None, **how: Any) -> Page:
        """Return a page, at `url` if one is given.

        Args:
            url: where to go at once.
            complaints: where the console's errors are collected; None: each fails the test.
            how: of Playwright's `new_context`, such as `java_script_enabled`, `color_scheme`, `viewport`.
        """


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Return a function that opens windows; any complaint of their consoles fails the test in the end."""
    contexts: list[BrowserContext] = []
    unexpected: list[str] = []

    def open_window(url: str | None = None, *, complaints: list[str] | None = None, **how: Any) -> Page:
        context = chromium.new_context(**how)
        context.set_default_timeout(15_000)
        contexts.append(context)
        heard = unexpected if complaints is None else complaints
        page = context.new_page()
        page.on("console", _hears(heard))
        page.on("pageerror", lambda error: heard.append(f"script: {error}"))
        page.on("dialog", _dismisses(heard))
        if url is not None:
            page.goto(url)
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert unexpected == []


def _hears(heard: list[str]) -> Callable[[ConsoleMessage], None]:
    def listen(message: ConsoleMessage) -> None:
        # A status of 4xx is also told on the console, but answering with one is no fault of the page.
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            heard.append(f"{message.type}: {message.text}")

    return listen


def _dismisses(heard: list[str]) -> Callable[[Dialog], None]:
    def listen(dialog: Dialog) -> None:
        heard.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    return listen


COLOURS = ("color-contrast", "link-in-text-block")
"""The rules of axe that a page can break in one of its colour schemes and keep in the other."""


class Axe(Protocol):
    """Looks for barriers with axe-core."""

    def __call__(self, page: Page) -> list[str]:
        """Return each violation in a line: of all rules by light, and of those about colours in the dark."""


@pytest.fixture(scope="session")
def axe() -> Axe:
    """Return a function that looks for barriers on a page."""
    source = (installed(NODE, "axe") / "axe-core" / "axe.min.js").read_text(encoding="utf-8")

    def run(page: Page, scheme: Literal["light", "dark"], rules: Sequence[str] | None) -> list[str]:
        page.emulate_media(color_scheme=scheme)
        only = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
        how = {"resultTypes": ["violations"], **only}
        found = page.evaluate("how => axe.run(document, how).then(found => found.violations)", how)
        return [
            f"{scheme}: {row['id']}: {row['help']}: {node['html']}" for row in found for node in row["nodes"]
        ]

    def check(page: Page) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)  # not as a script of the page, which its policy would not run
        return run(page, "light", None) + run(page, "dark", COLOURS)

    return check
