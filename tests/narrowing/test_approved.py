"""A part that is reviewed, merged and applied: exactly that part, once, and later the rest."""

from __future__ import annotations

import json

import pytest

from reconciler.approval.document import seal_of
from tests.apply.conftest import Open
from tests.review.conftest import SHOP, Company
from tests.running import accept_all

KEYS = ["domain/s1.example", "domain/s2.example", "domain/s3.example"]


@pytest.mark.parametrize("by", ["file", "fingerprint"])
def test_a_limited_plan_that_failed_in_part_is_retried_without_anything_in_its_place(
    shop: Open, by: str
) -> None:
    here, part = shop(("s1.example", "s2.example", "s3.example")), ("--only", "domain/*", "--limit", "2")
    first, second, _ = KEYS
    assert here.desk.run("plan", *part, "--out", "plan.json").code == 0
    plan = json.loads((here.desk.folder / "plan.json").read_text())
    assert plan["made"]["narrowing"] == {"only": ["domain/*"], "roles": [], "limit": 2}
    how = ["plan.json"] if by == "file" else [*part, "--expect", plan["fingerprint"]]
    here.faults({"method": "POST", "path": f"/{first}/*", "reset": "before"})
    failed = here.desk.run("apply", *how)
    assert failed.code == 8, failed.err
    assert here.asked() == {second: 1}
    assert "1 contact to request (--limit 2; left for a later run)" in failed.err
    here.faults()

    retried = here.desk.run("apply", *how)
    assert retried.code == 0, retried.err
    assert "1 failed and will be asked again" in retried.err
    assert here.asked() == {first: 1, second: 1}, "the third does not take the place of what was asked"
    accept_all(here.town)
    again = here.desk.run("apply", *how, "--detailed-exitcode")
    assert (again.code, here.asked()) == (0, {first: 1, second: 1}), "used up, though the third is left"
    assert "nothing left to ask" in again.err
    assert "1 more change is left out" in again.out

    assert here.desk.run("apply", "--yes").code == 0
    assert here.asked() == dict.fromkeys(KEYS, 1)


def test_a_part_of_a_branch_is_approved_and_what_is_merged_beside_it_moves_it(company: Company) -> None:
    company.proposer.git("fetch", "-q", "origin")
    company.propose("--base", "origin/main", "--only", "*/shop.example", shop="agency", blog="agency")
    shown = company.proposer.document("plan.json")
    assert [row["service"] for row in shown["requests"]] == [SHOP]
    assert (shown["base"]["name"], shown["narrowed"]["left_out"]["requests"]) == ("origin/main", 1)
    plan = company.approve()
    both = company.main.run("apply", plan, "--limit", "2")
    assert (both.code, company.posts()) == (64, 0)
    assert "apply PLAN takes no --only, --role or --limit" in both.err
    assert company.main.run("apply", plan).code == 0
    assert company.asked() == {SHOP: 1}, "the blog was left out of what was approved"


def test_what_a_forged_part_names_is_compared_and_never_carried_out(shop: Open) -> None:
    here = shop(("s1.example", "s2.example"))
    assert here.desk.run("plan", "--limit", "1", "--out", "plan.json").code == 0
    path = here.desk.folder / "plan.json"
    saved = json.loads(path.read_text())
    for narrowing, code in (
        ({"only": [], "roles": [], "limit": 2}, 6),
        ({"only": ["*2.example", "nothing/*"], "roles": ["technical"], "limit": None}, 6),
        ({"only": [], "roles": ["owner"], "limit": 0}, 6),
        ({"only": ["*1.example"], "roles": ["technical"], "limit": 7}, 0),
    ):
        forged = saved | {"made": saved["made"] | {"narrowing": narrowing}}
        path.write_text(json.dumps(forged | {"seal": seal_of(forged)}))
        done = here.desk.run("apply", "plan.json")
        assert (done.code, here.posts()) == (code, int(code == 0)), (narrowing, done.err)
