"""The words that people read: complete, honest, and with something to do at the end."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable

import pytest
from rich.console import Console

from reconciler.model import AccountId, Role, ServiceId, TaskState
from reconciler.plan import Blocked, Deferred, Pending, Plan, PlannedTask, Reason, Request, Stop
from reconciler.render import View, markdown_of, plan_text
from reconciler.render.reasons import CHANGE_CONTACTS, CHANGE_OWNER, WORDINGS, is_domain, remedies
from reconciler.render.terminal import plan_rich
from reconciler.render.wording import STATES, age, listed
from tests.render import plans
from tests.render.plans import AGENCY, EVERYTHING, FINANCE, NAMES, PLATFORM, STRANGER


def rich(plan: Plan, names: dict[AccountId, str]) -> str:
    screen = io.StringIO()
    plan_rich(plan, names, Console(file=screen, width=400))
    return screen.getvalue()


def markdown(plan: Plan, names: dict[AccountId, str]) -> str:
    return markdown_of(View(plan, names))


FORMATS = [plan_text, markdown, rich]
Show = Callable[[Plan, dict[AccountId, str]], str]


@pytest.mark.parametrize("show", FORMATS)
def test_every_contact_of_every_tray_is_shown_with_its_service(show: Show) -> None:
    shown = show(EVERYTHING, NAMES)
    services = [change.service for request in EVERYTHING.requests for change in request.changes]
    services += [row.change.service for row in EVERYTHING.deferred + EVERYTHING.pending]
    services += [row.change.service for row in EVERYTHING.blocked + EVERYTHING.contested]
    services += [*EVERYTHING.absent, *EVERYTHING.unmanaged, *(row.service for row in EVERYTHING.unknown)]
    for service in services:
        assert service in shown


def test_a_line_names_service_role_move_asker_and_who_must_confirm() -> None:
    text = plan_text(Plan(requests=plans.ASKING.requests[2:]), {AGENCY: "agency"})
    assert (
        "  vps/vps-1.example technical: zz99999-ovh -> agency (ag33333-ovh); asker: zz99999-ovh; "
        "must confirm: zz99999-ovh and agency (ag33333-ovh)"
    ) in text.splitlines()


def test_of_one_request_with_two_tasks_each_contact_names_its_own_confirmers() -> None:
    lines = plan_text(Plan(requests=plans.ASKING.requests[1:2]), {}).splitlines()
    technical = next(line for line in lines if "two.example technical" in line)
    billing = next(line for line in lines if "two.example billing" in line)
    assert technical.endswith("must confirm: pl11111-ovh and ag33333-ovh")
    assert billing.endswith("must confirm: pl11111-ovh")


@pytest.mark.parametrize("show", FORMATS)
def test_counts_come_before_the_first_contact(show: Show) -> None:
    shown = show(EVERYTHING, NAMES)
    assert 0 <= shown.index("12") < shown.index("domain/")


@pytest.mark.parametrize("show", FORMATS)
def test_in_sync_is_one_sentence(show: Show) -> None:
    shown = show(plans.IN_SYNC, NAMES)
    assert "Everything is in sync: 412 managed contacts of 140 services" in shown
    assert "Next:" not in shown


def test_in_sync_as_text_is_nothing_but_that_sentence() -> None:
    assert len(plan_text(plans.IN_SYNC, NAMES).splitlines()) == 1


@pytest.mark.parametrize(
    "plan",
    [
        Plan(unknown=EVERYTHING.unknown, in_sync=3, managed=3),
        Plan(absent=EVERYTHING.absent, in_sync=3, managed=3),
        Plan(contested=EVERYTHING.contested, in_sync=3, managed=3),
        Plan(pending=EVERYTHING.pending, in_sync=3, managed=8),
        Plan(blocked=EVERYTHING.blocked, in_sync=3, managed=15),
        Plan(observed=plans.OBSERVED.observed[:1], in_sync=3, managed=4, watched=1),
        Plan(stopped_by=(Stop("max_changes_percent", "cannot be computed"),), in_sync=3, managed=3),
    ],
)
@pytest.mark.parametrize("show", FORMATS)
def test_nothing_is_called_in_sync_while_anything_is_open_or_unreadable(show: Show, plan: Plan) -> None:
    assert "verything is in sync" not in show(plan, NAMES)


@pytest.mark.parametrize(
    ("watched", "words"),
    [
        (0, "names."),
        (1, "names; 1 of them is only observed."),
        (2, "names; 2 of them are only observed."),
        (3, "names; all of it is only observed."),
    ],
)
def test_in_sync_says_how_much_of_it_is_only_observed(watched: int, words: str) -> None:
    text = plan_text(Plan(in_sync=3, managed=3, services=1, watched=watched), NAMES)
    assert text.endswith(f"each held by the account that the file {words}")


def test_where_nothing_but_observed_contacts_differ_no_apply_is_advised() -> None:
    text = plan_text(Plan(observed=plans.OBSERVED.observed[:1], managed=1, services=1, watched=1), NAMES)
    assert text.splitlines()[-1] == "Next: nothing to request: what differs is only observed."
    assert "reconciler apply" not in text


def test_services_nobody_declared_do_not_disturb_the_peace_but_are_listed() -> None:
    text = plan_text(Plan(unmanaged=EVERYTHING.unmanaged, in_sync=3, managed=3, services=1), NAMES)
    assert text.startswith("Everything is in sync")
    assert "vps/vps-2.example" in text


@pytest.mark.parametrize("show", FORMATS)
def test_what_could_not_be_read_is_loud_and_gives_the_reason(show: Show) -> None:
    shown = show(EVERYTHING, NAMES)
    assert "COULD NOT BE READ: 1 service" in shown
    assert "This credential is not valid" in shown
    assert shown.index("COULD NOT BE READ") < shown.index("To request:")


@pytest.mark.parametrize("show", FORMATS)
def test_a_guard_that_stopped_the_run_is_named_with_the_way_to_lift_it(show: Show) -> None:
    shown = show(plans.STOPPED, NAMES)
    assert "33 %" in shown
    assert "`reconciler apply --lift max_changes_percent --reason TEXT`" in shown
    assert "To request" not in shown
    assert "sends" not in shown


@pytest.mark.parametrize("show", FORMATS)
def test_nothing_is_said_to_be_changed_or_updated_before_it_is(show: Show) -> None:
    shown = show(EVERYTHING, NAMES).casefold()
    for word in ("updated", "has been changed", "success", "!"):
        assert word not in shown.replace("<!--", "")


def test_the_next_step_says_whom_apply_asks_for_how_many_confirmations() -> None:
    step = plan_text(plans.ASKING, NAMES).splitlines()[-1]
    assert "`reconciler apply` sends 3 requests" in step
    assert "3 accounts for 7 confirmations" in step
    assert "agency (ag33333-ovh) 3, platform (pl11111-ovh) 3 and zz99999-ovh 1" in step


def test_of_many_accounts_the_next_step_names_the_five_with_most_to_confirm() -> None:
    many = [AccountId(f"aa{number:05}-ovh") for number in range(9)]
    changes = [
        plans.change(f"domain/{number}.example", desired=account) for number, account in enumerate(many)
    ]
    step = plan_text(Plan(requests=tuple(map(plans.request, changes))), {}).splitlines()[-1]
    assert "10 accounts for 18 confirmations: pl11111-ovh 9, aa00000-ovh 1" in step
    assert "5 other accounts the rest" in step


@pytest.mark.parametrize(
    ("plan", "step"),
    [
        (plans.WAITING, "`reconciler status` shows who still has to confirm"),
        (plans.STUCK, "nothing can be requested now"),
        (Plan(unknown=EVERYTHING.unknown), "could not be read"),
        (plans.STOPPED, "what the guard says"),
    ],
)
def test_there_is_always_a_next_step_that_fits(plan: Plan, step: str) -> None:
    assert step in plan_text(plan, NAMES).splitlines()[-1]


def test_an_account_is_shown_by_its_short_name_and_its_id() -> None:
    plan = Plan(requests=(plans.request(plans.change(live=PLATFORM, desired=FINANCE)),))
    assert "platform (pl11111-ovh) -> finance (fi22222-ovh)" in plan_text(plan, NAMES)
    assert "pl11111-ovh -> fi22222-ovh" in plan_text(plan, {})
    assert "pl11111-ovh -> fi22222-ovh" in plan_text(plan, {PLATFORM: PLATFORM})


def test_a_limit_says_how_many_rows_it_left_out() -> None:
    shown = plan_text(EVERYTHING, NAMES, limit=2)
    assert "... and 10 more" in shown
    assert "hosting/web/guard.example" not in shown
    assert "... and" not in plan_text(EVERYTHING, NAMES, limit=12)


def test_a_long_list_in_a_terminal_becomes_plain_lines() -> None:
    changes = [plans.change(f"domain/{number}.example") for number in range(300)]
    shown = rich(Plan(requests=tuple(map(plans.request, changes))), NAMES)
    assert "  domain/299.example technical: platform (pl11111-ovh) -> agency (ag33333-ovh); asker" in shown
    assert "─" not in shown


def test_every_reason_has_words_and_a_remedy_that_is_a_whole_sentence() -> None:
    assert list(WORDINGS) == list(Reason)
    for wording in WORDINGS.values():
        assert wording.remedy.endswith(".")
        assert not wording.sentence.endswith(".")


@pytest.mark.parametrize("show", FORMATS)
@pytest.mark.parametrize("reason", Reason)
def test_a_blocked_contact_shows_its_detail_and_its_reasons_remedy(show: Show, reason: Reason) -> None:
    shown = show(Plan(blocked=(plans.blocked(reason, detail="because of the weather"),)), NAMES)
    assert WORDINGS[reason].label in shown
    assert "because of the weather" in shown
    assert WORDINGS[reason].sentence not in shown
    assert WORDINGS[reason].remedy.partition("{")[0] in shown


def test_a_reason_without_detail_is_explained_all_the_same() -> None:
    for reason in Reason:
        assert WORDINGS[reason].sentence in plan_text(Plan(blocked=(plans.blocked(reason),)), NAMES)


def test_who_could_ask_is_named() -> None:
    row = plans.blocked(Reason.NOT_PERMITTED, could_ask=(STRANGER, AGENCY))
    assert "could ask: zz99999-ovh and agency (ag33333-ovh)" in plan_text(Plan(blocked=(row,)), NAMES)


@pytest.mark.parametrize("show", FORMATS)
def test_a_stuck_domain_is_told_of_the_owners_two_ways(show: Show) -> None:
    shown = show(Plan(blocked=(plans.blocked(Reason.NOT_PERMITTED, "domain/shop.example"),)), NAMES)
    assert CHANGE_OWNER in shown
    assert CHANGE_CONTACTS in shown


@pytest.mark.parametrize(
    ("reason", "service"),
    [
        (Reason.NOT_PERMITTED, "domain/zone/shop.example"),
        (Reason.NOT_PERMITTED, "hosting/web/shop.example"),
        (Reason.NOT_PERMITTED, "email/domain/shop.example"),
        (Reason.TURNED_DOWN, "domain/shop.example"),
    ],
)
def test_only_a_domain_that_nobody_may_ask_for_has_an_owners_way(reason: Reason, service: str) -> None:
    assert CHANGE_OWNER not in plan_text(Plan(blocked=(plans.blocked(reason, service),)), NAMES)


def test_a_domain_is_told_from_what_else_carries_its_name() -> None:
    assert is_domain(ServiceId("domain/shop.example"))
    assert not is_domain(ServiceId("domain/zone/shop.example"))
    assert not is_domain(ServiceId("nonsense"))


def test_asking_again_is_a_ready_command_only_for_a_name_that_a_shell_leaves_alone() -> None:
    (plain,) = remedies([plans.blocked(Reason.TURNED_DOWN, "ip/service/ip-192.0.2.0/28")])
    (bad,) = remedies([plans.blocked(Reason.TURNED_DOWN, "domain/$(reboot)")])
    assert "`reconciler apply --retry ip/service/ip-192.0.2.0/28:technical`" in plain
    assert "`reconciler apply --retry SERVICE:ROLE`" in bad


def test_a_remedy_is_given_once_for_each_reason_in_the_order_of_the_reasons() -> None:
    rows = [plans.blocked(reason) for reason in (Reason.GUARD, Reason.TURNED_DOWN, Reason.GUARD)]
    assert [text.partition(":")[0] for text in remedies(rows)] == ["turned down", "held by a guard"]


def test_every_state_has_words_and_done_is_not_among_them() -> None:
    assert set(STATES) == set(TaskState)
    assert "done" not in " ".join(STATES.values())


def test_a_deferred_contact_names_the_roles_and_tasks_it_waits_for() -> None:
    text = plan_text(EVERYTHING, NAMES)
    assert "waits for the technical change and the billing change" in text
    assert "waits for the billing change and task 4002" in text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (61, "1 min 1 s"),
        (3600, "1 h"),
        (3661, "1 h 1 min"),
        (86399, "23 h 59 min"),
        (273600, "3 d 4 h"),
        (86460, "1 d"),
        (8640000, "100 d"),
    ],
)
def test_an_age_is_told_in_its_two_largest_units(seconds: float, words: str) -> None:
    assert age(seconds) == words


def test_a_list_of_words_reads_as_a_sentence() -> None:
    assert [listed("abc"[:length]) for length in range(4)] == ["nobody", "a", "a and b", "a, b and c"]


def test_roles_stand_in_their_order() -> None:
    lines = plan_text(Plan(requests=plans.ASKING.requests[:1]), NAMES).splitlines()
    rows = [line for line in lines if line.startswith("  domain/both.example")]
    assert [row.split()[1] for row in rows] == [f"{Role.TECHNICAL}:", f"{Role.BILLING}:"]


def test_rows_that_differ_in_one_thing_only_are_told_apart() -> None:
    move = plans.change()
    task = PlannedTask(PLATFORM, AGENCY, (Role.TECHNICAL,), (PLATFORM, AGENCY))
    requests = tuple(
        Request(move.service, asker, (move,), (dataclasses.replace(task, confirmers=confirmers),))
        for asker in (PLATFORM, STRANGER)
        for confirmers in ((AGENCY,), (FINANCE,))
    )
    plan = Plan(
        requests=requests,
        deferred=tuple(Deferred(move, asker, (1,)) for asker in (PLATFORM, STRANGER)),
        pending=tuple(
            Pending(move, 1, state, waiting)
            for state in (TaskState.TODO, TaskState.VALIDATING)
            for waiting in ((AGENCY,), (FINANCE,))
        ),
        blocked=tuple(Blocked(move, reason, "detail") for reason in Reason),
    )
    rows = [line for line in plan_text(plan, NAMES).splitlines() if line.startswith("  domain/")]
    assert len(rows) == len(set(rows)) == 4 + 2 + 4 + len(Reason)
