"""The mails of the corpus, read; `tests/cli/test_confirm_corpus.py` gives the same mails to the command."""

from __future__ import annotations

import pytest

from reconciler.mailbox import letter_of
from tests.mailbox.corpus.building import Case
from tests.mailbox.corpus.everything import CASES, LOOK_ALIKE


def test_there_are_as_many_mails_as_were_promised_and_each_has_a_name_of_its_own() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_in_each_mail_is_found_what_is_there(case: Case) -> None:
    letter = letter_of(case.build(LOOK_ALIKE), "mail.eml")
    assert [(find.request, find.token) for find in letter.finds] == case.finds(LOOK_ALIKE)
    assert (letter.trouble is not None) == ("unreadable" in case.verdicts)
