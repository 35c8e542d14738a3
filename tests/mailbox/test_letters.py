"""What else a letter tells: when, to whom, where it lies, and the numbers beside a bare token."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from reconciler.mailbox import letter_of
from reconciler.mailbox.links import MOST_NUMBERS
from reconciler.mailbox.mime import LARGEST, letter_of_text
from reconciler.model import AccountId
from tests.mailbox.corpus.building import BOUNDARY, head, joined, mail, of_parts, part, text
from tests.mailbox.corpus.everything import LOOK_ALIKE

BARE = f"Request 701234, or 42?\r\n\r\n{LOOK_ALIKE.token}\r\n"


def with_fields(*lines: str) -> bytes:
    """Return a mail with these lines as its head."""
    return ("\r\n".join(("From: x", *lines)) + "\r\n\r\nHello\r\n").encode()


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("Fri, 20 Nov 2026 09:30:00 +0100", datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),
        ("20 Nov 2026 09:30:00 -0000", datetime(2026, 11, 20, 9, 30, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 09:30:00 GMT (a comment)", datetime(2026, 11, 20, 9, 30, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
        ("Fri, 20 Nov 99999 09:30:00 +0000", None),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
        ("Fri, 20 Nov 2026 09:30:00 +9999999999", None),
    ],
)
def test_a_letter_is_as_old_as_it_says_where_that_makes_sense(told: str, meant: datetime | None) -> None:
    assert letter_of(with_fields(f"Date: {told}"), "x").sent == meant


def test_a_letter_without_a_date_has_none() -> None:
    assert letter_of(with_fields(), "x").sent is None
    assert letter_of(b"Hello", "x").sent is None


def test_of_two_dates_the_first_counts() -> None:
    twice = with_fields("Date: Fri, 20 Nov 2026 09:30:00 +0000", "Date: Fri, 20 Nov 2020 09:30:00 +0000")
    assert letter_of(twice, "x").sent == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_recipients_are_all_addresses_that_it_was_sent_to_in_lower_case() -> None:
    letter = letter_of(
        with_fields(
            "To: A Team <Team@Agency.Example>, =?utf-8?q?J=C3=B6rg?= <joerg@x.example>",
            "CC: group: one@x.example,\r\n two@x.example;",
            "Delivered-To: inbox@x.example",
            "X-Original-To: alias@x.example",
            "Bcc: hidden@x.example",
            "Reply-To: reply@x.example",
        ),
        "x",
    )
    assert letter.recipients == {
        "team@agency.example",
        "joerg@x.example",
        "one@x.example",
        "two@x.example",
        "inbox@x.example",
        "alias@x.example",
    }


@pytest.mark.parametrize(
    "told",
    [
        '"team@agency.example" <nobody@evil.example>',
        "(team@agency.example) nobody@evil.example",
        '"x\\" <team@agency.example>" <nobody@evil.example>',
    ],
)
def test_a_name_or_a_comment_is_no_recipient(told: str) -> None:
    assert letter_of(with_fields(f"To: {told}"), "x").recipients == {"nobody@evil.example"}


def test_a_head_that_cannot_be_taken_apart_has_no_recipients() -> None:
    assert letter_of(with_fields("To: " + "(" * 5_000 + "a@b.example"), "x").recipients == frozenset()


def test_a_forwarded_mail_keeps_to_whom_it_was_sent_first() -> None:
    inner = mail(LOOK_ALIKE, "Hello\n", to="first@x.example")
    told = b"Content-Type: message/rfc822\r\n\r\n"
    whole = of_parts(LOOK_ALIKE, told + inner).replace(b"team@agency.example", b"second@x.example")
    assert letter_of(whole, "x").recipients == {"first@x.example", "second@x.example"}


def test_where_a_letter_lies_is_safe_to_show() -> None:
    letter = letter_of(b"Hello", "mails/\x1b[31m\nred\u202e.eml")
    assert letter.place == r"mails/\x1b[31m\nred\u202e.eml"


def test_a_letter_shows_no_token() -> None:
    letter = letter_of(mail(LOOK_ALIKE, text(LOOK_ALIKE)), "x")
    assert letter.finds
    assert LOOK_ALIKE.token not in repr(letter)


def test_a_bare_token_comes_with_the_numbers_of_subject_and_body() -> None:
    told = head("Content-Type: text/plain", Subject="=?utf-8?q?nr_99?=")
    (find,) = letter_of(f"{told}\r\n{BARE}".encode(), "x").finds
    assert find.request is None
    assert find.numbers == {701234, 42, 99}


def test_a_token_in_a_link_needs_no_numbers() -> None:
    (find,) = letter_of(mail(LOOK_ALIKE, text(LOOK_ALIKE)), "x").finds
    assert (find.request, find.numbers) == (701234, frozenset())


def test_numbers_that_are_part_of_a_word_are_none_of_a_request() -> None:
    words = f"pl11111-ovh v2 007 x_701234 {LOOK_ALIKE.token} (55), #66; 77."
    (find,) = letter_of(words.encode(), "x").finds
    assert find.numbers == {55, 66, 77}


def test_numbers_of_a_mail_within_the_mail_count_too() -> None:
    inner = b"Content-Type: message/rfc822\r\n\r\n" + head(Subject="nr 701234").encode() + b"\r\nHello 5\r\n"
    (find,) = letter_of(of_parts(LOOK_ALIKE, inner, part(LOOK_ALIKE.token)), "x").finds
    assert find.numbers >= {701234, 5}


def test_a_mail_of_nothing_but_numbers_is_read_to_a_bound() -> None:
    many = " ".join(map(str, range(1, 3 * MOST_NUMBERS)))
    (find,) = letter_of(f"{LOOK_ALIKE.token}\n{many}".encode(), "x").finds
    assert len(find.numbers) == MOST_NUMBERS


def test_tokens_come_in_the_order_of_the_mail() -> None:
    first, second, third = ("a1" * 16, "b2" * 16, "c3" * 16)
    link = "https://x.example/#/contacts/requests?taskId=5&token={}"
    words = f"{first}\n{link.format(second)}\n{third}\n"
    letter = letter_of(words.encode(), "x")
    assert [find.token for find in letter.finds] == [first, second, third]
    assert [find.request for find in letter.finds] == [None, 5, None]


def test_what_is_too_large_says_so_and_is_not_read() -> None:
    whole = mail(LOOK_ALIKE, text(LOOK_ALIKE))
    letter = letter_of(whole.ljust(LARGEST + 1), "x")
    assert (letter.finds, letter.trouble) == ((), "it is larger than 25 MB")
    said = letter_of_text("", text(LOOK_ALIKE).ljust(LARGEST + 1), "x")
    assert (said.finds, said.trouble) == ((), "it is larger than 25 MB")


def test_a_mail_that_is_known_as_text_keeps_whose_it_is() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    owner = AccountId("ag33333-ovh")
    page = "<p>Nr.&nbsp;701234:</p><div>" + LOOK_ALIKE.token + "</div>"
    letter = letter_of_text("nr 7", page, "mail 1", sent=at, owner=owner)
    assert (letter.place, letter.sent, letter.owner) == ("mail 1", at, owner)
    (find,) = letter.finds
    assert find.numbers == {7, 701234}


HOSTILE = {
    "opened comments": b"<!--",
    "opened tags": b"<a ",
    "opened attributes": b'<a href="',
    "attributes without end": b" href=",
    "paths of links": b"/contacts/1?",
    "links without a token": b"/contacts/1?tab=REQUESTS&",
    "links broken at every character": b"/\nc\no\nn\nt\na\nc\nt\ns\n/\n1\n?\n",
    "ampersands": b"&",
    "entities": b"&#104;",
    "percent signs": b"%25",
    "blanks": b" ",
    "lines": b"a\n",
    "quote marks": b"> ",
    "boundaries": b"--x\n\n",
    "headers": b"From: x\n",
    "encoded words": b"=?a?q?x",
    "numbers": b"123456789",
    "words of a token's length": b"k" * 32 + b" ",
    "brackets": b"(",
    "commas": b",",
    "quotes": b'"',
    "equals signs": b"=",
    "parameters": b"&token=a",
    "semicolons": b';a="',
    "parts within parts": b"Content-Type: multipart/mixed; boundary=x\n\n--x\n",
}
STARTS = {
    "a text": b"",
    "HTML": b"From: x\nContent-Type: text/html\n\n",
    "parts": b"From: x\nContent-Type: multipart/mixed; boundary=x\n\n",
    "a subject": b"From: x\nSubject: ",
    "recipients": b"From: x\nTo: ",
    "parameters": b"From: x\nContent-Type: multipart/mixed; ",
    "a tag": b"From: x\nContent-Type: text/html\n\n<a ",
    "base64": b"From: x\nContent-Transfer-Encoding: base64\n\n",
    "quoted-printable": b"From: x\nContent-Transfer-Encoding: quoted-printable\n\n",
    "a lost boundary": b"From: x\nContent-Type: multipart/mixed; boundary=y\n\n--x",
    "a field's name": b"From: x\nX",
    "a link's query": b"https://x.example/contacts/1?",
}
PAIRS = [
    *((start, hostile) for start in ("a text", "HTML") for hostile in HOSTILE),
    *(("parts", hostile) for hostile in ("boundaries", "parts within parts", "headers", "lines")),
    *(("a subject", hostile) for hostile in ("encoded words", "blanks", "numbers")),
    *(("recipients", hostile) for hostile in ("brackets", "commas", "quotes", "words of a token's length")),
    *(("a tag", hostile) for hostile in ("attributes without end", "quotes", "blanks", "lines", "numbers")),
    *(("base64", hostile) for hostile in ("lines", "blanks", "numbers", "semicolons", "boundaries")),
    *(("quoted-printable", hostile) for hostile in ("equals signs", "blanks", "lines")),
    *(("a lost boundary", hostile) for hostile in ("blanks", "boundaries", "lines", "numbers")),
    *(("a field's name", hostile) for hostile in ("blanks", "numbers", "semicolons")),
    *(("a link's query", hostile) for hostile in ("ampersands", "lines", "parameters", "numbers")),
    *(("parameters", hostile) for hostile in ("semicolons", "quotes", "blanks")),
]


@pytest.mark.parametrize(("start", "hostile"), PAIRS)
def test_no_mail_costs_time_that_grows_with_the_square_of_its_size(start: str, hostile: str) -> None:
    raw = STARTS[start] + HOSTILE[hostile] * (200_000 // len(HOSTILE[hostile]))
    begun = time.process_time()
    letter_of(raw, "x")
    assert time.process_time() - begun < 2.5  # about 0.1 where it is linear; minutes in the standard library


def test_a_boundary_of_the_same_name_within_a_part_ends_nothing_for_ever() -> None:
    told = f'Content-Type: multipart/mixed; boundary="{BOUNDARY}"\r\n\r\n'.encode()
    whole = of_parts(LOOK_ALIKE, told + joined(part(text(LOOK_ALIKE))))
    assert [find.token for find in letter_of(whole, "x").finds] == [LOOK_ALIKE.token]
