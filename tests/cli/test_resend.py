"""`resend` keeps a minimum interval: each new mail makes the token in the one before worthless."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from reconciler.journal import open_journal
from reconciler.model import AccountId, Answer, Confirmation
from tests.cli.conftest import AGENCY, PLATFORM, Open, Place
from tests.running import Done

MINUTE = 60.0


def resend(here: Place, task: int, *options: str, party: str = "agency") -> Done:
    """Have a mail sent again."""
    return here.run("resend", str(task), "--as", party, *options)


def mails(here: Place, account: str = AGENCY) -> int:
    """Return how many mails an account got."""
    return len(here.town.mails(account))


def test_the_first_resend_after_a_request_is_always_allowed(place: Open) -> None:
    here = place()
    task = here.asked()
    assert resend(here, task).code == 0
    assert mails(here) == 2


def test_a_second_one_is_refused_before_anything_is_sent_and_says_when_to_try_again(place: Open) -> None:
    here = place()
    task = here.asked()
    resend(here, task)
    here.town.turn(4 * MINUTE)
    token = here.town.token(AGENCY, task)
    done = resend(here, task)
    assert done.code == 1
    assert "a new mail was sent to agency 4 minutes ago" in done.err
    assert "each one makes the earlier token worthless" in done.err
    assert "try again in 11 minutes" in done.err
    assert mails(here) == 2
    assert here.town.accept(AGENCY, task, token) is None, "the token still counts"


def test_after_a_quarter_of_an_hour_it_is_allowed_again(place: Open) -> None:
    here = place()
    task = here.asked()
    resend(here, task)
    here.town.turn(14 * MINUTE)
    assert resend(here, task).code == 1
    here.town.turn(MINUTE + 5)
    assert resend(here, task).code == 0
    assert resend(here, task).code == 1, "the newest one counts"


def test_what_it_says_of_the_time_is_true_at_both_ends(place: Open) -> None:
    here = place()
    task = here.asked()
    resend(here, task)
    said = resend(here, task).err
    assert "less than a minute ago" in said
    assert "try again in 15 minutes" in said
    here.town.turn(14 * MINUTE + 40)
    said = resend(here, task).err
    assert "agency 14 minutes ago" in said, "not 15, after which it is allowed"
    assert "try again in 1 minute\n" in said


def test_who_does_not_see_the_request_is_named_and_not_all(place: Open) -> None:
    here = place()
    task = here.asked()
    assert f"finance sees no task {task}" in resend(here, task, party="finance").err
    assert "no configured account sees a task 1\n" in here.run("resend", "1").err


def test_each_party_and_each_request_has_an_interval_of_its_own(place: Open) -> None:
    here = place()
    task = here.asked()
    assert resend(here, task).code == 0
    assert resend(here, task, party="platform").code == 0
    assert resend(here, task, party="platform").code == 1
    assert mails(here, PLATFORM) == 2


def test_those_who_know_better_say_now(place: Open) -> None:
    here = place()
    task = here.asked()
    resend(here, task)
    assert resend(here, task, "--now").code == 0
    assert mails(here) == 3


def test_one_that_the_endpoint_refused_starts_no_interval(place: Open) -> None:
    here = place()
    task = here.asked()
    here.faults({"path": "/me/task/contactChange/*/resendEmail", "status": 500, "times": 1})
    assert resend(here, task).code == 1
    assert resend(here, task).code == 0


def test_a_mail_about_the_same_number_in_a_world_before_this_one_starts_no_interval(place: Open) -> None:
    here = place()
    task = here.asked()
    journal = open_journal(here.desk.journal, here.town.url)
    before = datetime.now(UTC) - timedelta(minutes=5)
    journal.confirm(Confirmation(task, AccountId(AGENCY), Answer.RESENT, before))
    journal.close()
    assert resend(here, task).code == 0
