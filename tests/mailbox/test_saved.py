"""Mails in files, folders, Maildirs and mbox files, and what cannot be read of them."""

from __future__ import annotations

import mailbox
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.errors import ReconcilerError
from reconciler.mailbox import read_saved
from reconciler.mailbox.mime import LARGEST
from tests.forks import ROOT
from tests.mailbox.corpus.building import mail, text
from tests.mailbox.corpus.everything import LOOK_ALIKE

MAIL = mail(LOOK_ALIKE, text(LOOK_ALIKE))


def save(path: Path, raw: bytes = MAIL) -> Path:
    """Write a file, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    return path


def places(where: Path) -> list[str]:
    """Return where the letters lie in which the token was found, below `where`."""
    letters = list(read_saved(where))
    assert all(letter.finds for letter in letters)
    return [os.path.relpath(letter.place, where) for letter in letters]


def test_a_file_is_one_mail(tmp_path: Path) -> None:
    path = save(tmp_path / "answer.anything")
    (letter,) = read_saved(path)
    assert letter.place == str(path)
    assert [find.token for find in letter.finds] == [LOOK_ALIKE.token]


def test_a_token_in_the_name_of_a_file_is_not_shown(tmp_path: Path) -> None:
    told = "0123456789abcdef" * 2  # as many digits as a token has, and none
    path = save(tmp_path / told / f"requests?token={LOOK_ALIKE.token.swapcase()}.eml")
    (letter,) = read_saved(path)
    assert letter.place == str(tmp_path / told / "requests?token=***.eml")


def test_a_folder_is_read_to_its_depth_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b.eml", "a/2.txt", "a/1.eml", "c/d/e.eml"):
        save(tmp_path / name)
    assert places(tmp_path) == ["a/1.eml", "a/2.txt", "b.eml", "c/d/e.eml"]


def test_hidden_files_and_folders_are_left_out(tmp_path: Path) -> None:
    for name in (".hidden.eml", ".git/x.eml", "seen.eml"):
        save(tmp_path / name)
    assert places(tmp_path) == ["seen.eml"]


def test_links_lead_nowhere_out_of_the_folder(tmp_path: Path) -> None:
    save(tmp_path / "outside/secret.eml")
    save(tmp_path / "inside/mail.eml")
    (tmp_path / "inside/file.eml").symlink_to(tmp_path / "outside/secret.eml")
    (tmp_path / "inside/folder").symlink_to(tmp_path / "outside")
    (tmp_path / "inside/circle").symlink_to(tmp_path / "inside")
    assert places(tmp_path / "inside") == ["mail.eml"]


def test_a_link_that_is_named_itself_is_followed(tmp_path: Path) -> None:
    save(tmp_path / "mails/mail.eml")
    (tmp_path / "link").symlink_to(tmp_path / "mails")
    assert places(tmp_path / "link") == ["mail.eml"]


def test_of_a_maildir_what_was_delivered_is_read_and_nothing_else(tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "box")
    delivered = mailbox.MaildirMessage(MAIL)
    delivered.set_subdir("cur")
    delivered.set_flags("RS")
    box.add(delivered)
    box.add(MAIL)
    box.add_folder("Old").add(MAIL)
    save(tmp_path / "box/tmp/half", MAIL[:-50])
    save(tmp_path / "box/dovecot-uidlist", b"3 V1\n")
    save(tmp_path / "box/cur/.hidden")
    found = places(tmp_path / "box")
    assert [Path(place).parent.as_posix() for place in found] == [".Old/new", "cur", "new"]
    assert found[1].endswith(":2,RS")


def test_a_folder_called_tmp_elsewhere_is_a_folder(tmp_path: Path) -> None:
    save(tmp_path / "tmp/mail.eml")
    assert places(tmp_path) == ["tmp/mail.eml"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_an_mbox_is_as_many_mails_as_it_holds(tmp_path: Path, end: bytes) -> None:
    one = MAIL.replace(b"\r\n", end)
    line = b"From someone@x.example Fri Nov 20 09:30:00 2026" + end
    path = save(tmp_path / "box", b"".join(line + one + b"From here on, text." + end * 2 for _ in range(3)))
    letters = list(read_saved(path))
    assert [letter.place for letter in letters] == [f"{path}, mail {number}" for number in (1, 2, 3)]
    assert all(len(letter.finds) == 1 and letter.sent and letter.recipients for letter in letters)


def test_one_mail_of_an_mbox_that_is_too_large_does_not_hide_the_others(tmp_path: Path) -> None:
    line = b"From someone@x.example Fri Nov 20 09:30:00 2026\n"
    large = MAIL + (b"padding " * 8_000 + b"\n") * (LARGEST // 64_000 + 2) + b"\n"
    letters = list(read_saved(save(tmp_path / "box", line + MAIL + b"\n" + line + large + line + MAIL)))
    assert [bool(letter.finds) for letter in letters] == [True, False, True]
    assert letters[1].trouble == "it is larger than 25 MB"


def test_standard_input_is_one_mail_or_an_mbox() -> None:
    code = (
        "from reconciler.mailbox import read_saved\n"
        "for letter in read_saved(None): print(letter.place, len(letter.finds))"
    )

    def said(given: bytes) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code], input=given, capture_output=True, cwd=ROOT, check=True
        )
        return done.stdout.decode()

    assert said(MAIL) == "standard input 1\n"
    assert said(b"From x\n" + MAIL) == "standard input, mail 1 1\n"
    assert said(b"") == "standard input 0\n"


def test_a_pipe_can_be_read_as_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    feeding = subprocess.Popen(["sh", "-c", 'cat > "$0"', str(pipe)], stdin=subprocess.PIPE)
    feeding_in = feeding.stdin
    assert feeding_in
    feeding_in.write(MAIL)
    feeding_in.close()
    (letter,) = read_saved(pipe)
    assert feeding.wait() == 0
    assert letter.finds


def test_a_pipe_within_a_folder_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    save(tmp_path / "mail.eml")
    assert places(tmp_path) == ["mail.eml"]


def test_nothing_at_a_place_is_told_with_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(ReconcilerError, match=r"nowhere\\x1b: there is no such file or folder") as told:
        read_saved(tmp_path / "nowhere\x1b")
    assert "a Maildir, an mbox, or - for standard input" in str(told.value.hint)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("https://ovh.example/#/contacts/7?tab=REQUESTS&token={}", "ests&token=***: there is no such"),
        ("{}", "***: there is no such"),
        ("Dear you,\n" + 5000 * "." + "\ntoken={}", "a text of several lines: File name too long"),
        ("/proc/self/status/{}.eml", "/proc/self/status/***.eml: Not a directory"),
        ("\0{}", "***: there is no such"),
    ],
)
def test_a_token_that_is_given_in_place_of_a_file_is_not_repeated(given: str, shown: str) -> None:
    with pytest.raises(ReconcilerError) as told:
        read_saved(Path(given.format(LOOK_ALIKE.token)))
    assert shown.lower() in str(told.value).lower()
    assert LOOK_ALIKE.token not in str(told.value)
    assert "reconciler accept" in str(told.value.hint)
    assert told.value.__cause__ is None


def test_an_empty_folder_holds_no_letters(tmp_path: Path) -> None:
    assert list(read_saved(tmp_path)) == []


def test_what_vanishes_or_cannot_be_opened_is_a_letter_that_says_so(tmp_path: Path) -> None:
    for name in ("a.eml", "b.eml", "c.eml"):
        save(tmp_path / name)
    letters = read_saved(tmp_path)
    first = next(letters)
    (tmp_path / "b.eml").unlink()
    rest = list(letters)
    assert [bool(letter.finds) for letter in (first, *rest)] == [True, True]  # it is not there any more
    path = tmp_path / "a.eml"
    found = read_saved(path)
    path.unlink()
    (gone,) = found
    assert (gone.place, gone.trouble) == (str(path), "it cannot be read: No such file or directory")


def test_a_folder_that_cannot_be_listed_is_a_letter_that_says_so(tmp_path: Path) -> None:
    found = read_saved(tmp_path)
    tmp_path.rmdir()
    (gone,) = found
    assert (gone.place, gone.trouble) == (str(tmp_path), "it cannot be read: No such file or directory")


def test_folders_too_deep_to_be_named_are_a_letter_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "z.eml")
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    for _ in range(2200):  # two characters each: more than 4096, and more than Python calls within calls
        Path("d").mkdir()
        os.chdir("d")
    save(Path("deep.eml"))
    monkeypatch.undo()
    try:
        first, last = read_saved(tmp_path)
    finally:  # deeper than pytest itself can remove it
        subprocess.run(["rm", "-rf", tmp_path / "a"], check=True)
    assert first.trouble == "it cannot be read: File name too long"
    assert (last.place, bool(last.finds)) == (str(tmp_path / "z.eml"), True)


def test_a_file_that_opens_but_does_not_read_is_a_letter_that_says_so() -> None:
    (letter,) = read_saved(Path("/proc/self/mem"))
    assert letter.trouble == "it cannot be read: Input/output error"
