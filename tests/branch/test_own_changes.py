"""A branch shows what it changes itself, and never what others have merged since it forked."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from reconciler.cli.base import base_of
from reconciler.config import load
from reconciler.model import ROLES
from tests.branch.histories import ACCOUNTS, make, written

TODAY = date(2026, 11, 22)
IDS = {name: f"{name[:2]}11111-ovh" for name in ACCOUNTS}


def test_two_hundred_random_merge_histories_agree_with_a_plain_three_way_set_computation(
    tmp_path: Path,
) -> None:
    file = tmp_path / "contacts.yaml"
    for history in make(tmp_path, 200, seed=7):
        (tmp_path / ".git/HEAD").write_text(f"ref: refs/heads/{history.branch}\n")
        file.write_text(written(history.here))
        here = load(file)

        branch = base_of(file, history.main, here).branch(here, TODAY)

        here_set, fork_set, base_set = (
            {*held.items()} for held in (history.here, history.fork, history.base)
        )
        added = here_set - fork_set - base_set
        taken = {contact for contact in history.fork if contact not in history.here} & {*history.base}
        own = {contact for contact, _ in added} | taken
        assert {(str(service), str(role)) for service, role in branch.own} == own
        assert {(str(service), str(role)) for service, role in branch.released} == taken
        after = {contact: holder for contact, holder in base_set if contact not in own} | dict(added)
        assert {
            (str(service), str(role)): holder
            for service, row in branch.desired.items()
            for role, holder in zip(ROLES, row, strict=True)
            if holder is not None
        } == {contact: IDS[holder] for contact, holder in after.items()}
