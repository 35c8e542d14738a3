"""People are told by webhook: each occasion in its time, once each, by the commands that may tell."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import timedelta

from tests.cli.chats import BY_VARIABLE, Chat, look
from tests.cli.conftest import AGENCY, FINANCE, PLATFORM, SHOP, SHOP_MOVES, Place
from tests.sandbox.town import service

DAY = timedelta(days=1).total_seconds()


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
    assert here.run("apply", "--yes", "--only", SHOP).code == 0
    assert len(chat.bodies) == 1, "a run that asks for a part tells of what it leaves out, too"
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


def test_apply_that_has_nothing_to_ask_tells_as_well(told: Callable[..., Place], chat: Chat) -> None:
    here = told()
    here.town.refuse(AGENCY, here.asked())
    chat.bodies.clear()
    assert here.run("apply", "--yes", "--detailed-exitcode").code == 4
    assert chat.occasions() == ["refused"]


def test_apply_that_a_guard_stops_tells_as_well(told: Callable[..., Place], chat: Chat) -> None:
    others = [f"vps/vps-{number}.vps.ovh.net" for number in range(2, 12)]
    parts = [service(name, AGENCY, AGENCY, AGENCY) for name in others]
    wanted = f"services: {{{SHOP}: {{technical: agency}}, {': {admin: agency}, '.join(others)}: {{}}}}\n"
    here = told(wanted, *parts, expiry_days=3)
    here.asked()
    here.town.turn(3 * DAY + 60)
    chat.bodies.clear()
    here.desk.write(BY_VARIABLE + wanted, guards="{max_changes_percent: 0}")
    assert here.run("apply", "--yes").code == 5
    assert chat.occasions() == ["expired"]


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
