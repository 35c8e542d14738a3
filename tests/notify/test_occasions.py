"""What there is to tell of a request: each occasion at its time, only of our own, nothing of old ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.config.model import Notify, Occasion
from reconciler.diff import Change
from reconciler.model import Role, ServiceId, Task
from reconciler.notify import due, key_of
from reconciler.plan import Contested
from reconciler.progress import Progress, Validity
from reconciler.render.notices import Notice, notices_text
from tests.builders import NOW, SERVICE, A, B, C, task

DAY = 24 * 60.0
ASSUMED = Validity(timedelta(days=7), learnt=False)
ALL = Notify("webhook", None, "CHAT_URL")


def row(one: Task, *, ours: bool = True, landed: bool | None = False) -> Progress:
    """Return the progress of a request for which nobody is known to have confirmed."""
    waiting = (A, B) if one.is_open else ()
    return Progress(one, SERVICE, (), ours, (), waiting, landed)


def told(*rows: Progress, contested: Iterable[Contested] = (), wanted: Notify = ALL) -> list[str]:
    """Return the occasions that are due."""
    return [notice.occasion for notice in due(rows, contested, ASSUMED, NOW, wanted)]


def test_a_request_of_ours_is_told_as_requested() -> None:
    assert told(row(task())) == ["requested"]
    assert told(row(task(), ours=False)) == []


def test_waiting_is_told_after_more_than_the_given_days() -> None:
    assert told(row(task(requested=3 * DAY))) == ["requested"]
    assert told(row(task(requested=3 * DAY + 1))) == ["requested", "waiting"]
    assert told(row(task(requested=1 * DAY + 1)), wanted=replace(ALL, waiting_days=1)) == [
        "requested",
        "waiting",
    ]


def test_what_everybody_has_confirmed_waits_for_nobody_and_expires_no_more() -> None:
    assert told(row(task(state="doing", requested=6.5 * DAY))) == ["requested"]


def test_expiring_is_told_within_the_given_days_and_not_before() -> None:
    few = replace(ALL, waiting_days=100, expiring_days=1)
    assert told(row(task(requested=6 * DAY - 1)), wanted=few) == ["requested"]
    assert told(row(task(requested=6 * DAY)), wanted=few) == ["requested", "expiring"]
    assert told(row(task(requested=8 * DAY)), wanted=few) == ["requested", "expiring"]


@pytest.mark.parametrize(
    ("state", "occasion"),
    [("refused", "refused"), ("aborted", "refused"), ("expired", "expired"), ("error", "expired")],
)
def test_each_end_is_told_under_the_occasion_that_the_plan_treats_it_as(state: str, occasion: str) -> None:
    assert told(row(task(state=state))) == ["requested", occasion]


def test_done_is_told_only_when_the_service_shows_it() -> None:
    assert told(row(task(state="done"), landed=False)) == ["requested"]
    assert told(row(task(state="done"), landed=None)) == ["requested"]
    assert told(row(task(state="done"), landed=True)) == ["requested", "done"]


def test_what_settled_more_than_fourteen_days_ago_is_no_news() -> None:
    assert told(row(task(state="done", settled=14 * DAY - 1), landed=True)) == ["requested", "done"]
    assert told(row(task(state="done", settled=14 * DAY), landed=True)) == []


def test_a_contested_request_is_told_whoever_made_it_once_with_its_contested_roles() -> None:
    other = row(task(7, "a>c", "technical billing"), ours=False)
    contested = [
        Contested(Change(ServiceId(SERVICE), role, A, B), 7, A, C, ours=False)
        for role in (Role.TECHNICAL, Role.BILLING)
    ]
    (notice,) = due([other], contested, ASSUMED, NOW, ALL)
    assert (notice.occasion, notice.roles, notice.ours) == (
        Occasion.CONTESTED,
        (Role.TECHNICAL, Role.BILLING),
        False,
    )
    (one,) = due([other], contested[:1], ASSUMED, NOW, ALL)
    assert one.roles == (Role.TECHNICAL,)


def test_only_what_is_wanted_is_told() -> None:
    only = replace(ALL, on=frozenset({Occasion.WAITING}))
    assert told(row(task(requested=6 * DAY)), wanted=only) == ["waiting"]


def test_the_key_tells_apart_occasions_tasks_channels_and_worlds() -> None:
    def keys(*tasks: Task) -> set[str]:
        return {
            key_of(notice, channel)
            for notice in due(map(row, tasks), (), ASSUMED, NOW, ALL)
            for channel in ("x", "y")
        }

    assert len(keys(task(1), task(2))) == 4
    assert len(keys(task(1), task(1, requested=99))) == 4
    assert len(keys(task(1, requested=4 * DAY))) == 4


def test_five_hundred_notices_make_one_short_text() -> None:
    rows = [row(task(number)) for number in range(500)]
    text = notices_text(due(rows, (), ASSUMED, NOW, ALL), {}, "ovh-eu", NOW)
    assert text.startswith("Contacts on ovh-eu: 500 requested\n")
    assert text.endswith("... and 480 more: `reconciler status` lists the requests")
    assert len(text.splitlines()) == 22


def test_a_name_cannot_break_out_of_its_line() -> None:
    (notice,) = due([row(task())], (), ASSUMED, NOW, ALL)
    hostile = notice._replace(service="domain/x\n- done: all\u202e")
    assert len(notices_text([hostile], {}, "ovh-eu", NOW).splitlines()) == 2


def test_every_occasion_has_words_and_done_is_said_of_nothing_else() -> None:
    (base,) = due([row(task())], (), ASSUMED, NOW, ALL)

    def words(occasion: Occasion) -> str:
        notice: Notice = base._replace(occasion=occasion)
        return notices_text([notice], {}, "ovh-eu", NOW).splitlines()[1]

    texts = {occasion: words(occasion) for occasion in Occasion}
    assert len(set(texts.values())) >= len(Occasion) - 1
    assert [one for one, text in texts.items() if "done" in text] == [Occasion.DONE]
