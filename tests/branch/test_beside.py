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
