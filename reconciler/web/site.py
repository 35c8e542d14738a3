"""What every page is made with: the session, what was seen last, the templates; and the frame of a page."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from reconciler.model import AccountId, account_id
from reconciler.render.wording import Accounts
from reconciler.session import Session
from reconciler.web.board import Board, Seen
from reconciler.web.declarations import Declarations
from reconciler.web.kept import Kept
from reconciler.web.remembered import Remembered
from reconciler.web.tokens_in_addresses import IGNORED

QUIET_POLL_SECONDS = 30
"""How often a page asks whether there is news while no request is open; asking costs next to nothing."""

_SEEN_HEADER = "X-Seen"


@dataclass(frozen=True, slots=True)
class Notice:
    """What became of an answer, as the next page tells it."""

    text: str
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """What the pages share.

    Attributes:
        refresh_seconds: how often an open page asks for news while a request is open.
        sign_out: where to post to for signing out; None where there is no login.
        notices: what became of the last answers.
        pasted: tokens that were pasted without JavaScript, until the form with their name comes back.
        one_answer: held while an answer is on its way, so that a double click is one answer.
        mark: tells this run of the server from others, whose looks were numbered alike.
    """

    session: Session
    board: Board
    remembered: Remembered
    declarations: Declarations
    templates: Environment
    sandbox: bool
    refresh_seconds: float
    sign_out: str | None
    notices: Kept[Notice] = field(default_factory=lambda: Kept(seconds=600, most=1_000))
    pasted: Kept[str] = field(default_factory=lambda: Kept(seconds=600, most=100), repr=False)
    one_answer: threading.Lock = field(default_factory=threading.Lock)
    mark: str = field(default_factory=lambda: secrets.token_hex(4))

    @property
    def accounts(self) -> Accounts:
        """Return how accounts are shown: short name and id."""
        return Accounts(self.session.names)

    @property
    def ids(self) -> Mapping[str, AccountId]:
        """Return the accounts of the file by their short names, case folded."""
        return {account.short.casefold(): account.id for account in self.session.config.accounts}

    def account(self, given: str) -> AccountId:
        """Return the account that a short name or an id means."""
        named = account_id(given)
        return self.ids.get(named, named)

    def show(
        self, request: Request, template: str, *, status: int = 200, seen: Seen | None = None, **values: Any
    ) -> Response:
        """Return a page.

        A page that asks for news again and again is told nothing but the time while there is none.

        Args:
            request: whose page it is.
            template: which one.
            status: of the answer.
            seen: what the page is made of; what was seen last, unless said.
            values: what the template shows beside what every page does.
        """
        seen = seen or self.board.seen
        changed = self.declarations.changed
        mark = f"{self._mark_of(seen)}{'-changed' if changed else ''}"
        frame = {
            "seen": seen,
            "snapshot": seen.snapshot,
            "mark": mark,
            "accounts": self.accounts,
            "called": self.session.called,
            "held": self.session.readers,
            "changed": changed,
            "sandbox": self.sandbox,
            "sign_out": self.sign_out,
            "here": request.url.path,
            "address": _address_of(request),
            "poll_seconds": self._poll_seconds(seen),
            "notice": self.notices.find(request.query_params.get("notice", "")),
            "token_ignored": request.query_params.get("note") == IGNORED,
            "by_htmx": "HX-Request" in request.headers,
        }
        if request.headers.get(_SEEN_HEADER) == mark:
            text = self.templates.get_template("no_news.html").render(frame)
            return HTMLResponse(text, headers={"HX-Reswap": "none"})
        return HTMLResponse(self.templates.get_template(template).render({**frame, **values}), status)

    def message(self, request: Request, status: int, title: str, text: str) -> Response:
        """Return a page that says one thing."""
        return self.show(request, "message.html", status=status, polls=False, title=title, text=text)

    def _mark_of(self, seen: Seen) -> str:
        if seen.snapshot is None:
            return f"{self.mark}-0"
        hour = f"{seen.snapshot.observation.at:%Y%m%d%H}"  # what counts days and hours changes by itself
        return f"{self.mark}-{seen.snapshot.number}-{hour}{'-failed' if seen.trouble else ''}"

    def _poll_seconds(self, seen: Seen) -> float:
        busy = seen.snapshot is None or seen.snapshot.is_anything_open
        return self.refresh_seconds if busy else max(self.refresh_seconds, QUIET_POLL_SECONDS)


def _address_of(request: Request) -> str:
    """Return the address as it came, still escaped, without the host."""
    path, query = (request.scope[part].decode("latin-1") for part in ("raw_path", "query_string"))
    return f"/{path.lstrip('/')}{f'?{query}' if query else ''}"
