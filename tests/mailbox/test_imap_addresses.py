"""The address of a mailbox: what it names, and what it must not hold."""

from __future__ import annotations

import pytest

from reconciler.errors import ReconcilerError
from reconciler.mailbox.address import Encryption, MailboxAddress, parse_address


def refusal(text: str) -> ReconcilerError:
    with pytest.raises(ReconcilerError) as caught:
        parse_address(text)
    assert "\n" not in caught.value.message
    return caught.value


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (
            "imaps://bob@imap.example.com/INBOX",
            MailboxAddress(Encryption.TLS, "imap.example.com", 993, "bob", "INBOX"),
        ),
        (
            "imaps://bob@example.com@IMAP.example.com:1993/Alerts/OVH",
            MailboxAddress(Encryption.TLS, "imap.example.com", 1993, "bob@example.com", "Alerts/OVH"),
        ),
        (
            "imaps://bob%40example.com@imap.example.com/%C3%9Cbergabe%20%26%20%22x%22",
            MailboxAddress(Encryption.TLS, "imap.example.com", 993, "bob@example.com", 'Übergabe & "x"'),
        ),
        (
            "imap://bob@imap.example.com",
            MailboxAddress(Encryption.STARTTLS, "imap.example.com", 143, "bob", "INBOX"),
        ),
        ("imap://bob@localhost/", MailboxAddress(Encryption.NONE, "localhost", 143, "bob", "INBOX")),
        ("imap://bob@127.0.0.3:99/a", MailboxAddress(Encryption.NONE, "127.0.0.3", 99, "bob", "a")),
        ("imap://bob@[::1]/a", MailboxAddress(Encryption.NONE, "::1", 143, "bob", "a")),
        (
            "imap://b@127.0.0.1.example.com",
            MailboxAddress(Encryption.STARTTLS, "127.0.0.1.example.com", 143, "b", "INBOX"),
        ),
        (
            "imap://b@localhost.example.com",
            MailboxAddress(Encryption.STARTTLS, "localhost.example.com", 143, "b", "INBOX"),
        ),
        ("imap://b@128.0.0.1", MailboxAddress(Encryption.STARTTLS, "128.0.0.1", 143, "b", "INBOX")),
    ],
)
def test_an_address_names_a_server_a_user_a_folder_and_how_the_line_is_kept_private(
    text: str, address: MailboxAddress
) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "imaps://bob:canary-4711@imap.example.com/INBOX",
        "imaps://bob:@imap.example.com/INBOX",
        "imaps://bob%3Acanary-4711@imap.example.com/INBOX",
        "imap://bob:canary-4711@localhost",
        "imaps://bob@example.com:canary-4711@imap.example.com",
    ],
)
def test_a_password_in_the_address_is_refused_and_not_repeated(text: str) -> None:
    error = refusal(text)
    assert "password" in error.message
    assert "RECONCILER_IMAP_PASSWORD" in str(error.hint)
    assert "canary" not in f"{error.message}{error.hint}"


@pytest.mark.parametrize(
    "text",
    [
        "imaps://bob:cana/ry@imap.example.com",
        "imaps://bob:cana#ry@imap.example.com",
        "imaps://bob:cana?ry@imap.example.com",
        "imaps://bob:cana[ry@imap.example.com",
        "bob:cana@imap.example.com",
    ],
)
def test_a_password_that_breaks_the_address_is_not_repeated_either(text: str) -> None:
    error = refusal(text)
    assert "cana" not in f"{error.message}{error.hint}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "begins with neither"),
        ("INBOX", "begins with neither"),
        ("https://bob@imap.example.com/INBOX", "begins with neither"),
        ("imaps://imap.example.com/INBOX", "names no user"),
        ("imaps://bob@/INBOX", "names no host"),
        ("imaps://bob@imap.example.com:99999/INBOX", "port"),
        ("imaps://bob@imap.example.com:x/INBOX", "port"),
        ("imaps://bob@[imap.example.com/INBOX", "host"),
        ("imaps://bob@imap.example.com/INBOX?x", "behind the folder"),
        ("imaps://bob@imap.example.com/INBOX#x", "behind the folder"),
        ("imaps://bob@imap.example.com/INBOX;UIDVALIDITY=3", "behind the folder"),
        ("imaps://bob@imap.example.com/INBOX%0D%0Ax%20DELETE%20INBOX", "in the folder"),
        ("imaps://bob@imap.example.com/a%00b", "in the folder"),
        ("imaps://bob@imap.example.com/a%FFb", "in the folder"),
        ("imaps://bob%0Ax@imap.example.com/a", "in the user"),
        ("imaps://bob@imap..example.com/a", "host"),
        (f"imaps://bob@{'x' * 64}.example.com/a", "host"),
        ("imaps://bob@imap.example.com/a\udcff", "in the folder"),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason_and_what_to_write(text: str, why: str) -> None:
    error = refusal(text)
    assert why in error.message
    assert error.hint


def test_an_address_is_shown_without_escape_codes() -> None:
    assert str(parse_address("imaps://bob@imap.example.com/a%E2%80%AEb")) == (
        "a\\u202eb of bob@imap.example.com"
    )
