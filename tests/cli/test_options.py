"""Options, their variables, and which file is meant."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import click
import pytest

from reconciler.cli.app import COMMANDS, app
from tests.cli.conftest import IN_SYNC, Open
from tests.running import Desk, Done


def options() -> Iterator[tuple[tuple[str, ...], click.Option]]:
    """Yield every option of every command, with the words that call it."""
    context = click.Context(app, info_name="reconciler")
    for name in COMMANDS:
        command = app.get_command(context, name)
        assert command
        groups = command.commands.items() if isinstance(command, click.Group) else [(None, command)]
        for below, one in groups:
            path = (name, below) if below else (name,)
            yield from ((path, option) for option in one.params if isinstance(option, click.Option))


def test_every_option_of_every_command_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 0
    for path, option in options():
        long = max(option.opts, key=len).lstrip("-")
        name = "_".join(("RECONCILER", *path, long)).upper().replace("-", "_")
        monkeypatch.setenv(name, "value")
        context = click.Context(click.Command("any"))
        assert option.resolve_envvar_value(context) == "value", name
        monkeypatch.delenv(name)
        count += 1
    assert count > 60


def test_an_option_that_many_commands_have_is_one_variable_for_all(place: Open) -> None:
    here = place()
    here.desk.environ |= {"RECONCILER_FORMAT": "json", "RECONCILER_DETAILED_EXITCODE": "1"}
    assert here.run("plan").json["version"] == 1
    assert here.run("plan").code == 2
    assert here.run("status").json["requests"] == []
    assert here.run("list").json["version"] == 1


def test_the_variable_of_one_command_wins_and_the_option_itself_wins_over_both(place: Open) -> None:
    here = place()
    here.desk.environ |= {"RECONCILER_FORMAT": "json", "RECONCILER_PLAN_FORMAT": "markdown"}
    assert here.run("plan").out.startswith("<!-- reconciler:plan -->")
    assert here.run("plan", "--format", "text").out.startswith("0 of 1")


def test_a_pinned_version_in_the_environment_is_no_option(place: Open) -> None:
    here = place(IN_SYNC)
    here.desk.environ |= {"RECONCILER_VERSION": "0.1.0", "RECONCILER_HELP": "someone@example.com"}
    assert here.run("validate").code == 0


@pytest.mark.parametrize("command", ["plan", "apply", "status", "watch", "list", "validate"])
def test_the_file_comes_from_its_variable_everywhere(place: Open, command: str) -> None:
    here = place(IN_SYNC)
    here.desk.environ["RECONCILER_FILE"] = "other.yaml"
    done = here.run(command, *(["--yes"] if command == "apply" else []))
    assert done.code == 1
    assert "other.yaml:1:1: there is no such file" in done.err


def test_the_file_is_found_here_or_further_up_to_the_root_of_the_repository(place: Open) -> None:
    here = place(IN_SYNC)
    below = here.desk.folder / "a" / "b"
    below.mkdir(parents=True)
    (here.desk.folder / ".git").mkdir()
    here.desk.folder = below
    assert f"{below.parents[1] / 'contacts.yaml'}: 1 service" in here.run("validate").out


def test_the_nearest_file_is_taken_also_with_the_other_ending(place: Open) -> None:
    here = place(IN_SYNC)
    below = here.desk.folder / "team"
    below.mkdir()
    here.desk.file.rename(below / "contacts.yml")
    here.desk.write(IN_SYNC)
    here.desk.folder = below
    assert f"{below / 'contacts.yml'}: 1 service" in here.run("validate").out


def test_above_the_root_of_the_repository_no_file_is_taken(place: Open) -> None:
    here = place(IN_SYNC)
    repository = here.desk.folder / "repository"
    (repository / "deep").mkdir(parents=True)
    (repository / ".git").write_text("gitdir: elsewhere\n")  # as a worktree or a submodule has it
    here.desk.folder = repository / "deep"
    done = here.run("validate")
    assert done.code == 1
    assert f"no contacts.yaml in {repository / 'deep'}" in done.err
    assert "--file" in done.err


def test_a_folder_in_place_of_a_file_is_no_file(place: Open, tmp_path: Path) -> None:
    done = place().run("validate", "--file", str(tmp_path))
    assert done.code == 1
    assert "this is a directory, not a file" in done.err


def test_the_version_is_that_of_the_distribution(place: Open) -> None:
    done = place().run("--version")
    assert (done.code, done.out) == (0, f"reconciler {metadata.version('contact-reconciler')}\n")


@pytest.mark.parametrize("arguments", [["-v", "plan"], ["plan", "-v"], ["--verbose", "plan", "--verbose"]])
def test_verbose_stands_before_or_after_the_command(place: Open, arguments: list[str]) -> None:
    here = place(IN_SYNC)
    here.desk.file.write_text(here.desk.file.read_text().replace(here.town.url, "sandbox"))
    done = here.run(*arguments)
    assert done.code == 0, done.err
    assert "the sandbox listens on" in done.err


@pytest.mark.parametrize("arguments", [["-q", "validate"], ["validate", "-q"], ["-q", "validate", "-v"]])
def test_quiet_says_nothing_where_all_is_well(place: Open, arguments: list[str]) -> None:
    here = place(IN_SYNC)
    assert here.run(*arguments) == Done(0, "", "")


def test_the_calls_are_shown_to_those_who_ask_twice_and_keys_never(place: Open) -> None:
    here = place()
    task = here.asked()
    token = here.town.token("ag33333-ovh", task)
    done = here.desk.run("-vv", "accept", str(task), "--as", "agency", stdin=token)
    assert done.code == 0
    assert "/me/task/contactChange" in done.err
    for secret in (token, "as-ag33333-ovh", "ck-ag33333-ovh", "$1$"):
        assert secret not in done.err + done.out


def test_a_command_that_is_nearly_one_is_suggested(place: Open) -> None:
    done = place().run("aply")
    assert done.code == 64
    assert "no command 'aply'; did you mean apply?" in done.err


def test_help_names_every_command_and_the_rule_of_the_variables(place: Open) -> None:
    done = place().run("--help")
    assert done.code == 0
    assert done.err == ""
    assert all(f"  {name} " in done.out for name in COMMANDS)
    assert "RECONCILER_PLAN_FORMAT" in done.out


@pytest.mark.parametrize(
    "arguments", [("watch", "--timeout"), ("confirm", "--wait"), ("apply", "--lock-timeout")]
)
def test_a_time_that_is_no_number_is_not_waited_for(arguments: tuple[str, str], tmp_path: Path) -> None:
    done = Desk(tmp_path, "", {}).run(*arguments, "nan")

    assert done.code == 64
    assert "'nan' is no span of time" in done.err
