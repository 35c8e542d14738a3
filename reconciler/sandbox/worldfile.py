"""Reads a world file: YAML in, values out, every mistake with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

import yaml
from pydantic import TypeAdapter, ValidationError

from reconciler.errors import ConfigError, Problem
from reconciler.sandbox.world import Account, Fault, RateLimit, Service, Settings, World

MAX_DEPTH = 30
HINT = (
    "a world holds accounts: [{id, email}], services: [{service, admin, technical, billing}]"
    " and settings: {expiry_days: 7}"
)
OWNERS = {
    "accounts": Account,
    "services": Service,
    "settings": Settings,
    "rate_limit": RateLimit,
    "faults": Fault,
}
_WORLD = TypeAdapter(World)


class _Loader(yaml.CSafeLoader):
    """Knows true, false, null and decimal numbers; `no` and `0x10` stay text, `<<` is an ordinary key."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's own way to say it


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("float", r"^-?[0-9]+\.[0-9]+$", "-0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def load(path: Path) -> World:
    """Return the world that a file describes.

    Raises:
        ConfigError: the file cannot be read, is no YAML, or says something that cannot be.
    """
    text = _read(path)
    source = text.splitlines()
    try:
        _refuse_depth(text)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            _refuse_twins(node)
            data = loader.construct_document(node) if node is not None else {}
        finally:
            loader.dispose()
        return _WORLD.validate_json(json.dumps({} if data is None else data))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = _problem(path, source, mark, error.problem or "no valid YAML")
        raise ConfigError((problem,)) from error
    except (yaml.YAMLError, TypeError, ValueError) as error:
        if isinstance(error, ValidationError):
            raise ConfigError(_problems(path, source, node, error)) from error
        raise ConfigError((_problem(path, source, None, str(error).replace("\n", ", ")),)) from error


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError((Problem(str(path), 1, 1, error.strerror or str(error)),)) from error
    except UnicodeDecodeError as error:
        raise ConfigError((Problem(str(path), 1, 1, "the file is not UTF-8"),)) from error


def _refuse_depth(text: str) -> None:
    """Stop before deep nesting or many aliases reach the composer, which neither survives."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise yaml.MarkedYAMLError(
                    problem="nested too deeply", problem_mark=cast("yaml.Mark", event.start_mark)
                )
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            raise yaml.MarkedYAMLError(
                problem="a world file has no aliases", problem_mark=cast("yaml.Mark", event.start_mark)
            )


def _refuse_twins(node: yaml.Node | None) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"'{key.value}' is there twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
            _refuse_twins(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_twins(value)


def _problems(
    path: Path, source: Sequence[str], node: yaml.Node | None, error: ValidationError
) -> tuple[Problem, ...]:
    found = []
    for item in error.errors(include_url=False):
        unknown = item["type"] == "unexpected_keyword_argument"
        mark = _mark(node, item["loc"], key=unknown)
        name = ".".join(str(part) for part in item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        if unknown:
            message = "this key is not known"
        text = f"{name}: {message}" if name else message
        found.append(_problem(path, source, mark, text, _known_keys(item["loc"]) if unknown else HINT))
    return tuple(sorted(found))


def _known_keys(loc: Sequence[int | str]) -> str:
    """Return what may stand where an unknown key stands, the nearest first if one is near."""
    names = [OWNERS[part] for part in loc[:-1] if isinstance(part, str) and part in OWNERS]
    known = [one.name for one in fields(names[-1] if names else World)]
    near = get_close_matches(str(loc[-1]), known, 1)
    return f"did you mean '{near[0]}'?" if near else f"known here: {', '.join(known)}"


def _mark(node: yaml.Node | None, loc: Sequence[int | str], *, key: bool) -> Any:
    """Return the mark of the deepest part of `loc` that the file has; of its key, for a key that is wrong."""
    mark = node.start_mark if node is not None else None
    for part in loc:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            mark = node.start_mark
        elif isinstance(node, yaml.MappingNode):
            entry = next(((k, v) for k, v in node.value if k.value == part), None)
            if entry is None:
                break
            mark = entry[0].start_mark if key and part == loc[-1] else entry[1].start_mark
            node = entry[1]
    return mark


def _problem(path: Path, source: Sequence[str], mark: Any, message: str, hint: str = HINT) -> Problem:
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    text = source[line] if line < len(source) else None
    return Problem(str(path), line + 1, column + 1, message, hint, text)
