"""A real mailbox on a real server: what is read of it, and that nothing else is touched."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from reconciler.errors import ReconcilerError
from reconciler.mailbox import imap
from reconciler.mailbox.address import parse_address
from reconciler.mailbox.imap import ImapMailbox, open_mailbox
from reconciler.ports.letters import Letter
from tests.mailbox.dovecot import Dovecot
from tests.mailbox.dovecot_config import OTHER_PASSWORD, PASSWORD, WITHOUT_IDLE

NOW = datetime.now(UTC).replace(microsecond=0)
DONE = "$ReconcilerDone"


def mail(task: int, *, dated: datetime | None = None, body: str = "") -> bytes:
    """Return a mail with a link that answers a request; its token is made of the request's number."""
    message = EmailMessage()
    message["From"] = "support@example.net"
    message["To"] = "bob@example.com"
    message["Subject"] = f"Änderung {task}"
    if dated:
        message["Date"] = dated
    link = f"https://www.example.net/manager/#/useraccount/contacts/{task}?tab=REQUESTS&token={token(task)}"
    message.set_content(f"Bitte bestätigen:\n{link}\n{body}", cte="base64")
    return message.as_bytes()


def token(task: int) -> str:
    return f"{task:032d}"


@contextlib.contextmanager
def opened(url: str, password: str = PASSWORD, *, waits: bool = False) -> Iterator[ImapMailbox]:
    with open_mailbox(parse_address(url), password, waits=waits) as mailbox:
        yield mailbox


def told(mailbox: ImapMailbox, since: datetime | None = None) -> list[Letter]:
    return [letter for _, letter in mailbox.letters(since)]


def requests(mailbox: ImapMailbox, since: datetime | None = None) -> list[int | None]:
    return [find.request for letter in told(mailbox, since) for find in letter.finds]


def failure(url: str, password: str = PASSWORD) -> ReconcilerError:
    with pytest.raises(ReconcilerError) as caught, opened(url, password):
        pass
    assert "\n" not in f"{caught.value.message}{caught.value.hint}"
    assert password not in f"{caught.value.message}{caught.value.hint}"
    return caught.value


def test_a_letter_tells_its_place_its_token_and_when_it_arrived(dovecot: Dovecot, user: str) -> None:
    arrived = NOW - timedelta(days=3)
    dovecot.deliver(user, mail(701234, dated=NOW - timedelta(days=900)), at=arrived)
    with opened(dovecot.url(user)) as mailbox:
        (letter,) = told(mailbox)
    assert letter.place == "INBOX, message 1"
    assert letter.sent == arrived
    assert letter.recipients == {"bob@example.com"}
    assert [(find.request, find.token) for find in letter.finds] == [(701234, token(701234))]
    assert letter.owner is None


def test_a_letter_without_a_date_has_the_one_of_its_arrival(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, b"no header at all", at=NOW)
    with opened(dovecot.url(user)) as mailbox:
        assert [letter.sent for letter in told(mailbox)] == [NOW]


def test_only_the_folder_of_the_address_is_read(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, mail(1))
    dovecot.deliver(user, mail(2), mail(3), folder="Alerts")
    with opened(dovecot.url(user, "Alerts")) as mailbox:
        assert [letter.place for letter in told(mailbox)] == ["Alerts, message 1", "Alerts, message 2"]
        assert requests(mailbox) == [2, 3]


@pytest.mark.parametrize(
    "folder",
    [
        "Über & gabe",
        'a "quoted" name',
        "back\\slash",
        "100% *",
        "{5}",
        "(x) [y]",
        "-f",
        "日本\u202etxt",
        "a;b?c#d",
    ],
)
def test_a_folder_may_have_any_name(dovecot: Dovecot, user: str, folder: str) -> None:
    dovecot.deliver(user, mail(7), folder=folder)
    with opened(dovecot.url(user, folder)) as mailbox:
        (letter,) = told(mailbox)
    assert letter.place == f"{folder}, message 1".replace("\u202e", "\\u202e")


def test_reading_leaves_every_flag_as_it_is(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, mail(1))
    dovecot.deliver(user, mail(2), flags=["\\Seen", "\\Flagged", "Work"])
    dovecot.deliver(user, mail(3), flags=["\\Deleted"])
    before = dovecot.flags(user)
    with opened(dovecot.url(user)) as mailbox:
        assert requests(mailbox) == [1, 2, 3]
    assert dovecot.flags(user) == before == [set(), {"\\Seen", "\\Flagged", "Work"}, {"\\Deleted"}]


def test_what_is_marked_is_not_told_again_and_has_no_other_flag_changed(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, mail(1))
    dovecot.deliver(user, mail(2), flags=["\\Flagged", "Work"])
    dovecot.deliver(user, mail(3), flags=["\\Deleted"])
    with opened(dovecot.url(user)) as mailbox:
        keys = [key for key, _ in mailbox.letters()]
        mailbox.mark_done([keys[1]])
        assert requests(mailbox) == [1, 3]
        mailbox.mark_done([])
    assert dovecot.flags(user) == [
        set(),
        {DONE, "\\Flagged", "Work"},
        {"\\Deleted"},
    ]  # nothing was expunged either
    with opened(dovecot.url(user)) as mailbox:
        assert requests(mailbox) == [1, 3]


@pytest.mark.parametrize("rights", ["lr", "lrs"])
def test_where_the_server_keeps_no_marks_this_run_remembers_them(
    dovecot: Dovecot, user: str, rights: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    dovecot.deliver(user, mail(1), mail(2))
    dovecot.grant(user, rights)
    with opened(dovecot.url(user)) as mailbox:
        keys = [key for key, _ in mailbox.letters()]
        mailbox.mark_done(keys[:1])
        assert requests(mailbox) == [2]
        assert not mailbox.wait(0)
    assert "took no marks" in caplog.text
    assert dovecot.flags(user) == [set(), set()]


def test_old_letters_are_left_aside(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, mail(1), at=NOW - timedelta(days=40))
    dovecot.deliver(user, mail(2), at=NOW - timedelta(days=20))
    dovecot.deliver(user, mail(3), at=NOW - timedelta(days=1))
    with opened(dovecot.url(user)) as mailbox:
        assert requests(mailbox) == [2, 3]
        assert requests(mailbox, NOW - timedelta(days=10)) == [3]
        assert sorted(map(str, requests(mailbox, NOW - timedelta(days=60)))) == ["1", "2", "3"]


def test_a_letter_of_the_very_day_is_read_whatever_the_servers_time_zone(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, mail(1), at=NOW.replace(hour=0, minute=0, second=1))
    with opened(dovecot.url(user)) as mailbox:
        assert requests(mailbox, NOW.replace(hour=0, minute=0, second=0)) == [1]


def test_a_huge_letter_is_not_fetched_but_told(
    dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.deliver(user, mail(1), mail(2, body="x" * 20_000), mail(3))
    monkeypatch.setattr(imap, "LARGEST", 10_000)
    with opened(dovecot.url(user)) as mailbox:
        letters = told(mailbox)
    assert [(letter.place, len(letter.finds), bool(letter.trouble)) for letter in letters] == [
        ("INBOX, message 1", 1, False),
        ("INBOX, message 2", 0, True),
        ("INBOX, message 3", 1, False),
    ]
    assert "larger than" in str(letters[1].trouble)


def test_two_hundred_letters_are_read_in_a_few_steps_and_not_again(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, *(mail(number) for number in range(1, 201)))
    with opened(dovecot.url(user)) as mailbox:
        start = time.perf_counter()
        assert requests(mailbox) == list(range(1, 201))
        first = time.perf_counter() - start
        start = time.perf_counter()
        assert requests(mailbox) == list(range(1, 201))
        assert time.perf_counter() - start < first
    assert first < 10.0


def test_messages_that_vanish_while_they_are_read_are_left_out(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, *(mail(number) for number in range(1, 61)))
    with opened(dovecot.url(user)) as mailbox:
        letters = mailbox.letters()
        next(letters)  # the first lot, of 50, is here
        with dovecot.login(user) as owner:
            owner.folder.set("INBOX")
            owner.delete(["55", "57"])
        assert [letter.place for _, letter in letters][-9:] == [
            f"INBOX, message {number}" for number in (50, 51, 52, 53, 54, 56, 58, 59, 60)
        ]
        assert not mailbox.wait(0)


def test_a_password_may_hold_quotes_blanks_and_letters_beyond_ascii(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, mail(5))
    for password in (PASSWORD, OTHER_PASSWORD):
        with opened(dovecot.url(user), password) as mailbox:
            assert requests(mailbox) == [5]


@pytest.mark.parametrize("password", ["canary-4711", "canary-\u00e9\u2602", 'canary"\\'])
def test_a_wrong_password_is_told_without_showing_it(dovecot: Dovecot, user: str, password: str) -> None:
    error = failure(dovecot.url(user), password)
    assert f"does not let {user} in" in error.message
    assert "canary" not in f"{error!r}{error.__cause__}{error.hint}"
    assert "password" in str(error.hint)


def test_a_password_that_would_be_a_command_is_not_sent(dovecot: Dovecot, user: str) -> None:
    assert "line break" in failure(dovecot.url(user), f"{PASSWORD}\r\nx LOGOUT").message


def test_a_folder_that_is_not_there_is_told_with_those_that_are(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, mail(1), folder="Alerts")
    error = failure(dovecot.url(user, "Alertz"))
    assert f"the folder Alertz of {user}@127.0.0.1 cannot be opened" in error.message
    assert error.hint == "there are Alerts, INBOX"


def test_a_server_without_idle_is_asked_now_and_then(
    dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "LOOK_EVERY", 0.1)
    with opened(dovecot.url(user, host=WITHOUT_IDLE)) as mailbox:
        assert mailbox._line.now
        assert not mailbox._line.now.can_idle
        assert not mailbox.wait(0.3)
        dovecot.deliver(user, mail(1))
        assert mailbox.wait(10)
        assert requests(mailbox) == [1]
        assert not mailbox.wait(0)
