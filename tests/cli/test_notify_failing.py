"""A chat that fails never costs a run, and no address of one is ever written anywhere."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from reconciler.notify import channels
from tests.cli.chats import SECRET, Chat, look
from tests.cli.conftest import SHOP, Place
from tests.providers.loopback import Reply, serving


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(500, "no"), "it answered 500"),
        (Reply(302, b"", {"Location": "http://127.0.0.1:9/"}), "it answered 302, a redirect"),
        (Reply(reset=True), "it cannot be reached, or it hung up"),
    ],
)
def test_a_chat_that_fails_costs_one_warning_and_is_told_the_next_time(
    told: Callable[..., Place], chat: Chat, reply: Reply, words: str
) -> None:
    here = told()
    chat.reply = reply
    done = here.run("apply", "--yes", "--detailed-exitcode")
    assert done.code == 3
    assert done.err.count("warning: people were not told by the webhook in CHAT_URL") == 1
    assert words in done.err
    chat.reply = Reply()
    chat.bodies.clear()
    assert "warning" not in look(here).err
    assert chat.occasions() == ["requested"]


def test_a_chat_that_hangs_is_given_up(told: Callable[..., Place], chat: Chat) -> None:
    here = told()
    chat.reply = Reply(delay=60)
    done = here.desk.start("apply", "--yes", before=("tests.cli.test_notify_failing", "wait_less")).wait()
    assert done.code == 0
    assert "no answer within 0.3 seconds" in done.err
    assert here.desk.claimed()


def wait_less() -> None:
    """Give a webhook less time, in the process that makes this call first."""
    channels.SECONDS = 0.3


def test_an_endpoint_that_fails_after_the_request_costs_a_warning_and_not_the_run(
    told: Callable[..., Place], chat: Chat
) -> None:
    here = told()
    here.faults({"path": "/me/task/contactChange/*", "method": "GET", "status": 403})
    done = here.run("apply", "--yes")
    assert done.code == 0
    assert "warning: people are told of this next time" in done.err
    here.faults()
    look(here)
    assert chat.occasions() == ["requested"]


def test_a_variable_that_is_not_set_is_a_warning(told: Callable[..., Place], chat: Chat) -> None:
    here = told()
    del here.desk.environ["CHAT_URL"]
    done = here.run("apply", "--yes")
    assert done.code == 0
    assert "the variable CHAT_URL is not set" in done.err
    assert chat.calls == 0


def test_watch_warns_once_of_a_chat_that_goes_on_failing(told: Callable[..., Place], chat: Chat) -> None:
    here = told()
    chat.reply = Reply(500)
    here.asked()
    done = here.run("watch", "--interval", "0.1", "--timeout", "1.5")
    assert done.err.count("warning") == 1
    assert chat.calls > 2


def test_a_url_may_stand_in_the_file_and_apprise_tells_the_same_in_text(
    told: Callable[..., Place], chat: Chat
) -> None:
    heard: list[Any] = []

    def script(asked: Any) -> Reply:
        heard.append(json.loads(asked.body))
        return Reply()

    with serving(script) as services:
        here = told(notify=f"notify: [{{webhook: {chat.url!r}}}, {{apprise: {{env: SERVICES}}}}]\n")
        here.desk.environ["SERVICES"] = f"json://{services.url.removeprefix('http://')}/{SECRET}"
        here.asked()
        look(here)
    assert chat.occasions() == ["requested"]
    (message,) = heard
    assert "1 requested" in message["title"]
    assert SHOP in message["message"]


def test_no_address_is_found_in_anything_that_a_run_writes(told: Callable[..., Place], chat: Chat) -> None:
    here = told(notify="notify: [{webhook: {env: CHAT_URL}}, {apprise: {env: SERVICES}}]\n")
    here.desk.environ["SERVICES"] = f"json://127.0.0.1:9/{SECRET}"
    said = []
    for reply, command in (
        (Reply(500), ["apply", "--yes"]),
        (Reply(302, b"", {"Location": f"/{SECRET}"}), ["status", "--notify", "--format", "json"]),
        (Reply(), ["status", "--notify"]),
    ):
        chat.reply = reply
        done = here.run("-vv", *command)
        said += [done.out, done.err]
    assert chat.calls == 3
    assert re.search("DEBUG urllib3", "".join(said)), "calls of the endpoint are still told"
    assert SECRET not in "".join(said)
    with closing(sqlite3.connect(here.desk.journal)) as journal:
        dump = "\n".join(journal.iterdump())
    assert "requested:" in dump
    assert SECRET not in dump
