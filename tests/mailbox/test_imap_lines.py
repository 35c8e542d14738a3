"""The line to a server: encrypted where others could listen, and plain words where it fails."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from reconciler.errors import ReconcilerError
from reconciler.mailbox import imap, line, steady
from tests.mailbox.dovecot import Dovecot
from tests.mailbox.dovecot_config import PASSWORD
from tests.mailbox.test_imap import failure, mail, opened, requests

Talk = Callable[[bytes], bytes | None]


@contextlib.contextmanager
def strange_server(greeting: bytes, answer: Talk) -> Iterator[tuple[int, list[bytes]]]:
    """Serve one caller after the other; yield the port and what they said. None as an answer hangs up."""
    said: list[bytes] = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = listener.accept()
                with caller, caller.makefile("rb") as words, contextlib.suppress(OSError):
                    caller.sendall(greeting)
                    for word in words:
                        said.append(word)
                        reply = answer(word)
                        if reply is None:
                            break
                        caller.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1], said
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def obliging(capabilities: bytes, **replies: bytes | None) -> Talk:
    """Return a server's part: OK to everything, but for the commands named, whose reply holds `TAG`."""

    def answer(word: bytes) -> bytes | None:
        tag, _, rest = word.strip().partition(b" ")
        command = rest.split()[0].decode().lower() if rest else ""
        if command in replies:
            reply = replies[command]
            return None if reply is None else reply.replace(b"TAG", tag)
        if command == "capability":
            return b"* CAPABILITY %s\r\n%s OK done\r\n" % (capabilities, tag)
        if command == "examine":
            return b"* 0 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n%s OK [READ-ONLY] done\r\n" % tag
        return b"%s OK done\r\n" % tag

    return answer


def test_a_certificate_that_nobody_vouches_for_is_refused(dovecot: Dovecot, user: str) -> None:
    error = failure(dovecot.tls_url(user))
    assert f"the certificate of localhost:{dovecot.tls_port} is not to be trusted" in error.message
    assert "SSL_CERT_FILE" in str(error.hint)


def test_an_encrypted_line_is_used_where_the_certificate_is_trusted(
    dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.deliver(user, mail(1))
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.certificate))
    with opened(dovecot.tls_url(user)) as mailbox:
        assert requests(mailbox) == [1]
        timer = threading.Timer(0.5, dovecot.deliver, (user, mail(2)))
        timer.start()
        assert mailbox.wait(60)
        timer.join()
        assert requests(mailbox) == [1, 2]
        assert dovecot.kick(user)
        assert requests(mailbox) == [1, 2]


def test_a_certificate_of_another_host_is_refused(
    dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.certificate))
    error = failure(dovecot.tls_url(user).replace("localhost", "127.0.0.1"))
    assert "is not to be trusted" in error.message
    assert "127.0.0.1" in error.message


def test_a_line_that_leaves_the_machine_turns_encryption_on(
    dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.deliver(user, mail(1))
    elsewhere = dovecot.url(user, host="0.0.0.0")  # reaches this machine, but is no address of it
    assert "is not to be trusted" in failure(elsewhere).message
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.certificate))
    with opened(elsewhere) as mailbox:
        assert requests(mailbox) == [1]


@pytest.mark.parametrize("greeting", [b"* OK hello\r\n", b"* PREAUTH welcome\r\n"])
def test_no_password_is_sent_in_clear_to_another_machine(greeting: bytes) -> None:
    with strange_server(greeting, obliging(b"IMAP4rev1 AUTH=PLAIN")) as (port, said):
        error = failure(f"imap://bob@0.0.0.0:{port}/INBOX")
    assert "offers no encryption" in error.message
    assert b"".join(said).split()[1:] == [b"CAPABILITY"]


def test_a_server_that_refuses_to_encrypt_is_sent_no_password() -> None:
    talk = obliging(b"IMAP4rev1 STARTTLS", starttls=b"TAG NO not today\r\n")
    with strange_server(b"* OK hello\r\n", talk) as (port, said):
        assert "0.0.0.0" in failure(f"imap://bob@0.0.0.0:{port}/INBOX").message
    assert b"LOGIN" not in b"".join(said)


def test_a_port_that_does_not_encrypt_is_told_so(dovecot: Dovecot, user: str) -> None:
    error = failure(dovecot.url(user).replace("imap://", "imaps://"))
    assert f"no encrypted line to 127.0.0.1:{dovecot.port}" in error.message
    assert "STARTTLS" in str(error.hint)


def test_a_host_that_is_not_there_or_takes_no_calls_is_told() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and never listens
        error = failure(f"imap://bob@127.0.0.1:{nobody.getsockname()[1]}/INBOX")
    assert "cannot be reached: Connection refused" in error.message
    assert "check the host and the port" in str(error.hint)
    assert "nowhere.invalid:993 cannot be reached" in failure("imaps://bob@nowhere.invalid/INBOX").message


def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "ANSWER_SECONDS", 0.3)
    with strange_server(b"", obliging(b"")) as (port, _):
        error = failure(f"imap://bob@127.0.0.1:{port}/INBOX")
    assert error.message == f"127.0.0.1:{port} gave no answer within 0.3 s"


@pytest.mark.parametrize(
    "greeting", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"* BYE full\r\n", b"\r\n", b"x" * 70_000]
)
def test_a_server_that_does_not_speak_imap_is_told(greeting: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "ANSWER_SECONDS", 1.0)
    with strange_server(greeting, lambda _: None) as (port, _):
        error = failure(f"imap://bob@127.0.0.1:{port}/INBOX")
    assert error.message.startswith(f"127.0.0.1:{port} ")


def test_a_server_that_hangs_up_at_each_step_is_told() -> None:
    for command in ("capability", "login", "examine"):
        with strange_server(b"* OK hello\r\n", obliging(b"IMAP4rev1", **{command: None})) as (port, _):
            assert "broke off the line" in failure(f"imap://bob@127.0.0.1:{port}/INBOX").message


@pytest.mark.parametrize("command", ["capability", "login", "examine"])
def test_a_server_that_hangs_up_at_first_is_called_again_by_a_run_that_waits(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steady, "CALL_AGAIN", (0.01, 0.01))
    left = 2

    def restarting(word: bytes) -> bytes | None:
        nonlocal left
        if left and command in word.decode().lower():
            left -= 1
            return None
        if b" UID SEARCH " in word:
            return None if left else b"* SEARCH\r\n%s OK done\r\n" % word.split()[0]
        return obliging(b"IMAP4rev1")(word)

    with strange_server(b"* OK hello\r\n", restarting) as (port, _):
        url = f"imap://bob@127.0.0.1:{port}/INBOX"
        assert "broke off the line" in failure(url).message
        left = 2
        with opened(url, waits=True) as mailbox:
            assert requests(mailbox) == []


def test_a_server_that_drops_every_step_has_no_letters_for_a_run_that_waits() -> None:
    talk = obliging(b"IMAP4rev1", uid=None)
    with strange_server(b"* OK hello\r\n", talk) as (port, _):
        url = f"imap://bob@127.0.0.1:{port}/INBOX"
        with opened(url, waits=True) as mailbox:
            assert requests(mailbox) == []
        with opened(url) as mailbox, pytest.raises(ReconcilerError, match="broke off the line"):
            requests(mailbox)


@pytest.mark.parametrize(
    "words", [b"no such password: canary-4711", b'LOGIN "bob" "canary-4711"', b"\x1b[31mno\r canary-4711"]
)
def test_a_server_that_repeats_the_password_is_not_quoted(words: bytes) -> None:
    for status in (b"NO", b"BAD"):
        talk = obliging(b"IMAP4rev1", login=b"TAG %s %s\r\n" % (status, words))
        with strange_server(b"* OK hello\r\n", talk) as (port, _):
            error = failure(f"imap://bob@127.0.0.1:{port}/INBOX", "canary-4711")
        assert "does not let bob in: (its answer is not shown" in error.message


def test_a_servers_words_cannot_draw_on_the_screen() -> None:
    talk = obliging(b"IMAP4rev1", login=b"TAG NO \x1b[31mred\r\n")
    with strange_server(b"* OK hello\r\n", talk) as (port, _):
        assert "\\x1b[31mred" in failure(f"imap://bob@127.0.0.1:{port}/INBOX").message


@pytest.mark.parametrize("idle", [b"TAG BAD what?\r\n", b"TAG NO never\r\n", b"* 0 EXISTS\r\n"])
def test_a_server_that_promises_idle_and_does_not_do_it_is_asked_now_and_then(
    idle: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "LOOK_EVERY", 0.1)
    with (
        strange_server(b"* OK hello\r\n", obliging(b"IMAP4rev1 IDLE", idle=idle)) as (port, said),
        opened(f"imap://bob@127.0.0.1:{port}/INBOX") as mailbox,
    ):
        assert not mailbox.wait(1.0)
    words = b"".join(said)
    assert words.count(b" IDLE\r\n") == 1
    assert words.count(b" SEARCH ") > 3


def test_a_server_that_hangs_up_at_every_idle_is_not_called_in_a_loop() -> None:
    with (
        strange_server(b"* OK hello\r\n", obliging(b"IMAP4rev1 IDLE", idle=None)) as (port, said),
        opened(f"imap://bob@127.0.0.1:{port}/INBOX") as mailbox,
    ):
        assert not mailbox.wait(2.0)
    assert b"".join(said).count(b" LOGIN ") <= 5


@pytest.mark.parametrize("refusal", [b"TAG BAD unknown key\r\n", b"TAG NO [BADCHARSET] no\r\n"])
def test_a_server_that_knows_no_keywords_is_searched_without(refusal: bytes) -> None:
    plain = obliging(b"IMAP4rev1")

    def answer(word: bytes) -> bytes | None:
        if b"UNKEYWORD" in word:
            return refusal.replace(b"TAG", word.split()[0])
        return plain(word)

    with (
        strange_server(b"* OK hello\r\n", answer) as (port, said),
        opened(f"imap://bob@127.0.0.1:{port}/INBOX") as mailbox,
    ):
        assert list(mailbox.letters()) == []
    assert b"".join(said).count(b" SEARCH ") == 2


def test_what_a_server_answers_out_of_turn_is_no_letter() -> None:
    body = mail(701234)
    fetched = (
        b"* 9 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (BODY[] {%d}\r\n%s UID 4)\r\n* 3 EXISTS\r\nTAG OK done\r\n"
        % (len(body), body)
    )
    sizes = b'* 1 FETCH (INTERNALDATE "29-Feb-2027 25:00:00 +0000" RFC822.SIZE %d UID 4)\r\nTAG OK done\r\n'
    plain = obliging(b"IMAP4rev1")

    def answer(word: bytes) -> bytes | None:
        tag = word.split()[0]
        if b" SEARCH " in word:
            return b"* SEARCH 4\r\n%s OK done\r\n" % tag
        if b"BODY.PEEK[]" in word:
            return fetched.replace(b"TAG", tag)
        if b" FETCH " in word:
            return (sizes % len(body)).replace(b"TAG", tag)
        return plain(word)

    with (
        strange_server(b"* OK hello\r\n", answer) as (port, _),
        opened(f"imap://bob@127.0.0.1:{port}/INBOX") as mailbox,
    ):
        ((key, letter),) = mailbox.letters()
    assert key == "7.4"
    assert [find.request for find in letter.finds] == [701234]
    assert letter.sent is None


def test_without_the_package_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imap_tools", None)
    with pytest.raises(ReconcilerError) as caught, opened("imap://bob@127.0.0.1/INBOX", PASSWORD):
        pass
    assert caught.value.hint == "pip install 'contact-reconciler[mail]'"
