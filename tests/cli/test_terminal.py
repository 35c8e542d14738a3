"""What a person sees at a real terminal, and what the keyboard can answer."""

from __future__ import annotations

import re

import pytest

from tests.cli.conftest import AGENCY, IN_SYNC, Open, Place
from tests.cli.terminal import CTRL_C, CTRL_D, Terminal, shown
from tests.running import accept_all

COLOUR = re.compile(r"\x1b\[[0-9;]*3[0-7]m")
QUESTION = "Send 1 request? [y/N]: "


def tasks(here: Place) -> int:
    """Return how many tasks the server has."""
    return len(here.town.edit("GET", "tasks"))


def test_a_plan_is_a_table_in_colour(place: Open) -> None:
    seen = shown(place().desk, "plan")
    assert seen.code == 0
    assert COLOUR.search(seen.screen)
    assert "───" in seen.screen
    assert "domain/shop.example" in seen.screen


def test_no_color_is_honoured(place: Open) -> None:
    here = place()
    here.desk.environ["NO_COLOR"] = "1"
    for command in ("plan", "status"):
        assert not COLOUR.search(shown(here.desk, command).screen)


def test_a_dumb_terminal_gets_plain_lines(place: Open) -> None:
    here = place()
    here.desk.environ["TERM"] = "dumb"
    seen = shown(here.desk, "plan")
    assert "\x1b" not in seen.screen
    assert "domain/shop.example technical: platform (pl11111-ovh) -> agency (ag33333-ovh)" in seen.screen


def test_json_on_a_terminal_is_still_json(place: Open) -> None:
    seen = shown(place().desk, "plan", "--format", "json")
    assert seen.screen.startswith('{"version": 1')
    assert "\x1b" not in seen.screen


@pytest.mark.parametrize("columns", [1, 20, 40])
def test_a_narrow_terminal_gets_lines_that_can_be_read(place: Open, columns: int) -> None:
    seen = shown(place().desk, "plan", columns=columns)
    assert seen.code == 0
    assert "domain/shop.example technical: platform" in seen.screen


def test_status_shows_the_next_command_on_a_line_of_its_own(place: Open) -> None:
    here = place()
    task = here.asked()
    seen = shown(here.desk, "status", columns=80)
    assert f"task {task}: next: reconciler accept {task} --as platform\n" in seen.screen


def test_list_is_a_table_with_a_rule_under_its_head(place: Open) -> None:
    seen = shown(place().desk, "list", columns=120)
    assert "Service" in seen.screen
    assert "───" in seen.screen
    assert "domain/shop.example" in seen.screen


def test_apply_shows_the_plan_and_asks_and_y_goes_on(place: Open) -> None:
    here = place()
    with Terminal(here.desk, "apply") as terminal:
        assert "domain/shop.example" in terminal.until("[y/N]: ")
        assert tasks(here) == 0
        terminal.type("y\n")
        seen = terminal.end()
    assert seen.code == 0
    assert "1 requested" in seen.screen
    assert tasks(here) == 1


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("n\n", "nothing was asked"),
        ("\n", "nothing was asked"),
        (CTRL_C, "interrupted"),
        (CTRL_D, "interrupted"),
    ],
    ids=["n", "enter", "Ctrl-C", "Ctrl-D"],
)
def test_whatever_else_is_answered_asks_for_nothing(place: Open, keys: str, words: str) -> None:
    here = place()
    with Terminal(here.desk, "apply") as terminal:
        terminal.until("[y/N]: ")
        terminal.type(keys)
        seen = terminal.end()
    assert seen.code == 1
    assert words in seen.screen
    assert "Traceback" not in seen.screen
    assert tasks(here) == 0


def test_where_nothing_is_to_be_asked_there_is_no_question(place: Open) -> None:
    seen = shown(place(IN_SYNC).desk, "apply")
    assert seen.code == 0
    assert "[y/N]" not in seen.screen


def test_apply_with_its_result_in_a_pipe_does_not_ask(place: Open) -> None:
    assert place().run("apply").code == 64


def test_ctrl_c_while_requests_are_sent_finishes_the_one_under_way(place: Open) -> None:
    here = place()
    here.faults({"method": "POST", "delay_ms": 1000, "times": 1})
    with Terminal(here.desk, "apply", "--yes") as terminal:
        here.await_hit()
        terminal.type(CTRL_C)
        seen = terminal.end()
    assert seen.code == 8
    assert "stopping: the request that is being sent will be finished and journalled" in seen.screen
    assert tasks(here) == 1


def test_the_prompt_for_a_token_shows_nothing_of_it(place: Open) -> None:
    here = place()
    task = here.asked()
    token = here.town.token(AGENCY, task)
    with Terminal(here.desk, "accept", str(task), "--as", "agency") as terminal:
        terminal.until("Token from the mail: ")
        terminal.type(f"{token}\n")
        seen = terminal.end()
    assert seen.code == 0
    assert token not in seen.screen
    assert f"task {task}: accepted for agency; it waits for platform" in seen.screen


@pytest.mark.parametrize("keys", [CTRL_C, CTRL_D], ids=["Ctrl-C", "Ctrl-D"])
def test_the_prompt_for_a_token_can_be_left(place: Open, keys: str) -> None:
    here = place()
    task = here.asked()
    with Terminal(here.desk, "accept", str(task), "--as", "agency") as terminal:
        terminal.until("Token from the mail: ")
        terminal.type(keys)
        seen = terminal.end()
    assert seen.code == 1
    assert "interrupted" in seen.screen
    assert "Traceback" not in seen.screen


def test_watch_draws_in_place_until_all_is_settled(place: Open) -> None:
    here = place()
    here.asked()
    with Terminal(here.desk, "watch", "--interval", "0.2") as terminal:
        terminal.until("1 open, 0 settled")
        accept_all(here.town)
        seen = terminal.end()
    assert seen.code == 0
    assert "\x1b[1A" in seen.screen, "the cursor goes up to draw anew"
    assert seen.screen.rstrip().endswith("all done: every managed contact is as the file wants it")
    assert "\x1b[?25h" in seen.screen, "the cursor is given back"


def test_ctrl_c_ends_watch_and_gives_the_cursor_back(place: Open) -> None:
    here = place()
    here.asked()
    with Terminal(here.desk, "watch") as terminal:
        terminal.until("1 open")
        terminal.type(CTRL_C)
        seen = terminal.end()
    assert seen.code == 1
    assert seen.screen.rindex("\x1b[?25h") > seen.screen.rindex("\x1b[?25l")
    assert "Traceback" not in seen.screen
