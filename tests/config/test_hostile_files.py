"""Whatever bytes a stranger brings, they end in a list of problems: soon, and in little memory."""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reconciler.config import load
from reconciler.errors import ConfigError
from tests.config.files import HEAD, faults, problems, write

QUIET = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORDS = """
a b - : , ? [ ] { } & * ! | > ' " % @ ` # ~ null true 12 << services: &a *a !!str !x domain/a {}
--- ... %YAML %TAG !<tag:yaml.org,2002:str> \\ \\x é 😀 1
"""
SCRAPS = st.sampled_from(
    [*WORDS.split(), "\n", "\t", "\r", "\0", "\x85", "\u2028", "\ufeff", "\u202e", "\x7f"]
)


def judge(path: Path) -> None:
    """Load a file; any failure but a list of problems is a failure of the test."""
    found = problems(path)
    assert all(problem.line >= 1 and problem.column >= 1 for problem in found)
    assert all(str(problem).replace("\n", "").isprintable() for problem in found)


@QUIET
@given(raw=st.binary(max_size=200))
@example(raw=b"\xff\xfev\x00")
@example(raw=b"\x00\x00\xfe\xff")
def test_any_bytes(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "contacts.yaml"
    path.write_bytes(raw)
    judge(path)


@QUIET
@given(scraps=st.lists(SCRAPS, max_size=30), glue=st.sampled_from(["", " ", "\n", "\n  "]))
def test_any_scraps_of_yaml(tmp_path: Path, scraps: list[str], glue: str) -> None:
    judge(write(tmp_path, HEAD + glue.join(scraps)))
    judge(write(tmp_path, f"{HEAD}services:\n  {glue.join(scraps)}"))


@QUIET
@given(data=st.data())
def test_any_damage_to_a_good_file(tmp_path: Path, data: st.DataObject) -> None:
    good = (Path(__file__).parents[2] / "examples/contacts.yaml").read_text(encoding="utf-8")
    at = data.draw(st.integers(0, len(good)))
    length = data.draw(st.integers(0, 30))
    judge(write(tmp_path, good[:at] + "".join(data.draw(st.lists(SCRAPS, max_size=3))) + good[at + length :]))


@pytest.mark.parametrize("key", ["notify", "services", "accounts", "services:\n  domain/a"])
@pytest.mark.parametrize("bracket", ["[", "{a: ", "- ", "? ", "[{", "\n "])
def test_nesting_without_end_is_refused_at_once(tmp_path: Path, key: str, bracket: str) -> None:
    start = time.process_time()

    assert faults(tmp_path, f"{key}: " + bracket * 300_000)
    assert time.process_time() - start < 5


def test_a_hundred_megabytes_of_brackets_take_little_more_memory_than_their_text(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + "services: " + "[" * 100_000_000)
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from reconciler.config import load; from reconciler.errors import ConfigError\n"
        "try: load(Path(sys.argv[1]))\n"
        "except ConfigError as error: print(error.problems[0].message)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, path], check=True, capture_output=True, text=True, timeout=60
    )

    message, megabytes = done.stdout.splitlines()
    assert message == "nested deeper than 24 levels"
    assert int(megabytes) < 500
    path.unlink()


def test_a_file_that_is_too_big_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "contacts.yaml"
    with path.open("wb") as stream:
        stream.truncate(300 << 20)

    (problem,) = problems(path)

    assert problem.message == "the file is larger than 256 MiB"


def test_aliases_of_aliases_are_refused_before_they_cost_anything(tmp_path: Path) -> None:
    lines = ["  vps/v0: &a0 {admin: {account: agency, reason: x}}"]
    for n in range(1, 12):
        many = ", ".join([f"*a{n - 1}"] * 50)
        lines.append(f"  vps/v{n}: &a{n} {{admin: {{account: agency, reason: [{many}]}}}}")
    found = faults(tmp_path, "services:\n" + "\n".join(lines) + "\n")

    assert any("far too many" in fault for fault in found)


def test_a_million_values_in_one_place_are_refused(tmp_path: Path) -> None:
    body = (
        "services:\n  domain/a.example: {technical: {account: agency, reason: [" + "x, " * 1_000_000 + "]}}\n"
    )

    assert [fault.split(": ", 1)[1] for fault in faults(tmp_path, body)] == ["far too much in one place"]


def test_an_integer_of_a_million_digits_is_a_wrong_number_and_no_crash(tmp_path: Path) -> None:
    body = f"guards: {{max_changes_percent: {'9' * 1_000_000}}}\n"

    assert faults(tmp_path, body) == ["4:31: `max_changes_percent` must be a whole number from 0 to 100"]


def test_the_garbage_collector_is_left_as_it_was_found(tmp_path: Path) -> None:
    good, bad = write(tmp_path, HEAD + "services: {}\n"), tmp_path / "none.yaml"
    assert gc.isenabled()

    load(good)
    assert gc.isenabled()
    with pytest.raises(ConfigError):
        load(bad)
    assert gc.isenabled()

    gc.disable()
    try:
        load(good)
        assert not gc.isenabled()
    finally:
        gc.enable()
