"""Notices as people and programs get them: every occasion in words, and the body of a webhook."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # ships no types; only its verdict is used

from reconciler.config.model import Occasion
from reconciler.model import Role, TaskState
from reconciler.render.notices import Notice, notices_json, notices_text
from reconciler.render.notices_schema import notice_json_schema
from tests.golden import assert_golden
from tests.render.plans import AGENCY, NAMES, PLATFORM

GOLDEN = Path(__file__).parent / "golden"
SCHEMAS = Path(__file__).parents[2] / "schemas"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ASKED = NOW - timedelta(days=4, hours=2)

ROW = Notice(
    occasion=Occasion.REQUESTED,
    task=7001,
    service="domain/shop.example",
    roles=(Role.TECHNICAL, Role.BILLING),
    from_account=PLATFORM,
    to_account=AGENCY,
    asker=PLATFORM,
    state=TaskState.VALIDATING,
    requested=ASKED,
    waiting_for=(PLATFORM, AGENCY),
    expires=ASKED + timedelta(days=7),
    expires_learnt=False,
)
OVER = ROW._replace(settled=NOW, waiting_for=(), expires=None, expires_learnt=None)
ROWS = [
    ROW,
    ROW._replace(task=7002, occasion=Occasion.WAITING, waiting_for=(AGENCY,)),
    ROW._replace(task=7003, occasion=Occasion.EXPIRING, expires_learnt=True),
    OVER._replace(task=7004, occasion=Occasion.REFUSED, state=TaskState.REFUSED),
    OVER._replace(task=7005, occasion=Occasion.REFUSED, state=TaskState.ABORTED),
    OVER._replace(task=7006, occasion=Occasion.EXPIRED, state=TaskState.EXPIRED),
    OVER._replace(task=7007, occasion=Occasion.EXPIRED, state=TaskState.ERROR),
    OVER._replace(task=7008, occasion=Occasion.DONE, state=TaskState.DONE),
    ROW._replace(task=7009, occasion=Occasion.CONTESTED, asker=None, ours=False),
]


def test_notices_read_as_blessed() -> None:
    assert_golden(notices_text(ROWS, NAMES, "ovh-eu", NOW), GOLDEN / "notices.txt")
    document = json.loads(notices_json(ROWS, NAMES, "ovh-eu", NOW))
    assert_golden(json.dumps(document, indent=1), GOLDEN / "notices.json")


def test_the_body_of_a_webhook_is_as_its_published_schema_says() -> None:
    schema = notice_json_schema()
    assert_golden(json.dumps(schema, indent=2), SCHEMAS / "notice.schema.json")
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads(notices_json(ROWS, NAMES, "ovh-eu", NOW))
    jsonschema.validate(document, schema)
    assert set(document["events"][0]) == set(schema["$defs"]["Event"]["properties"])
    assert set(document) == set(schema["properties"])
