"""Main's plan, approved and applied by the steps of `action.yml`: exactly it, once, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ci.runner import Job, Ran, commands
from tests.ci.test_pull_request import HOSTILE, keys
from tests.review.conftest import BLOG, CAROL, PLATFORM, SHOP, Company, wanted


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
    journal = tmp_path / "journal.sqlite3"
    done = apply(company, tmp_path / "apply", **given(approved), journal=str(journal))
    assert done.code == 0, done.out
    assert done.outputs["exit-code"] == "0"
    assert journal.exists()
    assert company.asked() == {SHOP: 1}
    heading, words = done.summary.split("Exit code 0.\n\n")
    assert heading == "## Contacts: apply\n\n"
    assert SHOP in words
    assert all(line.startswith("    ") for line in words.splitlines()), "a block of code, whatever it holds"
    assert done.out.startswith("::stop-commands::")
    assert [*(tmp_path / "apply/temp").iterdir()] == [], "neither keys nor logs are left"
    apply(company, tmp_path / "again", **given(approved))
    assert company.asked() == {SHOP: 1}


def test_anything_else_fails_the_step_with_6_and_the_fingerprint_alone_is_enough(
    company: Company, approved: Ran, tmp_path: Path
) -> None:
    """One after the other: a contact moved in the panel, another plan, somebody else's merge, and so on."""
    company.town.edit("PUT", "services", [{"service": SHOP, "technical": CAROL}])
    moved = apply(company, tmp_path / "moved", **given(approved))
    assert (moved.code, moved.outputs["exit-code"]) == (6, "6")
    assert "held by carol now" in moved.out
    assert "held by carol now" in moved.summary
    company.town.edit("PUT", "services", [{"service": SHOP, "technical": PLATFORM}])

    forger = Job(tmp_path / "forger", company.main.desk.folder)
    forged = forger.use(command="plan", credentials=keys(company), valid_for="9000d")
    assert forged.outputs["fingerprint"] == approved.outputs["fingerprint"]
    replaced = apply(company, tmp_path / "replaced", **{**given(approved), "plan": forged.outputs["plan"]})
    assert (replaced.code, replaced.outputs["exit-code"]) == (6, "6")
    assert "sha256" in replaced.err

    company.main.commit(wanted(shop="agency", blog="agency"))
    merged = apply(company, tmp_path / "merged", **given(approved))
    assert (merged.code, merged.outputs["exit-code"]) == (6, "6")
    assert BLOG in merged.out
    assert company.posts() == 0

    company.main.commit(wanted(shop="agency"))
    unclear = apply(company, tmp_path / "unclear", **given(approved), valid_for=HOSTILE)
    assert (unclear.code, unclear.outputs["exit-code"]) == (64, "64"), "its age cannot be judged"
    assert company.posts() == 0

    done = apply(company, tmp_path / "apply", fingerprint=approved.outputs["fingerprint"])
    assert done.code == 0, done.out
    assert company.asked() == {SHOP: 1}


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
