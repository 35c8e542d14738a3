"""Main's plan, approved and applied by the steps of `action.yml`: exactly it, once, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ci.runner import Job, Ran, commands
from tests.ci.test_pull_request import HOSTILE, keys
from tests.review.conftest import BLOG, CAROL, SHOP, Company, wanted


@pytest.fixture
def approved(company: Company, tmp_path: Path) -> Ran:
    """Return how the plan of main was made, which somebody then approves."""
    company.main.commit(wanted(shop="agency"))
    job = Job(tmp_path / "plan", company.main.desk.folder)
    return job.use(command="plan", credentials=keys(company), valid_for="24h")


def apply(company: Company, folder: Path, **inputs: str) -> Ran:
    """Use the action in a job that has main checked out, on a machine without a journal."""
    company.main.pull()
    return Job(folder, company.main.desk.folder).use(command="apply", credentials=keys(company), **inputs)


def given(approved: Ran) -> dict[str, str]:
    """Return what the job that plans hands over, as `examples/github/contacts-apply.yml` has it."""
    return {name.replace("-", "_"): approved.outputs[name] for name in ("plan", "plan-digest", "fingerprint")}


def test_the_approved_plan_is_asked_for_once(company: Company, approved: Ran, tmp_path: Path) -> None:
    done = apply(company, tmp_path / "apply", **given(approved))
    assert done.code == 0, done.out
    assert done.outputs["exit-code"] == "0"
    assert company.asked() == {SHOP: 1}
    assert SHOP in done.summary
    again = apply(company, tmp_path / "again", **given(approved))
    assert company.asked() == {SHOP: 1}
    assert "Exit code" in again.summary


def test_the_fingerprint_alone_is_enough(company: Company, approved: Ran, tmp_path: Path) -> None:
    done = apply(company, tmp_path / "apply", fingerprint=approved.outputs["fingerprint"])
    assert done.code == 0, done.out
    assert company.asked() == {SHOP: 1}


def test_a_world_that_has_changed_fails_the_step_with_6(
    company: Company, approved: Ran, tmp_path: Path
) -> None:
    company.town.edit("PUT", "services", [{"service": SHOP, "technical": CAROL}])
    done = apply(company, tmp_path / "apply", **given(approved))
    assert done.code == 6
    assert done.outputs["exit-code"] == "6"
    assert "held by carol now" in done.out
    assert "held by carol now" in done.summary
    assert company.posts() == 0


def test_what_was_merged_after_the_approval_is_not_asked_with_it(
    company: Company, approved: Ran, tmp_path: Path
) -> None:
    company.main.commit(wanted(shop="agency", blog="agency"))
    done = apply(company, tmp_path / "apply", **given(approved))
    assert done.code == 6
    assert BLOG in done.out
    assert company.posts() == 0


def test_a_plan_that_was_replaced_is_refused_even_where_it_is_whole(
    company: Company, approved: Ran, tmp_path: Path
) -> None:
    forged = Job(tmp_path / "forged", company.main.desk.folder)
    other = forged.use(command="plan", credentials=keys(company), valid_for="9000d")
    assert other.outputs["fingerprint"] == approved.outputs["fingerprint"]
    done = apply(company, tmp_path / "apply", **{**given(approved), "plan": other.outputs["plan"]})
    assert done.code == 6
    assert "sha256" in done.err
    assert company.posts() == 0


def test_without_an_approved_plan_nothing_is_asked_for(company: Company, tmp_path: Path) -> None:
    company.main.commit(wanted(shop="agency"))
    attempts: list[dict[str, str]] = [
        {},
        {"plan_digest": "0" * 64},
        {"fingerprint": HOSTILE},
        {"plan": HOSTILE},
        {"plan": "--yes"},
    ]
    for number, inputs in enumerate(attempts):
        done = apply(company, tmp_path / str(number), **inputs)
        assert done.code in {6, 64}, inputs
        assert commands(done.out + done.err) == []
        assert company.posts() == 0
        assert not (company.main.desk.folder / "x").exists()
