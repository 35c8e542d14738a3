"""Files that the main file includes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.config import Place, load
from reconciler.errors import ConfigError
from reconciler.model import Contacts, ServiceId
from tests.config.files import AGENCY, FINANCE, HEAD, PLATFORM, problems, write

TEAM = "version: 1\nservices:\n"


def messages(path: Path) -> list[str]:
    return [f"{Path(p.file).name}:{p.line}:{p.column}: {p.message}" for p in problems(path)]


def test_included_files_add_services_with_their_own_accounts_and_defaults(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        HEAD + "defaults: {admin: platform, billing: finance}\n"
        "include: [teams/*.yaml]\nservices:\n  vps/main: {technical: late}\n",
    )
    write(tmp_path, TEAM + "  vps/b: {}\n", "teams/b.yaml")
    late = "version: 1\naccounts: {late: zz1-ovh}\ndefaults: {admin: late, technical: agency}\n"
    write(tmp_path, late + "services:\n  vps/a: {billing: agency}\n", "teams/a.yaml")

    config = load(main)

    assert [Path(file).name for file in config.files] == ["contacts.yaml", "a.yaml", "b.yaml"]
    assert {service: tuple(row) for service, row in config.rows.items()} == {
        "vps/main": (PLATFORM, "zz1-ovh", FINANCE),
        "vps/a": ("zz1-ovh", AGENCY, AGENCY),
        "vps/b": (PLATFORM, None, FINANCE),
    }
    assert config.places[ServiceId("vps/b")] == Place(str(tmp_path / "teams/b.yaml"), 3, 3)
    assert [account.short for account in config.accounts] == ["platform", "finance", "agency", "late"]


def test_one_service_in_two_files_is_an_error_that_names_both(tmp_path: Path) -> None:
    main = write(tmp_path, HEAD + "include: [teams/*.yaml]\nservices:\n  vps/a: {}\n")
    write(tmp_path, TEAM + "  vps/x: {}\n  vps/a: {}\n", "teams/a.yaml")
    write(tmp_path, TEAM + "  vps/y: {}\n  vps/x: {}\n", "teams/b.yaml")

    assert messages(main) == [
        f"a.yaml:4:3: `vps/a` is also declared at {tmp_path}/contacts.yaml:6:3",
        f"b.yaml:4:3: `vps/x` is also declared at {tmp_path}/teams/a.yaml:3:3",
    ]


def test_accounts_of_all_files_are_one_namespace(tmp_path: Path) -> None:
    main = write(tmp_path, HEAD + "include: [teams/a.yaml]\nservices:\n  vps/a: {admin: mine}\n")
    listed = "version: 1\naccounts: {mine: my1-ovh, agency: xx1-ovh, other: PL11111-ovh}\n"
    write(tmp_path, listed, "teams/a.yaml")

    first = f"{tmp_path}/contacts.yaml:3"
    assert messages(main) == [
        f"a.yaml:2:27: the account `agency` is listed a second time; the first is at {first}:57",
        f"a.yaml:2:44: `other` has the id `pl11111-ovh` of `platform`, at {first}:12",
    ]


@pytest.mark.parametrize(
    "key",
    [
        "endpoint: sandbox",
        "include: [x.yaml]",
        "guards: {}",
        "expired_retries: 2",
        "notify: []",
        "lead_days: 3",
    ],
)
def test_what_counts_for_all_files_stands_in_the_main_file_only(tmp_path: Path, key: str) -> None:
    main = write(tmp_path, HEAD + "include: [teams/a.yaml]\n")
    write(tmp_path, f"version: 1\n{key}\n", "teams/a.yaml")

    name = key.partition(":")[0]
    assert messages(main) == [f"a.yaml:2:1: `{name}` is allowed only in the main file"]


def test_a_file_that_two_patterns_match_is_read_once(tmp_path: Path) -> None:
    main = write(tmp_path, HEAD + "include: [teams/a.yaml, teams/*.yaml, ./teams/a.yaml, '**/a.yaml']\n")
    write(tmp_path, TEAM + "  vps/a: {admin: agency}\n", "teams/a.yaml")

    assert len(load(main).files) == 2


def test_the_main_file_does_not_include_itself(tmp_path: Path) -> None:
    main = write(tmp_path, HEAD + "include: ['*.yaml']\n")

    assert messages(main) == [f"contacts.yaml:4:11: `{tmp_path}/contacts.yaml` is the main file itself"]


@pytest.mark.parametrize(
    "pattern", ["../out.yaml", "teams/../../out.yaml", "/etc/passwd", "~/x", "C:/x", "'a\\b'", "''"]
)
def test_a_pattern_cannot_lead_out_of_the_folder(tmp_path: Path, pattern: str) -> None:
    write(tmp_path, TEAM + "  vps/a: {}\n", "out.yaml")
    main = write(tmp_path / "here", HEAD + f"include: [{pattern}]\n")

    (message,) = messages(main)
    assert message.startswith("contacts.yaml:4:11:")


def test_neither_can_a_symbolic_link_to_a_file_or_to_a_folder(tmp_path: Path) -> None:
    write(tmp_path, TEAM + "  vps/a: {}\n", "out/x.yaml")
    main = write(tmp_path / "here", HEAD + "include: [file.yaml, folder/*.yaml]\n")
    (tmp_path / "here/file.yaml").symlink_to(tmp_path / "out/x.yaml")
    (tmp_path / "here/folder").symlink_to(tmp_path / "out")

    assert [line.split(": ", 1)[1] for line in messages(main)] == [
        f"`{tmp_path}/here/file.yaml` leads out of the main file's folder",
        f"`{tmp_path}/here/folder/x.yaml` leads out of the main file's folder",
    ]


def test_a_link_within_the_folder_is_followed(tmp_path: Path) -> None:
    main = write(tmp_path, HEAD + "include: [a.yaml, b.yaml]\n")
    write(tmp_path, TEAM + "  vps/a: {admin: agency}\n", "a.yaml")
    (tmp_path / "b.yaml").symlink_to("a.yaml")

    assert len(load(main).files) == 2


def test_links_in_a_circle_are_a_problem_and_no_traceback(tmp_path: Path) -> None:
    main = write(tmp_path, HEAD + "include: [a*.yaml]\n")
    (tmp_path / "a1.yaml").symlink_to("a2.yaml")
    (tmp_path / "a2.yaml").symlink_to("a1.yaml")

    assert messages(main)


def test_a_folder_that_a_pattern_matches_is_a_problem_at_the_pattern(tmp_path: Path) -> None:
    main = write(tmp_path, HEAD + "include: [teams/*]\n")
    (tmp_path / "teams/x").mkdir(parents=True)

    assert messages(main) == [
        f"contacts.yaml:4:11: `{tmp_path}/teams/x` cannot be included: this is a directory, not a file"
    ]


def test_problems_of_all_files_are_told_at_once_the_main_file_first(tmp_path: Path) -> None:
    main = write(tmp_path, HEAD + "include: [teams/*.yaml]\nservices:\n  vps/a: {admin: nobody}\n")
    write(tmp_path, "version: 2\nextra: 1\n", "teams/a.yaml")
    write(tmp_path, TEAM + "  vps/b: {admin: nobody}\n", "teams/b.yaml")

    assert [line.split(": ")[0] for line in messages(main)] == [
        "contacts.yaml:6:18",
        "a.yaml:1:10",
        "a.yaml:2:1",
        "b.yaml:3:18",
    ]


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "contacts.yaml")

    with pytest.raises(ConfigError, match="no regular file"):
        load(tmp_path / "contacts.yaml")


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null"])
def test_a_device_is_not_opened(path: str) -> None:
    with pytest.raises(ConfigError, match="no regular file"):
        load(Path(path))


def test_a_missing_file_and_a_directory_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        load(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="this is a directory"):
        load(tmp_path)


def test_a_name_that_no_file_system_takes_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / ("x" * 5_000))
    with pytest.raises(ConfigError, match="cannot be read"):
        load(Path("a\0b"))


def test_ten_thousand_rows_of_an_included_file_share_what_they_say(tmp_path: Path) -> None:
    main = write(tmp_path, HEAD + "include: [a.yaml]\n")
    write(tmp_path, TEAM + "".join(f"  vps/v{n}: {{admin: agency}}\n" for n in range(10_000)), "a.yaml")

    rows = load(main).rows

    assert len(rows) == 10_000
    assert len({id(row) for row in rows.values()}) == 1
    assert isinstance(next(iter(rows.values())), Contacts)
