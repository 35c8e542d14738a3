"""The published schema is current, and its models judge as the loader does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no types; only its verdict is used
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from reconciler.config.nodes import typed
from reconciler.config.schema import ContactsFile, IncludedFile, json_schema
from tests.config.files import problems, write

ROOT = Path(__file__).parents[2]
MAIN, INCLUDED = TypeAdapter(ContactsFile), TypeAdapter(IncludedFile)

ONLY_THE_WHOLE_TELLS = (
    "no entry of `accounts`",
    "names no account, and neither",
    "matches no file",
    "has the id",
)
"""The loader's problems that no schema of one file can know; "is also a short name" is the last of them."""


def test_the_committed_schema_is_current() -> None:
    kept = (ROOT / "schemas/contacts.schema.json").read_text(encoding="utf-8")

    assert kept == json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n", (
        "write `reconciler schema` anew"
    )


def test_the_schema_is_a_valid_one_of_its_draft() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


def as_editors_read(text: str) -> Any:
    """Return a file's data as a YAML 1.2 editor has it: of plain scalars only a few words are typed."""

    def plain(node: yaml.Node | None) -> Any:
        if isinstance(node, yaml.MappingNode):
            return {plain(key): plain(value) for key, value in node.value}
        if isinstance(node, yaml.SequenceNode):
            return [plain(item) for item in node.value]
        assert isinstance(node, yaml.ScalarNode)
        return typed(node.value) if node.style is None else node.value

    return plain(yaml.compose(text, Loader=yaml.BaseLoader))


@pytest.mark.parametrize("name", ["contacts", "webmaster"])
def test_the_examples_fit_the_schema_that_they_name(name: str) -> None:
    text = (ROOT / f"examples/{name}.yaml").read_text(encoding="utf-8")

    assert text.startswith("# yaml-language-server: $schema=../schemas/contacts.schema.json\n")
    jsonschema.validate(as_editors_read(text), json_schema())


SHORT = st.sampled_from(["platform", "agency", "finance"])
NAME = st.one_of(SHORT, st.sampled_from(["", " ", "nobody", "no", "12", "\u200b", "pl11111-ovh"]))
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 200), st.just([]), st.just({}), st.just(["x"]), NAME
)
DAY = st.sampled_from(
    ["2027-01-31", "2027-02-30", "20270131", "2027-W01-1", "2027-1-1", "", " 2027-01-31", "٢٠٢٧-01-31"]
)


def either(good: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly what is meant, sometimes anything."""
    return st.one_of(good, good, good, good, ODD)


def fields(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[Any]:
    """A mapping of these keys, sometimes without one, sometimes with one too many."""
    good = st.fixed_dictionaries(required, optional=optional)
    lacking = st.fixed_dictionaries({}, optional={**required, **optional})
    extra = st.fixed_dictionaries(required, optional={**optional, "extra": ODD, "then": ODD})
    return st.one_of(good, good, good, lacking, extra)


MANAGE = st.sampled_from(["observe", "request", "observed", "", "Observe"])
BOX = fields(
    {"account": either(NAME)},
    {
        "until": either(DAY),
        "then": either(NAME),
        "reason": either(st.text(max_size=3)),
        "ticket": either(NAME),
        "lead_days": either(st.integers(-1, 400)),
        "manage": either(MANAGE),
    },
)
ROLES = fields(
    {},
    {
        **{role: either(st.one_of(NAME, BOX)) for role in ("admin", "technical", "billing")},
        "manage": either(MANAGE),
    },
)
KEY = st.sampled_from(
    ["domain", "domain/", "/domain/a", "domian/a", "domain/..", "domain/a b", "vrack/x", "kube/\u202e", ""]
)
GOOD_KEY = st.sampled_from(["domain/a", "domain/zone/a", "vps/x", "ip/service/ip-192.0.2.0/28"])
SERVICES = st.dictionaries(st.one_of(GOOD_KEY, GOOD_KEY, KEY), either(ROLES), max_size=3)
ID = st.sampled_from(["pl11111-ovh", "AG33333-ovh", "odd", "a b", "", " x ", "a\u200b"])
ENTRY = fields({"id": either(ID)}, {"name": either(st.text(max_size=3))})
ACCOUNTS = st.dictionaries(
    st.one_of(SHORT, st.sampled_from(["", " x", "a b", "é"])), either(st.one_of(ID, ENTRY)), max_size=2
)
PATTERN = st.sampled_from(
    ["domain/a", "domain/*", "domain/a:admin", "domain/a:tech", "d*/x", "x*/y", "*", "", "a b"]
)
GUARDS = fields(
    {},
    {
        "max_changes_percent": either(st.integers(-1, 101)),
        "protected": either(st.lists(either(PATTERN), max_size=2)),
        "allow_admin_handover_to": either(st.lists(either(NAME), max_size=2)),
    },
)
PATH = st.sampled_from(["teams/*.yaml", "../x", "/x", "~/x", "C:/x", "a\\b", "", "a/**/b", "a**", "a/.."])
ENDPOINT = st.sampled_from(
    ["sandbox", "ovh-eu", "ovh-us", "http://127.0.0.1:8080/1.0", "http://127.0.0.1/", "SANDBOX"]
)
VARIABLE = st.sampled_from(["OPS_CHAT", "_x9", "", "9X", "A-B", "A B", "https://hooks.example/x", "É"])
REFERENCE = fields({"env": either(VARIABLE)}, {})
WEBHOOK = st.sampled_from(
    [
        "https://hooks.example/a?b=c",
        "https://hooks.example:8443",
        "https://[2001:db8::1]/x",
        "http://127.0.0.1:8080/hook",
        "http://localhost",
        "http://hooks.example/",
        "http://127.0.0.1.hooks.example/",
        "https://user:word@hooks.example/",
        "https://hooks.example:0/",
        "https://hooks.example/a b",
        "https://hooks.example/x\n",
        "HTTPS://hooks.example/",
        "slack://a/b/c",
        "hooks.example",
    ]
)
OCCASION = st.sampled_from(["requested", "waiting", "expiring", "refused", "expired", "done", "contested"])
NOTICE_OPTIONS = {
    "on": either(st.lists(either(OCCASION), max_size=3)),
    "waiting_days": either(st.integers(-1, 3_651)),
    "expiring_days": either(st.integers(-1, 3_651)),
}
NOTICE = st.one_of(
    fields({"webhook": either(st.one_of(WEBHOOK, REFERENCE))}, NOTICE_OPTIONS),
    fields({"apprise": either(REFERENCE)}, NOTICE_OPTIONS),
    fields({"webhook": either(WEBHOOK)}, {"apprise": either(st.one_of(REFERENCE, WEBHOOK))}),
)
DEFAULTS = either(ROLES)
MAIN_FILE = fields(
    {"version": either(st.just(1)), "endpoint": either(ENDPOINT)},
    {
        "accounts": either(ACCOUNTS),
        "defaults": DEFAULTS,
        "services": either(SERVICES),
        "guards": either(GUARDS),
        "include": either(st.lists(either(PATH), max_size=2)),
        "expired_retries": either(st.integers(-1, 5)),
        "lead_days": either(st.integers(-1, 400)),
        "notify": either(st.lists(either(NOTICE), max_size=2)),
    },
)
INCLUDED_FILE = fields(
    {"version": either(st.just(1))},
    {"accounts": either(ACCOUNTS), "defaults": DEFAULTS, "services": either(SERVICES)},
)
PROPERTY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def accepts(adapter: TypeAdapter[Any], data: object) -> bool:
    try:
        adapter.validate_python(data)
    except ValidationError:
        return False
    return True


def text_of(data: object) -> str:
    """Return data as YAML in which every text is quoted."""
    return json.dumps(data)


def judged_by_the_loader(path: Path) -> list[str]:
    messages = [problem.message for problem in problems(path)]
    return [
        m
        for m in messages
        if not any(words in m for words in (*ONLY_THE_WHOLE_TELLS, "is also a short name"))
    ]


@PROPERTY
@given(data=MAIN_FILE)
def test_loader_and_models_agree_on_main_files(tmp_path: Path, data: object) -> None:
    found = judged_by_the_loader(write(tmp_path, text_of(data)))

    assert accepts(MAIN, data) == (not found), found


@PROPERTY
@given(data=INCLUDED_FILE)
def test_loader_and_models_agree_on_included_files(tmp_path: Path, data: object) -> None:
    main = write(tmp_path, "version: 1\nendpoint: sandbox\ninclude: [a.yaml]\n")
    write(tmp_path, text_of(data), "a.yaml")
    found = judged_by_the_loader(main)

    assert accepts(INCLUDED, data) == (not found), found


@PROPERTY
@given(data=MAIN_FILE)
def test_what_the_models_accept_the_published_schema_accepts_too(data: object) -> None:
    if accepts(MAIN, data):
        jsonschema.validate(data, json_schema())
