"""`--only`, `--role` and `--limit` on the command line: a careful run, and what is refused."""

from __future__ import annotations

import json

import pytest
from click import UsageError

from reconciler.cli.narrowing import check_names
from reconciler.model import ServiceId
from reconciler.plan import Selection
from tests.apply.conftest import Open
from tests.apply.shop import AGENCY, PLATFORM
from tests.builders import estate
from tests.running import accept_all

FIVE = [f"s{number}.example" for number in range(5)]
KEYS = [f"domain/{name}" for name in FIVE]


def test_a_careful_run_asks_for_a_part_and_tells_the_rest_until_nothing_is_left(shop: Open) -> None:
    here = shop(FIVE)
    part = ("--only", "domain/*", "--role", "technical", "--limit", "2")
    planned = here.desk.run("plan", *part, "--role", "technical", "--format", "json", "--detailed-exitcode")
    assert planned.code == 2
    narrowed = planned.json["narrowed"]
    assert (narrowed["only"], narrowed["roles"], narrowed["limit"]) == (["domain/*"], ["technical"], 2)
    assert narrowed["left_for_later"].items() >= {"requests": 3, "deferred": 0}.items()
    assert [row["service"] for row in planned.json["requests"]] == KEYS[:2]
    approved = planned.json["fingerprint"]

    other = here.desk.run("apply", "--expect", approved)
    assert (other.code, here.posts()) == (6, 0), "without the same options it is another plan"
    assert "--only, --role and --limit" in other.err

    done = here.desk.run("apply", *part, "--expect", approved, "--detailed-exitcode")
    assert (done.code, here.asked()) == (3, dict.fromkeys(KEYS[:2], 1))
    assert "Narrowed by --only, --role and --limit: 3 more changes are left out." in done.out
    assert "not in this run: 3 contacts to request (--limit 2; left for a later run)" in done.err

    again = here.desk.run("apply", *part, "--expect", approved)
    assert (again.code, here.posts()) == (0, 2), "it was asked once"
    assert "nothing left to ask" in again.err

    accept_all(here.town)
    second = here.desk.run("apply", *part, "--yes", "--format", "json")
    assert (second.code, here.asked()) == (0, dict.fromkeys(KEYS[:4], 1))
    assert second.json["plan"]["narrowed"]["left_for_later"]["requests"] == 1
    accept_all(here.town)
    assert here.desk.run("apply", *part, "--yes").code == 0
    accept_all(here.town)
    assert here.asked() == dict.fromkeys(KEYS, 1)
    last = here.desk.run("apply", *part, "--yes", "--detailed-exitcode")
    assert (last.code, here.posts()) == (0, 5)
    assert "Nothing to request of what is chosen: 5 managed contacts" in last.out
    assert {here.town.contacts(PLATFORM, key)[1] for key in KEYS} == {AGENCY}


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("domian/*", "did you mean 'domain/*'?"),
        ("Domain/S0.example", "did you mean 'domain/s0.example'?"),
        ("s0.example", "did you mean '*/s0.example'?"),
        ("domain", "did you mean 'domain/*'?"),
        ("/domain/s0.example/", "did you mean 'domain/s0.example'?"),
        ("domain/s0.exmple", "did you mean 'domain/s0.example'?"),
        ("vps/*", "it declares services of domain, such as domain/s0.example"),
        ("\x1b[31m", "it declares services of domain, such as domain/s0.example"),
        ("", "it declares services of domain, such as domain/s0.example"),
    ],
)
def test_a_pattern_that_names_nothing_is_refused_with_what_may_have_been_meant(
    pattern: str, told: str
) -> None:
    config = estate(dict.fromkeys(KEYS, ("aaa", "aba")), held={}).config
    with pytest.raises(UsageError) as refused:
        check_names(Selection(("domain/*", pattern)), config)
    assert refused.value.message == f"--only {pattern!r} names no service that the file declares; {told}"
    check_names(Selection(("domain/*", "*")), config)
    check_names(Selection(("vps/*",)), config, frozenset({ServiceId("vps/x")}))


def test_in_a_file_without_services_no_pattern_names_anything() -> None:
    with pytest.raises(UsageError, match="it declares none"):
        check_names(Selection(("*",)), estate({}, held={}).config)


def test_what_is_not_understood_is_refused_before_anything_is_looked_at(shop: Open) -> None:
    here = shop(FIVE)
    for words, told in (
        (("plan", "--only", "domian/*"), "did you mean 'domain/*'?"),
        (("apply", "--yes", "--only", "vps/*"), "it declares services of domain"),
        (("plan", "--role", "tech"), "'admin', 'technical', 'billing'"),
        (("plan", "--limit", "0"), "0 is not in the range x>=1"),
    ):
        done = here.desk.run(*words)
        assert (done.code, done.out) == (64, ""), words
        assert told in done.err, words
    assert here.town.edit("GET", "requests").keys() <= {"GET /auth/time", "GET /me"}


def test_a_part_in_which_nothing_differs_is_a_no_op_that_says_so(shop: Open) -> None:
    here = shop(FIVE)
    for part, words in (
        (("--role", "billing"), "no contact that the file manages is chosen by --role"),
        (
            ("--only", "domain/s0*", "--role", "admin"),
            "no contact that the file manages is chosen by --only and --role",
        ),
    ):
        done = here.desk.run("apply", *part, "--yes", "--detailed-exitcode")
        assert (done.code, here.posts()) == (0, 0), done.err
        assert words in done.out
        assert "not in this run: 5 contacts to request" in done.err


def test_the_options_are_read_from_variables_and_a_snapshot_is_cut_down_too(shop: Open) -> None:
    here = shop(FIVE)
    assert here.desk.run("snapshot", "--out", "snapshot.json").code == 0
    here.desk.environ |= {"RECONCILER_ONLY": "domain/s1* domain/s3*", "RECONCILER_PLAN_LIMIT": "1"}
    shown = here.desk.run(
        "plan", "--snapshot", "snapshot.json", "-o", "json=plan.json", "-o", "html=plan.html"
    )
    assert shown.code == 0, shown.err
    document = json.loads((here.desk.folder / "plan.json").read_text())
    assert [row["service"] for row in document["requests"]] == [KEYS[1]]
    assert document["narrowed"]["left_out"]["requests"] == 3
    assert document["narrowed"]["left_for_later"]["requests"] == 1
    assert "4 more changes are left out" in (here.desk.folder / "plan.html").read_text()


def test_a_guard_stops_a_part_that_is_too_much_and_lets_a_smaller_one_through(shop: Open) -> None:
    names = [f"s{number}.example" for number in range(10)]
    here = shop(names)
    rows = "".join(f"  domain/{name}: {{technical: agency}}\n" for name in names)
    here.desk.write(f"defaults: {{billing: finance}}\nservices:\n{rows}", guards="{max_changes_percent: 20}")
    stopped = here.desk.run("apply", "--limit", "5", "--yes")
    assert (stopped.code, here.posts()) == (5, 0)
    assert "5 of 20 managed contacts would change" in stopped.out
    done = here.desk.run("apply", "--limit", "4", "--yes")
    assert (done.code, here.posts()) == (0, 4), done.err
