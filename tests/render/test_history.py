"""The history in words and for programs: hostile names, spreadsheets, long lists, published schemas."""

from __future__ import annotations

import csv
import io
import json
import time
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # ships no types; only its verdict is used
import pytest

from reconciler.model import AccountId, Answer, Confirmation, Role, ServiceId, TaskState
from reconciler.progress.history import Handover
from reconciler.render.history import history_text
from reconciler.render.history_document import CSV_COLUMNS, history_csv, history_json
from reconciler.render.history_schema import history_json_schema, verification_json_schema
from tests.builders import NOW, SERVICE, A, B, C
from tests.golden import assert_golden
from tests.render import plans

SCHEMAS = Path(__file__).parents[2] / "schemas"
DONE = Handover(
    service=SERVICE,
    name="shop.example",
    candidates=(),
    role=Role.TECHNICAL,
    from_account=A,
    to_account=B,
    task=7,
    maybe_tasks=(),
    ours=True,
    asker=A,
    requested=NOW,
    state=TaskState.DONE,
    seen=NOW,
    ended=NOW,
    ended_told=True,
    run="r" * 32,
    user="alice",
    commit="c" * 40,
    answers=(Confirmation(7, A, Answer.ACCEPTED, NOW, "bob"),),
    not_through_us=(B,),
)


def hostile(text: str) -> Handover:
    """Return a change in which strangers named everything that they can name `text`."""
    account = AccountId(text)
    return DONE._replace(
        service=ServiceId(text),
        name=text,
        candidates=(ServiceId(text),),
        from_account=account,
        to_account=account,
        asker=account,
        user=text,
        commit=text,
        run=text,
        unseen_before=account,
        answers=(Confirmation(7, account, Answer.REFUSED, NOW, text),),
        not_through_us=(account,),
    )


def cells(rows: list[Handover]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(history_csv(rows), newline="")))


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_cell_is_taken_for_a_formula(name: str) -> None:
    (row,) = cells([hostile(name)])
    assert row["service"].startswith("'")
    assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]


@pytest.mark.parametrize("name", ["a,b", 'say "no"', "a;b", "ünï", "a b"])
def test_every_other_name_comes_back_from_the_csv_as_it_was(name: str) -> None:
    (row,) = cells([hostile(name)])
    assert (row["service"], row["from"], row["user"]) == (name, name, name)


def test_csv_has_one_header_and_ends_every_line_but_the_last_as_the_rfc_says() -> None:
    text = history_csv([DONE, DONE])
    head, *body = text.split("\r\n")
    assert head == ",".join(CSV_COLUMNS)
    assert len(body) == 2
    assert "\n" not in "".join(body)
    assert history_csv([]) == head
    assert {len(row) for row in csv.reader(io.StringIO(text, newline=""))} == {len(CSV_COLUMNS)}


@pytest.mark.parametrize("name", plans.HOSTILE)
def test_no_name_can_forge_a_line_or_reach_the_terminal(name: str) -> None:
    for written in (history_text([hostile(name)], {A: name}), history_csv([hostile(name)])):
        assert all(line.isprintable() for line in written.replace("\r\n", "\n").split("\n"))
    heads = [line for line in history_text([hostile(name)], {}).split("\n") if not line.startswith("    ")]
    assert len(heads) == 3  # the summary, a blank, and the one change: all else is indented
    assert json.loads(history_json([hostile(name)]))["changes"][0]["service"] == name


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (DONE, "carried out by OVHcloud (done) on 2026-11-22 12:00 UTC; the newest known"),
        (DONE, "b confirmed elsewhere, as OVHcloud requires; when and by whom is not known to us"),
        (DONE._replace(held_until=NOW), "held until 2026-11-22 12:00 UTC"),
        (DONE._replace(held_until=NOW, lost_unseen=True), "12:00 UTC at the latest"),
        (DONE._replace(ended_told=False), "(done), first seen 2026-11-22 12:00 UTC"),
        (DONE._replace(unseen_before=C), "before it, the journal knew c as the holder"),
        (DONE._replace(state=None, ended=None, task=None, maybe_tasks=(7, 8)), "task 7 or 8, asked by a"),
        (DONE._replace(state=None, ended=None), "requested; not looked at since"),
        (DONE._replace(asker=None, ours=False), "asked by someone OVHcloud does not name; not ours"),
        (DONE._replace(service=None), "bare name, of no service that the file or the journal names"),
        (DONE._replace(service=None, name=None), "OVHcloud gives no name"),
        (DONE._replace(service=None, name=None), "UTC (no name) technical"),
        (DONE._replace(state=TaskState.REFUSED), "what b answered is not known to us"),
    ],
)
def test_what_is_known_and_what_is_not_are_told_apart(row: Handover, words: str) -> None:
    assert words in " ".join(history_text([row], {}).split())


def test_done_is_not_said_of_what_only_ovhcloud_calls_done() -> None:
    assert "\n    done" not in history_text([DONE], {})


def test_roles_that_one_task_moved_stand_under_one_heading() -> None:
    rows = [DONE._replace(role=Role.ADMIN), DONE, DONE._replace(role=Role.BILLING, held_until=NOW)]
    text = history_text(rows, {})
    assert "domain/shop.example  admin, technical\n" in text
    assert "domain/shop.example  billing\n" in text
    assert text.startswith("3 changes known to the journal")


def test_json_is_as_its_schema_says() -> None:
    rows = [
        DONE,
        DONE._replace(service=None, name=None, task=None, maybe_tasks=(1, 2), state=None, ended=None),
    ]
    jsonschema.validate(json.loads(history_json(rows)), history_json_schema())
    assert json.loads(history_json([])) == {"version": 1, "changes": []}


@pytest.mark.parametrize("name", ["history", "verification"])
def test_the_published_schema_is_current(name: str) -> None:
    schema = history_json_schema() if name == "history" else verification_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert_golden(json.dumps(schema, indent=2), SCHEMAS / f"{name}.schema.json")


@pytest.mark.parametrize("write", [lambda rows: history_text(rows, {}), history_json, history_csv])
def test_five_thousand_changes_are_written_quickly(write: object) -> None:
    rows = [DONE._replace(task=number) for number in range(5_000)]
    began = time.process_time()
    assert callable(write)
    assert write(rows)
    assert time.process_time() - began < 4  # about 0.2 s; what grows with the square takes minutes
