"""What every endpoint owes to the ports: one set of tests over the sandbox, with and without bulk reading,
and over recorded replies, always through the real package and real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta

import pytest

from reconciler.errors import NotFoundError, RefusedError
from reconciler.model import AccountFacts, Contacts, Region, Role, ServiceId, TaskState
from reconciler.ports.endpoint import ServiceRecord
from reconciler.providers.ovh.connections import Connections
from reconciler.providers.ovh.refusals import is_already_running
from tests.providers.endpoints import AGENCY, BLOCK, FINANCE, PLATFORM, SHOP, VPS, recorded, sandbox

CONTACTS = Contacts(PLATFORM, PLATFORM, FINANCE)


@pytest.fixture(params=["sandbox", "sandbox without bulk", "recorded replies"])
def connections(request: pytest.FixtureRequest) -> Iterator[Connections]:
    place = recorded() if request.param == "recorded replies" else sandbox(bulk=request.param == "sandbox")
    with place as connected:
        yield connected


def test_an_account_tells_about_itself(connections: Connections) -> None:
    reader = connections.readers[PLATFORM]
    assert reader.account == PLATFORM
    assert reader.facts() == AccountFacts(
        PLATFORM, Region.EU, unpaid_invoices=False, payment_method=True, email="platform@example.com"
    )


def test_every_service_is_read_by_id(connections: Connections) -> None:
    reader = connections.readers[PLATFORM]
    records = {record.service: record for _, record in reader.services(reader.service_ids()) if record}
    assert records == {
        SHOP: ServiceRecord(SHOP, CONTACTS),
        VPS: ServiceRecord(VPS, CONTACTS, in_debt=True),
        BLOCK: ServiceRecord(BLOCK, CONTACTS),
    }


def test_services_are_found_by_their_bare_name(connections: Connections) -> None:
    reader = connections.readers[PLATFORM]
    ((_, record),) = reader.services(reader.service_ids("shop.example"))
    assert record == ServiceRecord(SHOP, CONTACTS)


@pytest.mark.parametrize(("key", "in_debt"), [(SHOP, False), (VPS, True), (BLOCK, False)])
def test_a_service_is_read_by_its_key(connections: Connections, key: ServiceId, *, in_debt: bool) -> None:
    assert connections.readers[PLATFORM].service(key) == ServiceRecord(key, CONTACTS, in_debt=in_debt)


@pytest.mark.parametrize("key", ["domain/elsewhere.example", "msServices/elsewhere"])
def test_a_service_that_the_account_does_not_see_is_not_found(connections: Connections, key: str) -> None:
    with pytest.raises(NotFoundError):
        connections.readers[PLATFORM].service(ServiceId(key))


def test_tasks_are_read_and_a_missing_one_is_left_out(connections: Connections) -> None:
    reader = connections.readers[PLATFORM]
    ids = reader.task_ids()
    refused, waiting = reader.tasks([*ids, 999])
    assert (refused.id, waiting.id) == ids == tuple(sorted(ids))
    assert (refused.state, refused.name) == (TaskState.REFUSED, "vps-1a2b3c4d.vps.ovh.net")
    assert (waiting.state, waiting.name) == (TaskState.VALIDATING, "shop.example")
    assert (waiting.asker, waiting.from_account, waiting.to_account) == (PLATFORM, PLATFORM, AGENCY)
    assert waiting.roles == (Role.TECHNICAL,)
    assert waiting.settled is None
    assert refused.settled is not None
    assert refused.requested.tzinfo is UTC or refused.requested.utcoffset() == timedelta(0)


def test_mails_come_in_order_and_only_the_newer_ones(connections: Connections) -> None:
    reader = connections.readers[PLATFORM]
    mails = reader.mails()
    assert [mail.id for mail in mails] == sorted(mail.id for mail in mails)
    assert str(reader.task_ids()[-1]) in mails[-1].body
    assert "token=" not in repr(mails)
    assert reader.mails(after=mails[0].id) == mails[1:]


def test_a_second_request_on_a_service_is_refused_in_ovhclouds_words(connections: Connections) -> None:
    with pytest.raises(RefusedError) as caught:
        connections.writers[PLATFORM].ask(SHOP, {Role.TECHNICAL: AGENCY})
    assert is_already_running(caught.value.message)
    assert caught.value.status == 409
    assert caught.value.query_id


def test_a_request_returns_the_ids_of_its_tasks(connections: Connections) -> None:
    made = connections.writers[PLATFORM].ask(BLOCK, {Role.TECHNICAL: AGENCY, Role.BILLING: AGENCY})
    assert len(made) == 2  # one from technical's holder, one from billing's
    assert list(made) == sorted(made)


def test_a_wrong_token_is_refused(connections: Connections) -> None:
    task = connections.readers[PLATFORM].task_ids()[-1]
    with pytest.raises(RefusedError) as caught:
        connections.writers[PLATFORM].accept(task, "W" * 32)
    assert "W" * 32 not in f"{caught.value} {caught.value!r}"


def test_a_mail_can_be_sent_again(connections: Connections) -> None:
    connections.writers[PLATFORM].resend(connections.readers[PLATFORM].task_ids()[-1])
