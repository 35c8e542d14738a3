"""The page tells people by the channels of the file while it refreshes; they cannot hold it up."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.cli.chats import SECRET, Chat
from tests.cli.conftest import AGENCY, PLATFORM, Place
from tests.providers.loopback import Reply
from tests.running import PATIENCE
from tests.web.browser import serving


def await_news(chat: Chat, occasion: str, task: int) -> list[tuple[str, int]]:
    """Return all that was told until an occasion was."""
    deadline = time.monotonic() + PATIENCE
    told: list[tuple[str, int]] = []
    while (occasion, task) not in told:
        assert time.monotonic() < deadline, told
        time.sleep(0.02)
        told += chat.news()
    return told


def test_what_was_news_before_it_started_and_what_comes_later_is_told_once_each(
    told: Callable[..., Place], chat: Chat
) -> None:
    here = told()
    chat.reply = Reply(500)
    number = here.asked()
    chat.bodies.clear()
    chat.reply = Reply()
    with serving(here.desk) as served:
        assert await_news(chat, "requested", number) == [("requested", number)]
        here.town.accept(PLATFORM, number)
        here.town.accept(AGENCY, number)
        assert await_news(chat, "done", number) == [("done", number)]
        assert served.stop().err == ""
    assert chat.news() == []


def test_a_channel_that_fails_or_hangs_costs_one_warning_and_neither_looks_nor_pages(
    told: Callable[..., Place], chat: Chat
) -> None:
    here = told()
    chat.reply = Reply(500, "no")
    number = here.asked()
    with serving(here.desk) as served:
        before = chat.calls
        chat.reply = Reply(delay=60)
        deadline = time.monotonic() + PATIENCE
        while chat.calls == before:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        start = time.monotonic()
        here.town.accept(PLATFORM, number)
        here.town.refuse(AGENCY, number)
        while "None was." in served.get("/requests").text:
            assert time.monotonic() - start < 8  # a webhook is waited for ten seconds
            time.sleep(0.1)
        done = served.stop()
    assert done.code == 0
    assert SECRET not in done.err
