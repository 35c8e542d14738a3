"""People are told by webhook: each occasion in its time, once each, and never at the cost of a run."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from reconciler.notify import channels
from tests.cli.conftest import AGENCY, FINANCE, PLATFORM, SHOP, SHOP_MOVES, Open, Place
from tests.providers.loopback import Reply, serving
from tests.running import Done
from tests.sandbox.town import service

SECRET = "canary-of-the-chat"  # planted, to be searched for
BY_VARIABLE = "notify: [{webhook: {env: CHAT_URL}}]\n"
DAY = timedelta(days=1).total_seconds()


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


@pytest.fixture
def chat() -> Iterator[Chat]:
    """Return a chat that listens."""
    heard = Chat()

    def script(asked: Any) -> Reply:
        heard.calls += 1
        heard.bodies.append(json.loads(asked.body))
        return heard.reply

    with serving(script) as server:
        heard.url = f"{server.url}/{SECRET}"
        yield heard


@pytest.fixture
def told(place: Open, chat: Chat) -> Callable[..., Place]:
    """Return a function that opens a place whose people are told by the chat."""

    def build(wanted: str = SHOP_MOVES, *parts: Any, notify: str = BY_VARIABLE, **more: Any) -> Place:
        here = place(notify + wanted, *parts, **more)
        here.desk.environ["CHAT_URL"] = chat.url
        return here

    return build


def look(here: Place) -> Done:
    """Run what a cron job runs."""
    done = here.run("status", "--notify")
    assert done.code == 0, done.err
    return done


def test_apply_tells_at_its_end_what_it_requested_and_the_next_one_nothing(
    told: Callable[..., Place], chat: Chat
) -> None:
    here = told()
    task = here.asked()
    (body,) = chat.bodies
    (event,) = body["events"]
    assert body["version"] == 1
    assert body["endpoint"] == here.town.url
    assert event["service"] == SHOP
    assert event["roles"] == ["technical"]
    assert (event["from"], event["to"], event["asker"]) == (PLATFORM, AGENCY, PLATFORM)
    assert event["waiting_for"] == [PLATFORM, AGENCY]
    assert event["state"] == "validatingByCustomers"
    assert event["expires"] > event["requested"]
    assert event["ours"] is True
    assert event["text"] in body["text"]
    assert chat.news() == [("requested", task)]
    assert here.run("apply", "--yes").code == 0
    look(here)
    assert chat.calls == 1


def test_from_waiting_to_expired_each_is_told_once_in_its_time(
    told: Callable[..., Place], chat: Chat
) -> None:
    here = told()
    here.asked()
    story = [chat.occasions()]
    for days in (2.9, 0.2, 1.8, 0.2, 1.8, 0.2, 1):
        here.town.turn(days * DAY)
        look(here)
        story.append(chat.occasions())
    assert story == [["requested"], [], ["waiting"], [], ["expiring"], [], ["expired"], []]


def test_days_and_occasions_are_as_the_file_says(told: Callable[..., Place], chat: Chat) -> None:
    days = "waiting_days: 1, expiring_days: 4"
    notify = f"notify: [{{webhook: {{env: CHAT_URL}}, on: [waiting, expiring], {days}}}]\n"
    here = told(notify=notify)
    here.asked()
    story = [chat.occasions()]
    for passed in (1.1, 1.8, 0.2):
        here.town.turn(passed * DAY)
        look(here)
        story.append(chat.occasions())
    assert story == [[], ["waiting"], [], ["expiring"]]


def test_refused_is_told_once_with_the_task(told: Callable[..., Place], chat: Chat) -> None:
    here = told()
    task = here.asked()
    here.town.refuse(AGENCY, task)
    chat.bodies.clear()
    look(here)
    assert "refused" in chat.bodies[0]["text"]
    look(here)
    assert chat.news() == [("refused", task)]


def test_done_is_told_when_the_service_shows_it_and_not_before(
    told: Callable[..., Place], chat: Chat
) -> None:
    here = told()
    task = here.asked()
    for party in (PLATFORM, AGENCY):
        here.town.accept(party, task)
    here.town.edit("PUT", "services", {"service": SHOP, "technical": PLATFORM})
    chat.bodies.clear()
    look(here)
    assert chat.news() == []
    here.town.edit("PUT", "services", {"service": SHOP, "technical": AGENCY})
    look(here)
    look(here)
    assert chat.news() == [("done", task)]


def test_a_request_of_strangers_is_told_only_if_it_contests_the_file(
    told: Callable[..., Place], chat: Chat
) -> None:
    other = "vps/vps-9.vps.ovh.net"
    here = told(
        f"services: {{{SHOP}: {{technical: platform}}, {other}: {{technical: platform}}}}\n",
        service(other, PLATFORM, PLATFORM, FINANCE),
    )
    here.town.ask(PLATFORM, SHOP, contactBilling=AGENCY)
    look(here)
    assert chat.news() == []
    task = here.town.ask(PLATFORM, other, contactTech=AGENCY)[0]
    look(here)
    look(here)
    (body,) = chat.bodies
    assert body["events"][0]["ours"] is False
    assert chat.news() == [("contested", task)]


def test_commands_that_promise_to_change_nothing_tell_nobody(told: Callable[..., Place], chat: Chat) -> None:
    here = told(notify="")
    here.asked()
    here.desk.write(BY_VARIABLE + SHOP_MOVES)
    for command in ("plan", "validate", "status", "list"):
        assert here.run(command).code == 0
    assert chat.calls == 0
    look(here)
    assert chat.occasions() == ["requested"]


def test_apply_that_has_nothing_to_ask_or_is_stopped_by_a_guard_tells_as_well(
    told: Callable[..., Place], chat: Chat
) -> None:
    here = told()
    here.town.refuse(AGENCY, here.asked())
    chat.bodies.clear()
    assert here.run("apply", "--yes", "--detailed-exitcode").code == 4
    assert chat.occasions() == ["refused"]


def test_watch_tells_at_each_look(told: Callable[..., Place], chat: Chat) -> None:
    here = told()
    task = here.asked()
    watching = here.desk.start("watch", "--interval", "0.1", "--timeout", "30")
    for party in (PLATFORM, AGENCY):
        here.run("accept", str(task), "--as", party, stdin=here.town.token(party, task))
    assert watching.wait().code == 0
    assert chat.occasions() == ["requested", "done"]


def test_confirm_tells_at_its_end_what_it_brought_about_and_nothing_without_yes(
    told: Callable[..., Place], chat: Chat
) -> None:
    here = told()
    task = here.asked()
    chat.bodies.clear()
    for words in (["init", "-q"], ["add", "contacts.yaml"], ["commit", "-qm", "x"]):
        who = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
        subprocess.run(["git", *who, *words], cwd=here.desk.folder, env=here.desk.environ, check=True)
    here.town.turn(3.1 * DAY)
    assert here.run("confirm").code == 0
    assert chat.news() == [], "though it waits for long enough to be told"
    done = here.run("confirm", "--yes")
    assert done.code == 0, done.out + done.err
    assert chat.news() == [("done", task)]


def test_many_requests_are_one_message(told: Callable[..., Place], chat: Chat) -> None:
    names = [f"vps/vps-{number}.vps.ovh.net" for number in range(10, 40)]
    parts = [service(name, PLATFORM, PLATFORM, PLATFORM) for name in names]
    wanted = "".join(f"  {name}: {{technical: agency}}\n" for name in names)
    here = told(f"services:\n{wanted}", *parts)
    assert here.run("apply", "--yes").code == 0
    assert chat.calls == 1
    (body,) = chat.bodies
    assert len(body["events"]) == 30
    assert body["text"].startswith(f"Contacts on {here.town.url}: 30 requested\n")
    assert "and 10 more" in body["text"]


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
    done = here.desk.start("apply", "--yes", before=("tests.cli.test_notify", "wait_less")).wait()
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
