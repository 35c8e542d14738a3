"""Shells that ask how a word can go on are answered by the command itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a desk without a file."""
    return Desk(tmp_path, "sandbox", {})


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_what_a_shell_is_given_asks_the_command_by_its_variable(desk: Desk, shell: str) -> None:
    done = desk.run("completion", shell)
    assert (done.code, done.err) == (0, "")
    assert f"_RECONCILER_COMPLETE={shell}_complete" in done.out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("reconciler pl", ["plan"]),
        ("reconciler plan --ba", ["--base"]),
        ("reconciler set x t", ["technical"]),
    ],
)
def test_commands_options_and_words_are_completed(desk: Desk, words: str, expected: list[str]) -> None:
    desk.environ |= {
        "_RECONCILER_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(words.count(" ")),
    }
    done = desk.run()
    assert (done.code, done.err) == (0, "")
    assert [line.removeprefix("plain,") for line in done.out.splitlines()] == expected
