"""`accept`, `refuse`, `resend`: who answers, where the token comes from, and where it never goes."""

from __future__ import annotations

import os
from itertools import product
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.cli.conftest import AGENCY, FINANCE, PLATFORM, SHOP, SHOP_MOVES, Open, Place
from tests.cli.terminal import Terminal
from tests.mailbox.corpus.texts import LINK, PANEL_LINKS
from tests.running import tokens
from tests.sandbox.town import account, service

NO_TOKEN = "x" * 32


def everything_kept(here: Place) -> bytes:
    """Return the bytes of every file below the desk's home."""
    return b"".join(
        path.read_bytes() for path in Path(here.desk.environ["HOME"]).rglob("*") if path.is_file()
    )


@pytest.mark.parametrize("way", ["standard input", "option", "variable"])
def test_a_token_is_taken_from_where_it_is(place: Open, way: str) -> None:
    here = place()
    task = here.asked()
    token = here.town.token(AGENCY, task)
    arguments, stdin = ["accept", str(task), "--as", "agency"], ""
    if way == "standard input":
        stdin = f"  {token}\n"
    elif way == "option":
        arguments += ["--token", token]
    else:
        here.desk.environ["RECONCILER_ACCEPT_TOKEN"] = token
    done = here.run(*arguments, stdin=stdin)
    assert done.code == 0, done.err
    assert done.out == f"task {task}: accepted for agency; it waits for platform\n"


def test_the_whole_link_serves_as_its_token(place: Open) -> None:
    shapes = list(product((LINK, *PANEL_LINKS.values()), (False, True)))
    keys = [f"domain/shop-{number}.example" for number in range(len(shapes))]
    wanted = "services:\n" + "".join(f"  {key}: {{technical: agency}}\n" for key in keys)
    here = place(wanted, *(service(key, PLATFORM, PLATFORM, FINANCE) for key in keys))
    assert here.run("apply", "--yes").code == 0
    mailed = tokens(here.town, AGENCY)
    for (shape, wrapped), (task, token) in zip(shapes, mailed.items(), strict=True):
        link = shape.format(task=task, token=token)
        if wrapped:
            link = f"https://click.example/?u={quote(link, safe='')}"
        done = here.run("accept", str(task), "--as", "agency", stdin=f"<{link}>\n")
        assert done.code == 0, (link, done.err)
    assert {task["parties"][AGENCY] for task in here.town.edit("GET", "tasks")} == {"accepted"}


def test_the_link_of_another_request_costs_no_try(place: Open) -> None:
    here = place()
    task = here.asked()
    link = LINK.format(task=task + 1, token=here.town.token(AGENCY, task))
    done = here.run("accept", str(task), "--as", "agency", stdin=link)
    assert done.code == 64
    assert f"that is the link of request {task + 1}, not of {task}" in done.err
    assert here.town.edit("GET", "tasks")[0]["parties"] == {AGENCY: None, PLATFORM: None}


def test_a_token_is_kept_nowhere(place: Open) -> None:
    here = place()
    task = here.asked()
    tokens = [here.town.token(party, task) for party in (AGENCY, PLATFORM)]
    said = ""
    for party, token in zip(("agency", "platform"), tokens, strict=True):
        done = here.run("-vv", "accept", str(task), "--as", party, stdin=token)
        assert done.code == 0
        said += done.out + done.err
    again = here.run("-vv", "accept", str(task), "--as", "agency", stdin=tokens[0])
    assert again.code == 1
    for token in tokens:
        assert token not in said + again.out + again.err
        assert token.encode() not in everything_kept(here)


def test_a_token_is_not_in_the_process_list_while_it_is_used(place: Open) -> None:
    here = place()
    task = here.asked()
    token = here.town.token(AGENCY, task)
    here.faults({"method": "POST", "path": "*/accept", "delay_ms": 500, "times": 1})
    run = here.desk.start("accept", str(task), "--as", "agency", stdin=token)
    here.await_hit()
    process = Path("/proc") / str(run.pid)
    seen = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
    assert token.encode() not in seen
    assert run.wait().code == 0


def test_the_server_says_no_in_its_own_words_with_the_query_id(place: Open) -> None:
    here = place()
    task = here.asked()
    done = here.run("accept", str(task), "--as", "agency", stdin=NO_TOKEN)
    assert done.code == 1
    assert done.out == ""
    assert "This token is not valid (HTTP 403, query id " in done.err
    assert NO_TOKEN not in done.err


def test_a_token_of_the_other_party_does_not_serve(place: Open) -> None:
    here = place()
    task = here.asked()
    done = here.run("accept", str(task), "--as", "agency", stdin=here.town.token(PLATFORM, task))
    assert done.code == 1
    assert "query id" in done.err
    assert here.town.edit("GET", "tasks")[0]["parties"] == {AGENCY: None, PLATFORM: None}


def test_a_used_token_does_not_serve_again(place: Open) -> None:
    here = place()
    task = here.asked()
    token = here.town.token(AGENCY, task)
    assert here.run("accept", str(task), "--as", "agency", stdin=token).code == 0
    done = here.run("refuse", str(task), "--as", "agency", stdin=token)
    assert done.code == 1
    assert "query id" in done.err


def test_where_both_parties_are_ours_it_must_be_said_who_answers(place: Open) -> None:
    here = place()
    task = here.asked()
    done = here.run("accept", str(task), stdin=NO_TOKEN)
    assert done.code == 64
    assert f"task {task} has several parties of ours: say --as platform or agency" in done.err


def test_where_one_party_is_ours_nothing_need_be_said(place: Open) -> None:
    here = place()
    task = here.asked()
    here.desk.hold([AGENCY, FINANCE])
    done = here.run("accept", str(task), stdin=here.town.token(AGENCY, task))
    assert (done.code, done.out) == (0, f"task {task}: accepted for agency; it waits for platform\n")


def test_an_account_that_the_file_does_not_list_is_wrong_usage(place: Open) -> None:
    here = place()
    done = here.run("accept", str(here.asked()), "--as", "nobody", stdin=NO_TOKEN)
    assert done.code == 64
    assert "no account 'nobody' in the file; it lists platform, finance, agency" in done.err


def test_an_account_without_keys_cannot_answer(place: Open) -> None:
    here = place()
    task = here.asked()
    here.desk.hold([PLATFORM])
    done = here.run("accept", str(task), "--as", "agency", stdin=NO_TOKEN)
    assert done.code == 1
    assert f"no usable credentials of {AGENCY}: none are configured" in done.err


def test_where_no_party_is_ours_it_says_who_must_answer_and_how(place: Open) -> None:
    here = place()
    task = here.town.ask(PLATFORM, SHOP, contactBilling=AGENCY)[0]  # finance, the old contact, sees it too
    here.desk.hold([FINANCE])
    done = here.run("accept", str(task), stdin=NO_TOKEN)
    assert done.code == 1
    assert f"none of the parties of task {task} is an account whose credentials we hold" in done.err
    assert (
        f"platform ({PLATFORM}) and agency ({AGENCY}) must answer, by the link in OVHcloud's mail" in done.err
    )


@pytest.mark.parametrize("command", ["accept", "refuse", "resend"])
def test_a_task_that_nobody_sees_is_told(place: Open, command: str) -> None:
    done = place().run(command, "12", stdin=NO_TOKEN)
    assert done.code == 1
    assert "no configured account sees a task 12" in done.err
    assert "reconciler status" in done.err


def test_no_token_at_all_is_wrong_usage(place: Open) -> None:
    here = place()
    done = here.run("accept", str(here.asked()), "--as", "agency", stdin=" \n")
    assert done.code == 64
    assert "no token: give it on standard input, at the prompt, or with --token" in done.err


def test_accepting_for_the_last_party_says_what_happens_next(place: Open) -> None:
    for seconds, words in ((0, "done at OVHcloud"), (30, "OVHcloud is carrying it out")):
        here = place(processing_seconds=seconds)
        here.desk.forget()
        task = here.asked()
        here.town.accept(PLATFORM, task)
        done = here.run("accept", str(task), "--as", "agency", stdin=here.town.token(AGENCY, task))
        assert words in done.out


def test_refusing_with_the_askers_token_withdraws_and_with_the_others_refuses(place: Open) -> None:
    for party, name, verb in ((PLATFORM, "platform", "withdrawn"), (AGENCY, "agency", "refused")):
        here = place()
        here.desk.forget()
        task = here.asked()
        done = here.run("refuse", str(task), "--as", name, stdin=here.town.token(party, task))
        assert done.code == 0
        assert done.out.startswith(f"task {task}: {verb} for {name}; nothing changes")
        assert here.town.state(AGENCY, task) == "refused"
    assert "withdrawn" in here.run("refuse", "--help").out


def test_resend_tells_the_address_and_the_new_token_works(place: Open) -> None:
    here = place(SHOP_MOVES, account(AGENCY, email="a@example.com"))
    task = here.asked()
    before = here.town.token(AGENCY, task)
    done = here.run("resend", str(task), "--as", "agency")
    assert done.code == 0
    assert "on its way to agency, at a@example.com, the address in its profile" in done.out
    assert "no longer counts" in done.err
    after = here.town.token(AGENCY, task)
    assert after != before
    assert here.run("accept", str(task), "--as", "agency", stdin=before).code == 1
    assert here.run("accept", str(task), "--as", "agency", stdin=after).code == 0


def test_an_answer_to_a_task_that_waits_for_none_is_told_in_the_servers_words(place: Open) -> None:
    here = place()
    task = here.asked()
    token = here.town.token(AGENCY, task)
    here.town.refuse(PLATFORM, task)
    for command in (["accept"], ["resend"]):
        done = here.run(*command, str(task), "--as", "agency", stdin=token)
        assert done.code == 1
        assert "HTTP 409, query id" in done.err


def test_a_token_typed_at_the_prompt_is_in_no_file(place: Open) -> None:
    here = place()
    task = here.asked()
    token = here.town.token(AGENCY, task)
    with Terminal(here.desk, "refuse", str(task), "--as", "agency") as terminal:
        terminal.until("Token from the mail: ")
        terminal.type(token + os.linesep)
        assert terminal.end().code == 0
    assert token.encode() not in everything_kept(here)


def test_mails_of_ovhcloud_are_not_for_this_command(place: Open) -> None:
    here = place()
    done = here.run("sandbox", "mails", "--account", "agency")
    assert (done.code, done.out, done.err) == (0, "", "no mail was sent yet\n")
    task = here.asked()
    token = here.run("sandbox", "mails", "--account", "agency", "--token", str(task)).out
    assert token == here.town.token(AGENCY, task) + "\n"
    done = here.run("sandbox", "mails", "--account", "finance", "--token", str(task))
    assert (done.code, done.out) == (1, "")
    assert f"finance was mailed no token for task {task}" in done.err
