"""`confirm --imap`: from the mails in a real mailbox to the confirmed request."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.cli.conftest import AGENCY, FINANCE, PLATFORM, SHOP, SHOP_MOVES, Open, Place
from tests.cli.terminal import Terminal
from tests.mailbox.dovecot import Dovecot
from tests.mailbox.dovecot_config import OTHER_PASSWORD, PASSWORD
from tests.mailbox.test_imap import DONE
from tests.running import PATIENCE, Done
from tests.sandbox.town import account

ADDRESSES = {PLATFORM: "platform@shop.example", AGENCY: "team@agency.example", FINANCE: "money@shop.example"}
PEOPLE = tuple(account(one, email=address) for one, address in ADDRESSES.items())


@pytest.fixture
def here(place: Open) -> Place:
    """Return a place where the password of all mailboxes is known."""
    opened = place(SHOP_MOVES, *PEOPLE)
    opened.desk.environ["RECONCILER_IMAP_PASSWORD"] = PASSWORD
    return opened


def forward(here: Place, dovecot: Dovecot, user: str, party: str) -> None:
    """Put every mail that OVHcloud sent to an account into a mailbox."""
    for sent in here.town.mails(party):
        mail = EmailMessage()
        mail["To"] = ADDRESSES[party]
        mail["Subject"] = sent["subject"]
        mail.set_content(sent["body"], cte="quoted-printable")
        dovecot.deliver(user, mail.as_bytes(), at=datetime.fromisoformat(sent["date"]))


def verdicts(done: Done) -> dict[tuple[int | None, str | None], str]:
    """Return the verdict on each request and account."""
    return {(row["task"], row["account"]): row["verdict"] for row in done.json["verdicts"]}


def secrets(here: Place) -> list[str]:
    """Return what nothing that is written may hold."""
    tokens = [word for one in ADDRESSES for mail in here.town.mails(one) for word in mail["body"].split()]
    return [PASSWORD, *(word for word in tokens if len(word) == 32 and word.isalnum())]


def test_both_parties_are_confirmed_as_their_mails_arrive(here: Place, dovecot: Dovecot, user: str) -> None:
    task = here.asked()
    dovecot.deliver(user, b"Subject: lunch?\r\n\r\nat noon\r\n")
    forward(here, dovecot, user, PLATFORM)
    url = dovecot.url(user)
    shown = here.run("confirm", "--imap", url, "--format", "json")
    assert shown.code == 0, shown.err
    assert verdicts(shown) == {(None, None): "no_token", (task, PLATFORM): "would_confirm"}
    assert dovecot.flags(user) == [set(), set()]

    waiting = here.desk.start("confirm", "--imap", url, "--yes", "--wait", "60", "--format", "json", "-vv")
    deadline = time.monotonic() + PATIENCE
    while dovecot.flags(user) != [set(), {DONE}]:  # the first is confirmed
        assert time.monotonic() < deadline, waiting.err
        time.sleep(0.1)
    forward(here, dovecot, user, AGENCY)
    done = waiting.wait()
    assert done.code == 0, done.err
    assert verdicts(done)[task, PLATFORM] == verdicts(done)[task, AGENCY] == "confirmed"
    assert dovecot.flags(user) == [set(), {DONE}, {DONE}]
    assert here.run("plan", "--detailed-exitcode").code == 0
    assert here.town.contacts(PLATFORM, SHOP) == (PLATFORM, AGENCY, FINANCE)

    again = here.run("confirm", "--imap", url, "--yes", "--format", "json")
    assert (again.code, verdicts(again)) == (0, {(None, None): "no_token"})
    written = [path.read_bytes() for path in here.desk.folder.rglob("*") if path.is_file()]
    for secret in secrets(here):
        assert not any(secret.encode() in data for data in written)


def test_a_letter_with_two_tokens_is_marked_only_when_neither_may_serve_any_more(
    here: Place, dovecot: Dovecot, user: str
) -> None:
    task = here.asked()
    both = [sent["body"] for party in (PLATFORM, AGENCY) for sent in here.town.mails(party)]
    dovecot.deliver(user, ("Subject: Fwd: please\n\n" + "\n".join(both)).encode())
    here.faults(
        {"method": "POST", "path": "*/accept", "account": AGENCY, "status": 429, "body": {}, "times": 1}
    )
    first = here.run("confirm", "--imap", dovecot.url(user), "--yes", "--format", "json")
    assert verdicts(first) == {(task, PLATFORM): "confirmed", (task, AGENCY): "not_sent"}, first.err
    assert dovecot.flags(user) == [set()]
    second = here.run("confirm", "--imap", dovecot.url(user), "--yes", "--format", "json")
    assert verdicts(second)[task, AGENCY] == "confirmed", second.err
    assert dovecot.flags(user) == [{DONE}]


def test_a_dropped_line_and_a_marked_letter_do_not_disturb_a_run_that_waits(
    here: Place, dovecot: Dovecot, user: str
) -> None:
    task = here.asked()
    waiting = here.desk.start(
        "confirm", "--imap", dovecot.url(user), "--yes", "--wait", "60", "--format", "json", "-vv"
    )
    deadline = time.monotonic() + PATIENCE
    while not dovecot.kick(user):  # it is logged in
        assert time.monotonic() < deadline, waiting.err
    for party in (PLATFORM, AGENCY):
        forward(here, dovecot, user, party)
        for _ in range(3):  # at whatever it does
            dovecot.kick(user)
    done = waiting.wait()
    assert done.code == 0, done.err
    assert {verdicts(done)[task, PLATFORM], verdicts(done)[task, AGENCY]} == {"confirmed"}


def test_the_password_may_be_kept_beside_the_keys(here: Place, dovecot: Dovecot, user: str) -> None:
    del here.desk.environ["RECONCILER_IMAP_PASSWORD"]
    keys = Path(here.desk.environ["XDG_CONFIG_HOME"]) / "reconciler" / "credentials.toml"
    here.desk.environ["BOBS"] = PASSWORD
    reference = '{cmd = ["sh", "-c", "echo \\"$BOBS\\""]}'
    keys.write_text(f'{keys.read_text()}\n[imap."{user.upper()}@127.0.0.1"]\npassword = {reference}\n')
    done = here.run("confirm", "--imap", dovecot.url(user))
    assert done.code == 0, done.err
    assert PASSWORD not in done.out + done.err
    other = here.run("confirm", "--imap", dovecot.url("somebody"))
    assert other.code == 1
    assert "error: no password for INBOX of somebody@127.0.0.1" in other.err
    assert "hint: set RECONCILER_IMAP_PASSWORD, or give" in other.err
    given = here.run("confirm", "--imap", dovecot.url(user), "--credentials", "nowhere.toml")
    assert given.code == 1
    assert "nowhere.toml" in given.err


def test_where_nothing_tells_the_password_it_is_asked_for_and_not_shown(
    here: Place, dovecot: Dovecot, user: str
) -> None:
    del here.desk.environ["RECONCILER_IMAP_PASSWORD"]
    with Terminal(here.desk, "confirm", "--imap", dovecot.url(user)) as terminal:
        terminal.until(f"Password for INBOX of {user}@127.0.0.1: ")
        terminal.type(f"{OTHER_PASSWORD}\n")
        seen = terminal.end()
    assert seen.code == 0, seen.screen
    assert OTHER_PASSWORD not in seen.screen


def test_a_wrong_password_is_an_error_of_one_line(here: Place, dovecot: Dovecot, user: str) -> None:
    here.desk.environ["RECONCILER_IMAP_PASSWORD"] = "canary-4711"
    done = here.run("confirm", "--imap", dovecot.url(user), "--yes", "-vv")
    assert done.code == 1
    assert f"error: 127.0.0.1 does not let {user} in: " in done.err
    assert done.err.count("\nhint: ") == 1
    assert "canary" not in done.out + done.err
    assert "Traceback" not in done.err


def test_a_password_in_the_address_is_wrong_usage_and_not_repeated(here: Place) -> None:
    done = here.run("confirm", "--imap", "imaps://bob:canary@imap.example.com/INBOX")
    assert done.code == 64
    assert "a password does not belong into the address" in done.err
    assert "RECONCILER_IMAP_PASSWORD" in done.err
    assert "canary" not in done.err


def without(package: str) -> None:
    """Have a package not be installed, as far as this process can tell."""
    sys.modules[package] = None  # type: ignore[assignment]  # how Python writes it down


def test_without_the_extra_it_is_told_what_to_install(here: Place) -> None:
    before = ("tests.mailbox.test_confirm_by_imap", "without", "imap_tools")
    done = here.desk.run("confirm", "--imap", "imap://user@127.0.0.1/INBOX", before=before)
    assert done.code == 1
    assert done.err.splitlines() == [
        "error: a mailbox is read by the package imap-tools, which is not installed",
        "hint: pip install 'contact-reconciler[mail]'",
    ]
