"""A dead run holds no lock, and no secret is left behind anywhere."""

from __future__ import annotations

import time

from reconciler.sandbox import application_secret, consumer_key
from tests.apply.conftest import Open
from tests.parties import tokens

SLOWLY = {"method": "POST", "path": "*/changeContact", "delay_ms": 1500}


def test_a_killed_run_is_replaced_at_once(shop: Open) -> None:
    here = shop()
    here.faults(SLOWLY)
    first = here.desk.start("apply", "--yes")
    here.await_hit()
    assert here.desk.run("apply", "--yes").code == 7
    first.kill()
    begun = time.monotonic()
    second = here.desk.run("apply", "--yes", "--detailed-exitcode")
    assert second.code == 3, second.err
    assert time.monotonic() - begun < 14, "a lease lasts 15 s"
    assert len(here.tasks()) == 1


def test_no_key_and_no_token_is_left_in_journal_or_output(shop: Open) -> None:
    here = shop(("a.example", "b.example"))
    here.faults({"method": "POST", "path": "/domain/b.example/*", "status": 500, "times": 1, "body": "?"})
    said = [here.desk.run("-vv", "apply", "--yes")]
    platform, agency = here.desk.accounts["platform"], here.desk.accounts["agency"]
    secrets = {key(one) for key in (application_secret, consumer_key) for one in here.desk.accounts.values()}
    for task in here.tasks():
        mailed = {who: tokens(here.town, who)[task["id"]] for who in (platform, agency)}
        secrets |= set(mailed.values())
        said.append(here.desk.run("accept", str(task["id"]), "--as", "agency", stdin=mailed[platform]))
        said.append(here.desk.run("-vv", "accept", str(task["id"]), "--as", "agency", stdin=mailed[agency]))
        said.append(here.desk.run("refuse", str(task["id"]), "--as", "platform", stdin=mailed[platform]))
    said += [here.desk.run(name, "-vv") for name in ("status", "plan", "list")]
    kept = b"".join(path.read_bytes() for path in here.desk.journal.parent.iterdir() if path.is_file())
    told = "".join(done.out + done.err for done in said)
    assert len(secrets) >= 8
    for secret in secrets:
        assert secret not in told
        assert secret.encode() not in kept
