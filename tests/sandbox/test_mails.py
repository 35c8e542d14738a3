"""The mails: who gets one, in which language, and what stands in it."""

from __future__ import annotations

import re

import pytest
from ovh.exceptions import ResourceNotFoundError

from tests.sandbox.town import ADMIN, BILLING, NEW, TECH, TOKEN, Build, account, service


@pytest.mark.parametrize(
    ("language", "subject", "role", "days"),
    [
        ("en", "Contact change request no. {}", "- Technical contact", "7 days"),
        ("fr", "Demande de changement de contact n° {}", "- Contact technique", "7 jours"),
        ("pl", "Prośba o zmianę kontaktu nr {}", "- Kontakt techniczny", "7 dniach"),
    ],
)
def test_the_mail_tells_all_in_the_language_of_the_account(
    town: Build, language: str, subject: str, role: str, days: str
) -> None:
    here = town(account(NEW, language=language))
    (task,) = here.ask(ADMIN, contactTech=NEW)
    (mail,) = here.mails(NEW)
    assert mail["subject"] == subject.format(task)
    token = here.token(NEW, task)
    link = f"https://www.ovh.com/manager/#/useraccount/contacts/{task}?tab=REQUESTS&token={token}"
    lines = mail["body"].splitlines()
    assert link in lines
    assert token in lines
    assert role in lines
    assert days in mail["body"]
    assert f"{TECH}" in mail["body"]
    assert "shop.example (" in mail["body"]


def test_a_mail_lists_every_role_of_its_task(town: Build) -> None:
    here = town(service(admin=ADMIN, tech=ADMIN, billing=ADMIN))
    here.ask(ADMIN, contactTech=NEW, contactBilling=NEW)
    listed = re.findall("^- (.*)$", here.mails(NEW)[0]["body"], re.MULTILINE)
    assert listed == ["Technical contact", "Billing contact"]


def test_when_it_is_done_parties_and_old_contact_are_told(town: Build) -> None:
    here = town()
    (task,) = here.ask(ADMIN, contactTech=NEW)
    assert here.mails(TECH) == []
    here.accept(ADMIN, task)
    here.accept(NEW, task)
    for party in (ADMIN, NEW, TECH):
        notice = here.mails(party)[-1]
        assert notice["subject"] == f"Contact change no. {task} is done"
        assert not TOKEN.search(notice["body"])
    assert here.mails(BILLING) == []


def test_mails_of_others_do_not_exist(town: Build) -> None:
    here = town()
    here.ask(ADMIN, contactTech=NEW)
    (number,) = here.get(NEW, "/me/notification/email/history")
    with pytest.raises(ResourceNotFoundError, match="does not exist"):
        here.get(ADMIN, f"/me/notification/email/history/{number}")


def test_the_database_keeps_no_token_outside_the_mails(town: Build) -> None:
    here = town()
    (task,) = here.ask(ADMIN, contactTech=NEW)
    assert here.token(NEW, task) not in str(here.edit("GET", "tasks"))
    assert len(here.token(NEW, task)) == 32
