"""What was told is remembered when it was taken, by channel, in portions that servers take."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.config.model import Notify, Occasion
from reconciler.journal import open_journal
from reconciler.model import Task
from reconciler.plan import Plan
from reconciler.ports.journal import Chronicle
from reconciler.progress import Progress
from reconciler.session import Session
from reconciler.session.notices import send_notices
from tests.builders import NOW, SERVICE, A, B, task, world
from tests.providers.loopback import Reply, Server, serving

CHAT = Notify("webhook", None, "CHAT_URL")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Chronicle]:
    """Return a journal that nothing was written to."""
    opened = open_journal(tmp_path / "journal.sqlite3", "ovh-eu")
    yield opened
    opened.close()


def tell(server: Server, journal: Chronicle, tasks: Iterable[Task], *entries: Notify) -> tuple[str, ...]:
    """Tell the server of tasks of ours, and return the warnings."""
    here = world()
    session = Session(replace(here.config, notify=entries or (CHAT,)), {}, {}, {}, journal)
    rows = [Progress(one, SERVICE, (), True, (), (A, B), False) for one in tasks]
    return send_notices(session, here.observation, Plan(), rows, {"CHAT_URL": server.url})


def events(server: Server) -> list[list[Any]]:
    """Return the tasks told, those of each call together."""
    return [[event["task"] for event in json.loads(asked.body)["events"]] for asked in server.asked]


def test_more_than_five_hundred_are_told_in_several_calls(journal: Chronicle) -> None:
    with serving(lambda _: Reply()) as server:
        assert tell(server, journal, [task(number) for number in range(1_001)]) == ()
    assert sorted(map(len, events(server))) == [1, 500, 500]
    assert sorted(number for some in events(server) for number in some) == list(range(1_001))
    assert len(journal.told()) == 1_001


def test_only_the_portion_that_was_not_taken_is_told_again(journal: Chronicle) -> None:
    def script(asked: Any) -> Reply:
        return Reply(500 if len(json.loads(asked.body)["events"]) == 1 else 200)

    tasks = [task(number) for number in range(501)]
    with serving(script) as server:
        (warning,) = tell(server, journal, tasks)
        assert "it answered 500" in warning
    with serving(lambda _: Reply()) as server:
        assert tell(server, journal, tasks) == ()
        assert tell(server, journal, tasks) == ()
    assert events(server) == [[500]]


def test_each_channel_is_told_and_two_entries_of_one_tell_it_once(journal: Chronicle) -> None:
    with serving(lambda _: Reply()) as server, serving(lambda _: Reply()) as other:
        entries = (
            replace(CHAT, on=frozenset({Occasion.REQUESTED})),
            replace(CHAT, on=frozenset(Occasion)),
            Notify("webhook", other.url, None),
        )
        tell(server, journal, [task(7)], *entries)
        tell(server, journal, [task(7)], *entries)
    assert events(server) == [[7]]
    assert events(other) == [[7]]


def test_a_channel_that_is_added_later_is_told_what_is_still_news(journal: Chronicle) -> None:
    with serving(lambda _: Reply()) as server, serving(lambda _: Reply()) as other:
        tell(server, journal, [task(7)])
        tell(server, journal, [task(7)], CHAT, Notify("webhook", other.url, None))
    assert (events(server), events(other)) == ([[7]], [[7]])


def test_what_cannot_be_remembered_is_told_again_rather_than_lost(tmp_path: Path, journal: Chronicle) -> None:
    reading = open_journal(tmp_path / "journal.sqlite3", "ovh-eu", read_only=True)
    with serving(lambda _: Reply()) as server:
        (warning,) = tell(server, reading, [task(7)])
        assert "some may be told again" in warning
        assert tell(server, journal, [task(7)]) == ()
        assert tell(server, journal, [task(7)]) == ()
    reading.close()
    assert events(server) == [[7], [7]]


def test_the_journal_holds_no_address_and_its_chain_holds(journal: Chronicle, tmp_path: Path) -> None:
    with serving(lambda _: Reply()) as server:
        tell(server, journal, [task(7)], Notify("webhook", f"{server.url}/canary", None))
    (key,) = journal.told()
    assert key.startswith(f"requested:7@{NOW:%Y%m%d}")
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"canary" not in kept
    assert key.encode() in kept
