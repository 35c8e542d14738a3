"""`risks` with a real endpoint: what is told, as text and as JSON, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # ships no types; only its verdict is used

from reconciler.render.risks import MEANINGS
from reconciler.render.risks_schema import risks_json_schema
from reconciler.risks import Kind
from tests.cli.conftest import AGENCY, FINANCE, IN_SYNC, PLATFORM, SERVER, SHOP, Open
from tests.sandbox.town import account, service

ZONE = "domain/zone/shop.example"
STRANGER = "st55555-ovh"


def test_every_kind_of_risk_is_told_with_why_and_remedy(place: Open) -> None:
    here = place(
        IN_SYNC,
        service(ZONE, STRANGER, AGENCY, FINANCE),
        account(FINANCE, unpaid_invoices=1),
    )
    done = here.run("risks")
    assert (done.code, done.err) == (0, "")
    meaning = [MEANINGS[kind] for kind in Kind]
    notes = [f"    why: {one.why}\n    remedy: {one.remedy}\n" for one in meaning]
    agency, finance, platform = f"agency ({AGENCY})", f"finance ({FINANCE})", f"platform ({PLATFORM})"
    assert done.out == (
        "5 risks in 3 services seen.\n\n"
        f"One account in all three roles: 1\n    {agency}: 1 service: {SERVER}\n{notes[0]}\n"
        f"No configured account is the admin: 1\n    {STRANGER}: 1 service: {ZONE}\n{notes[1]}\n"
        f"Account in debt: 1\n    {finance}: 2 services: {SHOP} and {ZONE} (billing)\n{notes[2]}\n"
        "Contact that no entry of `accounts` lists: 1\n"
        f"    {STRANGER}: 1 service: {ZONE} (admin)\n{notes[3]}\n"
        "Domain, zone, mail and hosting of one name in different hands: 1\n"
        f"    {agency}, {platform} and {STRANGER}: 2 services: {SHOP} and {ZONE} (admin and technical)\n"
        f"{notes[4]}"
    )


def test_json_keeps_to_its_published_schema(place: Open) -> None:
    kept = json.loads((Path(__file__).parents[2] / "schemas" / "risks.schema.json").read_text())
    assert kept == risks_json_schema(), "run script/bless"
    document = place(IN_SYNC).run("risks", "--format", "json").json
    jsonschema.validate(document, kept)
    assert document["services"] == 2
    assert document["summary"] == {kind.value: int(kind is Kind.ONE_PERSON) for kind in Kind}
    (risk,) = document["risks"]
    assert risk == {
        "risk": "one_person",
        "accounts": [AGENCY],
        "services": [SERVER],
        "roles": ["admin", "technical", "billing"],
        "why": MEANINGS[Kind.ONE_PERSON].why,
        "remedy": MEANINGS[Kind.ONE_PERSON].remedy,
    }


def test_the_exit_code_tells_only_whoever_asks(place: Open) -> None:
    here = place(IN_SYNC)
    assert here.run("risks").code == 0
    assert here.run("risks", "--detailed-exitcode").code == 4
    here.town.edit("PUT", "services", {"service": SERVER, "technical": PLATFORM, "billing": FINANCE})
    done = here.run("risks", "--detailed-exitcode")
    assert (done.code, done.out) == (0, "No risk found in 2 services seen.\n")


def test_only_three_services_of_a_risk_are_named_in_text_and_all_in_json(place: Open) -> None:
    here = place(IN_SYNC, *(service(f"vps/v{number}", AGENCY, AGENCY, AGENCY) for number in range(5)))
    assert "6 services: vps/v0, vps/v1, vps/v2 and 3 more\n" in here.run("risks").out
    (risk,) = here.run("risks", "--format", "json").json["risks"]
    assert len(risk["services"]) == 6


def test_what_could_not_be_read_may_hide_more(place: Open) -> None:
    here = place(IN_SYNC)
    here.faults({"path": "/services*", "account": AGENCY, "status": 403, "body": {"message": "Not for you"}})
    done = here.run("risks", "--detailed-exitcode")
    assert done.code == 1
    assert "error: not everything could be read: there may be more risks" in done.err
