"""Passwords of mailboxes stand beside the keys, and are told as little."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import CredentialsError
from reconciler.providers.ovh.credentials import load_credentials
from reconciler.providers.ovh.passwords import mailbox_password

WORD = 'correct horse: "battery" \\ stäple'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return where a `credentials.toml` may be written, with a password beside it."""
    (tmp_path / "word.txt").write_text(f"{WORD}\n")
    return tmp_path / "credentials.toml"


def write(file: Path, text: str, mode: int = 0o600) -> None:
    file.write_text(text)
    file.chmod(mode)


def password(file: Path, login: str = "bob@imap.example.com") -> str | None:
    return mailbox_password(login, file=file, environ={"WORD": WORD, "PATH": "/usr/bin:/bin"})


@pytest.mark.parametrize(
    "reference",
    [f"'{WORD}'", '{env = "WORD"}', '{file = "word.txt"}', '{cmd = ["sh", "-c", "echo \\"$WORD\\""]}'],
)
def test_a_password_is_written_or_referred_to_as_keys_are(file: Path, reference: str) -> None:
    write(file, f'[imap."Bob@IMAP.example.com"]\npassword = {reference}\n')
    assert password(file) == WORD


def test_a_password_is_for_no_other_mailbox(file: Path) -> None:
    write(file, f"[imap.\"bob@imap.example.com\"]\npassword = '{WORD}'\n")
    for other in ("bob@imap.example.com.evil.example", "bobby@imap.example.com", "bob@example.com"):
        assert password(file, other) is None


def test_tables_of_mailboxes_leave_the_keys_alone(file: Path, tmp_path: Path) -> None:
    write(file, '[imap."bob@imap.example.com"]\npassword = {cmd = ["false"]}\n')
    assert not load_credentials("sandbox", path=file, environ={}, cwd=tmp_path).accounts


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ('pasword = "canary"', "must hold a password and nothing else"),
        ('password = "canary"\nport = 1', "must hold a password and nothing else"),
        ('password = ""', "password: is empty"),
        ('password = "\\n"', "password: is empty"),
        ("password = 4711", "password: must be a string or one of"),
        ('password = {env = "NOT_THERE"}', "NOT_THERE is not set"),
        ('password = {cmd = ["false"]}', "failed with exit code 1"),
        ('password = "can\\nary"', "must be one line"),
        ('password = "can\\u0000ary"', "must be one line"),
        (
            'password = "canary"\n[imap."bob@imap.example.com"]\npassword = "canary"',
            "are the same mailbox",
        ),
    ],
)
def test_a_wrong_table_is_told_with_its_place_and_without_the_password(
    file: Path, table: str, why: str
) -> None:
    write(file, f'[imap."BOB@imap.example.com"]\n{table}\n')
    with pytest.raises(CredentialsError) as caught:
        password(file)
    assert why in caught.value.message
    assert f'{file}: [imap."BOB@imap.example.com"]' in caught.value.message
    assert "canary" not in f"{caught.value!r}{caught.value.hint}"


def test_what_is_no_table_of_mailboxes_is_told(file: Path, tmp_path: Path) -> None:
    write(file, "imap = 3\n")
    with pytest.raises(CredentialsError, match="must hold one table"):
        password(file)
    write(file, '[imap]\n"bob@imap.example.com" = "canary"\n')
    with pytest.raises(CredentialsError, match="must hold a password and nothing else"):
        password(file)
    write(file, '[imaps."bob@imap.example.com"]\npassword = "canary"\n')
    with pytest.raises(CredentialsError, match="unknown table or key 'imaps'"):
        load_credentials("sandbox", path=file, environ={}, cwd=tmp_path)


def test_a_file_that_others_can_read_is_refused(file: Path) -> None:
    write(file, f"[imap.\"bob@imap.example.com\"]\npassword = '{WORD}'\n", 0o640)
    with pytest.raises(CredentialsError, match="others can read it"):
        password(file)
