"""The plan as one HTML file: no network, a strict policy, and of use without its script too."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from reconciler.render.narrowed import narrowed_sentence
from reconciler.render.report.flows import MOST_FLOWS, WIDTH, flows, picture
from reconciler.render.report.lists import MOST_ROWS, Table, flow_table, people, table_of
from reconciler.render.safe import visible
from reconciler.render.sections import sections
from reconciler.render.summary import next_step, summary
from reconciler.render.view import View
from reconciler.render.wording import Accounts, Counts, counts

_FEW_ROWS = 10
"""A person's table of so many rows is shown at once; a longer one is folded."""

_SEARCHED = 2
"""A report of fewer rows has no use for a search."""

_COMMAND = re.compile(r"`([^`]*)`")


def plan_html(view: View) -> str:
    """Return the plan as one HTML document.

    The document asks for nothing: its policy allows only its own style and its own script, each by its hash.
    Names are escaped by the template, and characters that could hide or reverse others are made visible.

    Args:
        view: the plan and what is told beside it.
    """
    plan, numbers = view.plan, counts(view.plan)
    accounts = Accounts(view.names)
    tables = [
        table_of(section, f"list-{number}", view)
        for number, section in enumerate(sections(plan, numbers, view.names), 1)
    ]
    pressing = bool(plan.stopped_by) + bool(plan.unknown)
    persons = people(view, accounts)
    found = flows(plan)
    overview = flow_table(found, accounts, "flows")
    kinds = _kinds([*tables, *persons, overview])
    style = _part("report.css") + _labels(kinds)
    script = _part("report.js")
    document = (
        _environment()
        .get_template("report.html.jinja")
        .render(
            policy=_policy(style, script),
            style=style,
            script=script,
            view=view,
            plan=plan,
            kinds=kinds,
            tiles=_tiles(view, numbers),
            all_in_sync=numbers.all_in_sync,
            narrowed=narrowed_sentence(plan.narrowed) if plan.narrowed else None,
            summary=[*summary(plan, numbers)],
            step=next_step(plan, numbers, accounts),
            pressing=tables[:pressing],
            people=persons,
            few=_FEW_ROWS,
            lists=tables[pressing:],
            picture=picture(found, accounts),
            width=WIDTH,
            most_flows=MOST_FLOWS,
            flows=overview,
            searchable=sum(len(table.rows) for table in tables) >= _SEARCHED,
            most_rows=MOST_ROWS,
        )
    )
    return document.rstrip("\n")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("reconciler.render.report"),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["sentence"] = _sentence
    return made


def _shown(value: Any) -> Any:
    """Return a value as it is printed: text of strangers may hold what reverses or hides its surroundings."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _sentence(text: str) -> Markup:
    """Return a sentence in which what stands between backticks is shown as code."""
    pieces = _COMMAND.split(visible(text))
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if number % 2 else escape(piece)
        for number, piece in enumerate(pieces)
    )


@cache
def _part(name: str) -> str:
    """Return a file that stands beside the template, as it is."""
    environment = _environment()
    assert environment.loader is not None
    text, _, _ = environment.loader.get_source(environment, name)
    return text


def _kinds(tables: Iterable[Table]) -> dict[tuple[str, ...], str]:
    """Return a class for each distinct row of headings: thousands of people share theirs."""
    return {columns: f"kind-{number}" for number, columns in enumerate({one.columns: None for one in tables})}


def _labels(kinds: Mapping[tuple[str, ...], str]) -> str:
    """Return the rules by which a narrow screen, where a row is a card, repeats each column's heading."""
    rules = [
        f'.{kind} td:nth-child({number})::before{{content:"{column}"}}'
        for columns, kind in kinds.items()
        for number, column in enumerate(columns, 1)
        if number > 1
    ]
    return "\n".join(("@media screen and (max-width: 46rem) {", *rules, "}\n"))


def _policy(style: str, script: str) -> str:
    """Return the policy that lets in this style and this script, and nothing else from anywhere."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _tiles(view: View, numbers: Counts) -> list[tuple[str, int, str, str]]:
    """Return the counts that the report begins with: label, number, what is counted, and how it looks."""
    held = "held back by a guard" if view.plan.stopped_by else "to request"
    contacts = [
        (held, numbers.requests, "care" if view.plan.stopped_by else "act"),
        ("deferred", numbers.deferred, "wait"),
        ("pending", numbers.pending, "wait"),
        ("blocked", numbers.blocked, "care"),
        ("contested", numbers.contested, "care"),
        ("in sync", numbers.in_sync, "good"),
    ]
    if numbers.observed is not None:
        contacts.append(("observed", numbers.observed, "aside"))
    services = [
        ("absent", numbers.absent, "care"),
        ("not managed", numbers.unmanaged, "aside"),
        ("not readable", numbers.unknown, "care"),
    ]
    return [
        (label, number, noun if number == 1 else f"{noun}s", tone if number else "none")
        for noun, rows in (("contact", contacts), ("service", services))
        for label, number, tone in rows
    ]
