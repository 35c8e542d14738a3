"""Waiting for mail, over lines that drop and servers that go away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from reconciler.errors import ReconcilerError
from reconciler.mailbox import imap
from tests.mailbox.dovecot import Dovecot, running
from tests.mailbox.test_imap import mail, opened, requests, told

SOON = 5.0
"""Seconds within which a mail is told, also where the machine is busy."""


@pytest.fixture
def own() -> Iterator[Dovecot]:
    """Give a server that may be stopped."""
    with running() as server:
        yield server


def later(seconds: float, act: Callable[[], object]) -> threading.Timer:
    timer = threading.Timer(seconds, act)
    timer.start()
    return timer


def test_a_new_mail_ends_the_waiting_at_once(
    dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "FIRST_PAUSE", 60.0)  # only the server's word can be that quick
    monkeypatch.setattr(imap, "LOOK_EVERY", 60.0)
    dovecot.deliver(user, mail(1))
    with opened(dovecot.url(user)) as mailbox:
        assert requests(mailbox) == [1]
        delivered: list[float] = []

        def deliver() -> None:
            dovecot.deliver(user, mail(2))
            delivered.append(time.monotonic())

        timer = later(0.5, deliver)
        assert mailbox.wait(60)
        woken = time.monotonic()
        timer.join()
        assert woken - delivered[0] < SOON
        assert requests(mailbox) == [1, 2]


def test_what_came_before_the_waiting_ends_it_too(dovecot: Dovecot, user: str) -> None:
    with opened(dovecot.url(user)) as mailbox:
        assert told(mailbox) == []
        dovecot.deliver(user, mail(1))
        assert mailbox.wait(0)
        assert mailbox.wait(0)  # until it is told
        assert requests(mailbox) == [1]
        assert not mailbox.wait(0)


def test_a_mail_that_is_only_read_by_somebody_is_no_news(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, mail(1))
    with opened(dovecot.url(user)) as mailbox:
        assert requests(mailbox) == [1]

        def read() -> None:
            with dovecot.login(user) as owner:
                owner.folder.set("INBOX")
                list(owner.fetch(mark_seen=True))

        timer = later(0.3, read)
        start = time.monotonic()
        assert not mailbox.wait(1.2)
        assert 1.2 <= time.monotonic() - start < 1.2 + SOON
        timer.join()


def test_a_dropped_line_is_made_anew_while_waiting(dovecot: Dovecot, user: str) -> None:
    with opened(dovecot.url(user)) as mailbox:
        assert told(mailbox) == []
        kick = later(0.3, lambda: dovecot.kick(user))
        deliver = later(1.5, lambda: dovecot.deliver(user, mail(2)))
        assert mailbox.wait(60)
        assert requests(mailbox) == [2]
        kick.join()
        deliver.join()


def test_a_dropped_line_is_made_anew_in_the_middle_of_reading(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, *(mail(number) for number in range(1, 121)))
    with opened(dovecot.url(user)) as mailbox:
        letters = mailbox.letters()
        keys = [next(letters)[0]]
        assert dovecot.kick(user)
        keys += [key for key, _ in letters]
        assert len(keys) == 120
        assert dovecot.kick(user)
        mailbox.mark_done(keys)
        assert dovecot.kick(user)
        assert told(mailbox) == []
    with opened(dovecot.url(user)) as mailbox:
        assert told(mailbox) == []


def test_a_server_that_is_away_for_a_while_is_waited_for(own: Dovecot) -> None:
    with opened(own.url("bob")) as mailbox:
        assert told(mailbox) == []
        own.stop()
        assert not mailbox.wait(0.5)
        assert told(mailbox) == []

        def back() -> None:
            own.start()
            own.deliver("bob", mail(9))

        timer = later(0.5, back)
        assert mailbox.wait(60)
        assert requests(mailbox) == [9]
        timer.join()


def test_a_server_that_stays_away_is_told(own: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    own.deliver("bob", mail(1))
    with opened(own.url("bob")) as mailbox:
        own.stop()
        with pytest.raises(
            ReconcilerError, match=r"^127\.0\.0\.1:\d+ cannot be reached: Connection refused$"
        ):
            told(mailbox)
        monkeypatch.setattr(imap, "AWAY_SECONDS", 0.2)
        with pytest.raises(ReconcilerError, match="cannot be reached"):
            mailbox.wait(60)


def test_marks_that_come_too_late_for_the_server_disturb_nobody(
    own: Dovecot, caplog: pytest.LogCaptureFixture
) -> None:
    own.deliver("bob", mail(1))
    with opened(own.url("bob")) as mailbox:
        ((key, _),) = mailbox.letters()
        own.stop()
        mailbox.mark_done([key])
        assert "letters used up are not marked, and will be looked at again (1)" in caplog.text
        own.start()
        assert told(mailbox) == []  # here it is known
        assert own.flags("bob") == [set()]


@pytest.mark.parametrize("line", ["dropped", "held"])
def test_a_folder_that_was_made_anew_has_no_message_of_the_old_one_marked(
    dovecot: Dovecot, user: str, line: str
) -> None:
    dovecot.deliver(user, mail(1), folder="Alerts")
    with opened(dovecot.url(user, "Alerts")) as mailbox:
        keys = [key for key, _ in mailbox.letters()]
        time.sleep(1.1)  # Dovecot's generations are seconds
        with dovecot.login(user) as owner:
            owner.folder.delete("Alerts")
        dovecot.deliver(user, mail(2), folder="Alerts")
        if line == "dropped":
            assert dovecot.kick(user)
        mailbox.mark_done(keys)
        assert dovecot.flags(user, "Alerts") == [set()]
        assert mailbox.wait(0)
        assert requests(mailbox) == [2]
