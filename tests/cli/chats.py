"""A chat that listens, and what a cron job runs so that it hears of news."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.providers.loopback import Reply, serving
from tests.running import Done

if TYPE_CHECKING:
    from tests.cli.conftest import Place

SECRET = "canary-of-the-chat"  # planted, to be searched for
BY_VARIABLE = "notify: [{webhook: {env: CHAT_URL}}]\n"


@dataclass
class Chat:
    """A server that takes notices; `reply` is what it answers."""

    reply: Reply = field(default_factory=Reply)
    url: str = ""
    bodies: list[Any] = field(default_factory=list)
    calls: int = 0

    def news(self) -> list[tuple[str, int]]:
        """Return the occasions and tasks told since the last look, those of each delivery together."""
        told = [(event["occasion"], event["task"]) for body in self.bodies for event in body["events"]]
        self.bodies.clear()
        return told

    def occasions(self) -> list[str]:
        """Return the occasions told since the last look."""
        return [occasion for occasion, _ in self.news()]


@contextmanager
def listening() -> Iterator[Chat]:
    """Have a chat listen."""
    heard = Chat()

    def script(asked: Any) -> Reply:
        heard.calls += 1
        heard.bodies.append(json.loads(asked.body))
        return heard.reply

    with serving(script) as server:
        heard.url = f"{server.url}/{SECRET}"
        yield heard


def told_by(chat: Chat, here: Place) -> Place:
    """Return a place whose people are told by a chat."""
    here.desk.environ["CHAT_URL"] = chat.url
    return here


def look(here: Place) -> Done:
    """Run what a cron job runs."""
    done = here.run("status", "--notify")
    assert done.code == 0, done.err
    return done
