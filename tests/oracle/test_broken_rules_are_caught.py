"""The four rules that matter most, each broken on purpose: the comparison and the play of refusals notice.

Tried besides, in a copy of the package, and caught by the listed or random worlds: pair mates ahead of the
admin; a block that may pass which no longer keeps the admin, or one that stays which does; the incoming
admin's credentials ignored, or taken for granted; fifteen minutes of lag counted as within, not at all, or
without looking at `from`; one expiry too many; leave for any old task; the oldest settled task deciding; open
tasks of unclear service ignored; guards silent; one party or both always confirming; two askers in one POST;
blocks before pending; the role's own holder asking first; a technical contact naming an admin; debt that
blocks every role; the old contact's invoices ignored; an unread payment method taken for none; reasons in
another order; contests seen only where a change is wanted.
"""

from __future__ import annotations

from collections.abc import Container
from itertools import product

import pytest

from reconciler.model import AccountId, Contacts, Role
from reconciler.plan import Reason, blocks
from tests.builders import claim, estate, facts, task
from tests.oracle.reading import disagreements
from tests.oracle.small_ovhcloud import Refused
from tests.oracle.test_a_refusal_never_locks_the_admin_out import (
    test_whatever_is_refused_in_any_order_what_could_be_asked_can_still_be_asked as refuse_in_every_order,
)
from tests.oracle.test_a_refusal_never_locks_the_admin_out import (
    test_while_the_service_still_shows_the_old_contact_nothing_is_asked_twice as look_while_it_lags,
)
from tests.oracle.test_a_refusal_never_locks_the_admin_out import (
    test_who_never_answers_is_asked_once_and_then_as_often_as_the_file_allows as never_answer,
)


def found() -> list[str]:
    """Return the disagreements over every difference of three accounts, some with a task on them."""
    every = [("".join(have), "".join(want)) for have, want in product(product("abc", repeat=3), repeat=2)]
    rows = {f"domain/n{number}.example": pair for number, pair in enumerate(every)}
    tasks = []
    for number, (service, (have, want)) in enumerate(rows.items()):
        state = ("todo", "refused", "done", None)[number % 4]
        if state is not None and have[1] != want[1]:
            age = None if state == "todo" else 5
            tasks.append(task(number + 1, f"{have[1]}>{want[1]}", state=state, settled=age, service=service))
    claims = {one.id: claim(one, f"domain/{one.name}") for one in tasks}
    return disagreements(estate(rows, held=facts("a"), tasks=tasks), claims=claims)


def test_unbroken_rules_agree() -> None:
    assert not found()


def test_no_look_at_open_requests_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.plan.build.on_its_way", lambda *_: None)
    assert found()
    with pytest.raises((AssertionError, Refused)):
        look_while_it_lags("abc")


def test_a_hand_over_that_does_not_wait_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.plan.sequence._needing_the_admin", lambda *_: ())
    assert found()
    with pytest.raises(AssertionError, match="nobody may ask"):
        refuse_in_every_order("a")


def test_asking_on_after_a_refusal_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tuple(row for row in blocks._CHECKS if row[0] is not Reason.TURNED_DOWN)
    monkeypatch.setattr("reconciler.plan.blocks._CHECKS", kept)
    assert found()
    with pytest.raises(AssertionError):
        never_answer(0)
    with pytest.raises(AssertionError, match="twice"):
        refuse_in_every_order("a")


def test_asking_without_the_right_to_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def anyone(live: Contacts, role: Role, held: Container[AccountId]) -> AccountId | None:
        return next(
            (who for who in (live.admin, live.of(role), *live) if who is not None and who in held), None
        )

    for room in ("blocks", "sequence"):
        monkeypatch.setattr(f"reconciler.plan.{room}.choose_asker", anyone)
    assert found()
    with pytest.raises(Refused, match="may not change"):
        refuse_in_every_order("b")
