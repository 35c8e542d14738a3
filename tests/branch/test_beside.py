"""What a branch's plan tells of its base stands beside the branch's own contacts, and never among them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from reconciler.branch import merge
from reconciler.config import Config, load
from reconciler.model import AccountFacts, AccountId, Contacts, Observation, Role, ServiceId
from reconciler.propose import propose

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANNA, BERTA = AccountId("an11111-ovh"), AccountId("be11111-ovh")
OURS, THEIRS = ServiceId("domain/ours.example"), ServiceId("domain/theirs.example")
BOX = "{technical: {account: berta, until: 2027-06-30, then: anna, reason: a relaunch}}"


def config(folder: Path, ours: str, theirs: str) -> Config:
    """Return a file that declares two services."""
    file = folder / "contacts.yaml"
    file.write_text(
        "version: 1\nendpoint: sandbox\naccounts: {anna: an11111-ovh, berta: be11111-ovh}\n"
        f"services:\n  {OURS}: {ours}\n  {THEIRS}: {theirs}\n"
    )
    return load(file)


def test_time_boxes_of_the_base_are_not_told_as_the_branchs_own(tmp_path: Path) -> None:
    base = config(tmp_path, "{}", BOX)
    here = config(tmp_path, BOX, BOX)
    held = {account: AccountFacts(account) for account in (ANNA, BERTA)}
    live = dict.fromkeys((OURS, THEIRS), Contacts(ANNA, ANNA, ANNA))
    wanted = base.desired(NOW.date())
    branch = merge(wanted, wanted, here.desired(NOW.date()), name="main")

    plan = propose(here, Observation(NOW, held, live), today=NOW.date(), branch=branch)

    assert [change.service for change in plan.changes()] == [OURS]
    assert plan.time_boxes.keys() == {(OURS, Role.TECHNICAL)}
    assert plan.beside is not None
    assert [(change.service, tray) for change, tray in plan.beside.wanted] == [(THEIRS, "requests")]


def test_a_service_that_only_the_base_wants_is_neither_absent_nor_unknown_nor_not_managed(
    tmp_path: Path,
) -> None:
    base = config(tmp_path, "{}", "{technical: berta}")
    here = config(tmp_path, "{technical: berta}", "{technical: berta}")
    wanted = base.desired(NOW.date())
    branch = merge(wanted, wanted, here.desired(NOW.date()), name="main")
    held = {ANNA: AccountFacts(ANNA)}
    other = ServiceId("domain/other.example")
    live = {OURS: Contacts(ANNA, ANNA, ANNA), other: Contacts(ANNA, ANNA, ANNA)}

    for look in (
        Observation(NOW, held, live, absent=(THEIRS,)),
        Observation(NOW, held, live, unknown={THEIRS: "HTTP 500"}),
    ):
        plan = propose(here, look, today=NOW.date(), branch=branch)
        assert [request.service for request in plan.requests] == [OURS]
        assert (plan.absent, plan.unknown, plan.unmanaged) == ((), (), ())


def test_the_guard_counts_what_the_branch_moves_over_all_that_is_managed(tmp_path: Path) -> None:
    file = tmp_path / "contacts.yaml"
    services = [ServiceId(f"domain/s{number:02}.example") for number in range(40)]

    def estate(moved: int) -> Config:
        rows = (
            f"  {key}: {{technical: {'berta' if at < moved else 'anna'}}}" for at, key in enumerate(services)
        )
        file.write_text(
            "version: 1\nendpoint: sandbox\naccounts: {anna: an11111-ovh, berta: be11111-ovh}\n"
            "guards: {max_changes_percent: 30}\nservices:\n" + "\n".join(rows) + "\n"
        )
        return load(file)

    held = {account: AccountFacts(account) for account in (ANNA, BERTA)}
    look = Observation(NOW, held, dict.fromkeys(services, Contacts(ANNA, ANNA, ANNA)))
    wanted = estate(0).desired(NOW.date())
    for moved, stopped in ((12, False), (13, True)):
        here = estate(moved)
        branch = merge(wanted, wanted, here.desired(NOW.date()), name="main")
        plan = propose(here, look, today=NOW.date(), branch=branch)
        assert (len(plan.requests), bool(plan.stopped_by)) == (moved, stopped)
