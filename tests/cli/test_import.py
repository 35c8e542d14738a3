"""`import`: the estate as a file, with real services behind it; `plan` right after is in sync."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from reconciler.sandbox import Service
from tests.running import PATIENCE, Desk, Done
from tests.sandbox.town import Town, account, running, service, world

P, F, A = "pl11111-ovh", "fi22222-ovh", "ag33333-ovh"
SHOP, ZONE, NET, ODD = (
    service("domain/shop.example", P, P, F),
    service("domain/zone/shop.example", P, A, F),
    service("ip/service/ip-192.0.2.0/28", P, P, F),
    service("vps/100%-Käse", A, P, A),
)
NEW_FILE = """\
version: 1
endpoint: '{url}'

accounts:
  a: ag33333-ovh
  f: fi22222-ovh
  p: pl11111-ovh

defaults:
  admin: p
  technical: p
  billing: f

services:
  domain/shop.example: {{}}

  domain/zone/shop.example: {{technical: a}}

  ip/service/ip-192.0.2.0/28: {{}}

  vps/100%-Käse: {{admin: a, billing: a}}
"""

Seat = Callable[..., tuple[Town, Desk]]


@pytest.fixture
def seat(tmp_path: Path) -> Iterator[Seat]:
    """Return a function that opens a town and a desk in it, with keys and without a contacts file."""
    with ExitStack() as stack:

        def build(
            *services: Service, held: tuple[str, ...] = (P, F, A), **settings: object
        ) -> tuple[Town, Desk]:
            town = stack.enter_context(running(world(*map(account, (P, F, A)), *services, **settings)))
            return town, Desk(tmp_path / "desk", town.url, {}, held)

        yield build


def in_sync(desk: Desk, *arguments: str) -> bool:
    """Tell whether nothing at all is to be done, waited for or looked at."""
    done = desk.run("plan", "--detailed-exitcode", "--format", "json", *arguments)
    assert done.code == 0, done.out + done.err
    assert not done.json["unmanaged"]
    assert done.err == ""
    return True


def put(town: Town, *services: Service) -> None:
    """Let services appear, or change hands."""
    for one in services:
        holders = {"admin": one.admin, "technical": one.technical, "billing": one.billing}
        town.edit("PUT", "services", {"service": one.service, **holders})


def changed_lines(before: str, after: str, folder: Path) -> list[str]:
    """Return the lines that git would show as removed or added."""
    for name, text in (("before", before), ("after", after)):
        (folder / name).write_bytes(text.encode())
    shown = subprocess.run(
        ["git", "diff", "--no-index", "--unified=0", "before", "after"],
        cwd=folder, capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    return [line for line in shown.splitlines() if line[:1] in "+-" and not line.startswith(("+++", "---"))]


def test_the_whole_estate_is_written_and_plan_is_in_sync(seat: Seat) -> None:
    town, desk = seat(SHOP, ZONE, NET, ODD)
    done = desk.run("import", "--endpoint", town.url)
    assert done == Done(0, f"{desk.file}: 4 services of 4 products, 3 accounts\n", "")
    assert desk.file.read_text() == NEW_FILE.format(url=town.url)
    assert in_sync(desk)


def test_run_again_it_adds_what_is_new_and_keeps_comments_and_order(seat: Seat, tmp_path: Path) -> None:
    town, desk = seat(SHOP, ZONE, service("domain/zone/other.example", P, P, F))
    desk.run("import", "--endpoint", town.url)
    before = (
        desk.file.read_text().replace("  domain/shop", "  # the shop itself\n  domain/shop") + "# the end\n"
    )
    desk.file.write_text(before)
    desk.file.chmod(0o640)
    put(
        town,
        ODD,
        NET,
        service("domain/zzz.example", P, P, "zz99999-ovh"),
        service("domain/abc.example", A, P, F),
    )
    done = desk.run("import")
    assert done == Done(0, f"{desk.file}: 4 services of 3 products and 1 account added\n", "")
    assert changed_lines(before, desk.file.read_text(), tmp_path) == [
        "+  z: zz99999-ovh",
        "+  domain/abc.example: {admin: a}",
        "+  domain/zzz.example: {billing: z}",
        "+",
        "+  ip/service/ip-192.0.2.0/28: {}",
        "+",
        "+  vps/100%-Käse: {admin: a, billing: a}",
    ]
    assert desk.file.stat().st_mode & 0o777 == 0o640
    assert in_sync(desk)
    again = desk.file.read_bytes()
    assert desk.run("import", "-q") == Done(0, "", "")
    done = desk.run("import")
    assert done == Done(0, f"{desk.file}: nothing to add, every service seen is declared\n", "")
    assert desk.file.read_bytes() == again


def test_what_the_file_wants_otherwise_stays_and_what_is_gone_is_told(seat: Seat) -> None:
    town, desk = seat(SHOP)
    desk.run("import", "--endpoint", town.url)
    wanted = desk.file.read_text() + "  vps/gone: {}\n"
    desk.file.write_text(wanted)
    put(town, service(SHOP.service, P, A, F))
    done = desk.run("import")
    assert (done.code, desk.file.read_text()) == (0, wanted)
    assert done.err == "declared and seen by no account: vps/gone: it stays in the file\n"


def test_a_byte_order_mark_and_line_ends_of_another_system_stay(seat: Seat) -> None:
    town, desk = seat(SHOP, ZONE)
    before = (
        f"\ufeffversion: 1\r\nendpoint: {town.url}\r\naccounts:\r\n  p: {P}\r\nservices:\r\n  vps/v1: {{}}"
    )
    desk.file.write_bytes(before.encode())
    assert desk.run("import").code == 0
    after = desk.file.read_bytes().decode()
    assert after.startswith("\ufeffversion: 1\r\n")
    assert after.count("\n") == after.count("\r\n") > before.count("\n")
    assert not after.endswith("\n")
    assert SHOP.service in after
    assert desk.run("validate").code == 0


def test_a_file_that_changes_while_the_endpoint_is_read_is_left_alone(seat: Seat) -> None:
    town, desk = seat(SHOP, ZONE)
    desk.file.write_text(f"version: 1\nendpoint: {town.url}\nservices: {{}}\n")
    town.edit("POST", "faults", [{"path": "/services*", "delay_ms": 1500}])
    under_way = desk.start("import")
    deadline = time.monotonic() + PATIENCE
    while not town.edit("GET", "requests").get("GET /services"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    changed = desk.file.read_text() + "# meanwhile\n"
    desk.file.write_text(changed)
    done = under_way.wait()
    assert done.code == 1
    assert "was changed meanwhile; nothing was written\nhint: run import again\n" in done.err
    assert desk.file.read_text() == changed


def test_services_of_included_files_are_declared_already(seat: Seat) -> None:
    town, desk = seat(SHOP, ZONE)
    (desk.folder / "team.yaml").write_text(
        f"version: 1\naccounts: {{platform: {P}, finance: {F}}}\n"
        "services: {domain/shop.example: {admin: platform, technical: platform, billing: finance}}\n"
    )
    head = f"version: 1\nendpoint: {town.url}\ninclude: [team.yaml]\n"
    desk.file.write_text(head)
    assert desk.run("import").code == 0
    added = "  domain/zone/shop.example: {admin: platform, technical: a, billing: finance}\n"
    assert desk.file.read_text() == (
        f"version: 1\nendpoint: {town.url}\n\naccounts:\n  a: {A}\n\n"
        f"include: [team.yaml]\n\nservices:\n{added}"
    )
    assert in_sync(desk)


def test_an_account_that_cannot_be_read_is_said_loudly_and_the_rest_is_written(seat: Seat) -> None:
    town, desk = seat(SHOP, ZONE, service("vps/of-the-agency", A, A, A))
    town.edit(
        "POST", "faults", [{"path": "/services*", "account": A, "status": 403, "body": {"message": "No!"}}]
    )
    done = desk.run("import", "--endpoint", town.url)
    assert done.code == 1
    assert "the services of ag33333-ovh" in done.err or "ag33333-ovh cannot be read" in done.err
    assert "error: the file is not complete: 1 account could not be read" in done.err
    assert "domain/zone/shop.example" in desk.file.read_text()
    assert "vps/" not in desk.file.read_text()
    town.edit("POST", "faults", [])
    assert desk.run("import").code == 0
    assert in_sync(desk)


def test_services_of_products_without_a_contact_change_are_left_out_and_said(seat: Seat) -> None:
    town, desk = seat(SHOP, ZONE, batch=False, paging=False)
    (first, second) = town.get(P, "/services")
    body = town.get(P, f"/services/{second}")
    body["route"]["path"] = "/vrack/{serviceName}"
    town.edit("POST", "faults", [{"path": f"/services/{second}", "status": 200, "body": body}])
    done = desk.run("import", "--endpoint", town.url)
    assert done.code == 0
    assert done.err == "left out: 1 service of products without a contact change, or gone by now\n"
    assert first != second
    assert ("zone" in desk.file.read_text()) != ("domain/shop" in desk.file.read_text())


def test_an_open_request_is_said_because_plan_will_list_it(seat: Seat) -> None:
    town, desk = seat(SHOP)
    town.ask(P, SHOP.service, contactTech=A)
    done = desk.run("import", "--endpoint", town.url)
    assert (done.code, done.err) == (
        0,
        "1 request still open: plan lists as contested what would move a contact\n",
    )


def test_out_names_another_file_that_takes_endpoint_and_short_names_from_the_usual_one(seat: Seat) -> None:
    town, desk = seat(SHOP)
    desk.file.write_text(f"version: 1\nendpoint: {town.url}\naccounts: {{platform: {P}}}\nservices: {{}}\n")
    before = desk.file.read_bytes()
    assert desk.run("import", "--out", "new.yaml").code == 0
    text = (desk.folder / "new.yaml").read_text()
    assert f"  f: {F}\n  platform: {P}\n" in text
    assert desk.file.read_bytes() == before
    assert in_sync(desk, "--file", "new.yaml")
    shown = desk.run("import", "--out", "-")
    assert (shown.code, shown.out) == (0, text)


def test_an_empty_file_is_filled(seat: Seat) -> None:
    town, desk = seat(SHOP)
    desk.file.touch()
    assert desk.run("import", "--endpoint", town.url).code == 0
    assert in_sync(desk)


@pytest.mark.parametrize(
    "text", ["# notes\n- to buy\n", "version: 1\n", '{"version": 1, "fingerprint": "x"}\n']
)
def test_what_is_no_contacts_file_is_never_overwritten(seat: Seat, text: str) -> None:
    town, desk = seat(SHOP)
    (desk.folder / "other.yaml").write_text(text)
    done = desk.run("import", "--endpoint", town.url, "--out", "other.yaml")
    assert done.code == 1
    assert "other.yaml:" in done.err
    assert (desk.folder / "other.yaml").read_text() == text
    assert {path.name for path in desk.folder.iterdir() if path.is_file()} == {"other.yaml"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--endpoint", "ovh-us"], 64, "the US endpoint has no contact change"),
        (["--endpoint", "https://example.com/1.0"], 64, "is no endpoint that may be used"),
        ([], 1, "no credentials for ovh-eu"),
        (["--endpoint", "sandbox", "--credentials", "none.toml"], 1, "none.toml"),
        (["--out", "no/such/folder.yaml"], 1, "no/such/folder.yaml cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_written(
    seat: Seat, arguments: list[str], code: int, words: str
) -> None:
    _, desk = seat(SHOP, held=())
    done = desk.run("import", *arguments)
    assert (done.code, words in done.err) == (code, True), done.err
    assert not any(path.is_file() for path in desk.folder.iterdir())


def test_a_file_of_another_endpoint_is_not_added_to(seat: Seat) -> None:
    town, desk = seat(SHOP)
    desk.run("import", "--endpoint", town.url)
    done = desk.run("import", "--endpoint", "ovh-eu")
    assert done.code == 64
    assert f"is for the endpoint {town.url}, not for ovh-eu" in done.err


def test_the_embedded_sandbox_can_be_imported(seat: Seat) -> None:
    _, desk = seat(SHOP)
    (desk.folder / "sandbox.yaml").write_text(
        f"services:\n  - {{service: vps/no, admin: no12345-ovh, technical: {P}, billing: {P}}}\n"
    )
    done = desk.run("import", "--endpoint", "sandbox")
    assert done.code == 0, done.err
    assert "  n1: no12345-ovh\n" in desk.file.read_text()
    assert in_sync(desk)


def test_five_thousand_services_are_in_sync_and_the_file_is_at_most_60_percent_of_the_naive_one(
    seat: Seat, tmp_path: Path
) -> None:
    chance = random.Random(5000)
    accounts = [
        f"{chance.choice('abcdefgh')}{chance.choice('klmnop')}{chance.randrange(99999)}-ovh"
        for _ in range(12)
    ]
    routes = [
        "domain",
        "domain/zone",
        "email/domain",
        "hosting/web",
        "vps",
        "dedicated/server",
        "cloud/project",
    ]
    services = {
        key: service(key, *chance.choices(accounts, k=3))  # evenly: no default helps much
        for number in range(5_000)
        for key in [f"{chance.choice(routes)}/{chance.choice(['Name', 'no', 'été', '50%'])}-{number}.example"]
    }
    estate = list(services.values())
    new, old = estate[:10], estate[10:]
    town, desk = seat(*old, held=tuple({one.admin for one in estate}))
    assert desk.run("import", "--endpoint", town.url).code == 0
    before = desk.file.read_text()
    naive = "".join(
        f"  {one.service}:\n    admin: {one.admin}\n"
        f"    technical: {one.technical}\n    billing: {one.billing}\n"
        for one in old
    )
    assert len(before) <= 0.6 * len(naive)
    put(town, *new)
    assert desk.run("import").code == 0
    changed = changed_lines(before, desk.file.read_text(), tmp_path)
    assert {line[0] for line in changed} == {"+"}
    assert len([line for line in changed if "-ovh" not in line and line != "+"]) == 10
    assert in_sync(desk)
