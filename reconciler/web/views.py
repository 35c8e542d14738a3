"""From values to HTML. Everything that is printed is escaped, and made visible where it could not be seen."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reconciler.model.text import visible
from reconciler.render.history import history_lines
from reconciler.render.wording import STATES, counted
from reconciler.web import addresses
from reconciler.web.service_lines import TRAY_WORDS, Tray
from reconciler.web.timeline import WHEN_WORDS

FOLDER = Path(__file__).parent
CLIPPED = 120
"""Characters of a name that a list shows; its own page shows all of it."""


@cache
def environment() -> Environment:
    """Return the templates, compiled, with what they may call: one for all pages of a process."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(moment=moment, clock=clock, clipped=clipped, sentence=sentence)
    made.globals.update(
        service_path=addresses.service_path,
        request_path=addresses.request_path,
        account_path=addresses.account_path,
        file_path=addresses.file_path,
        query_of=addresses.query_of,
        counted=counted,
        tray_words=TRAY_WORDS,
        trays=tuple(Tray),
        when_words=WHEN_WORDS,
        state_words=STATES,
        history_lines=history_lines,
    )
    for name in made.list_templates():
        made.get_template(name)  # now, not when the first page is asked for
    return made


def _shown(value: Any) -> Any:
    """Return a value as it is printed: text of strangers may hold what reverses or hides its surroundings."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def clipped(text: str, most: int = CLIPPED) -> str:
    """Return at most so many characters of a text."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def moment(at: datetime) -> Markup:
    """Return a time as people and machines read it, to the second, UTC."""
    utc = at.astimezone(UTC)
    shown = f"{utc.day} {utc:%b %Y, %H:%M:%S} UTC"
    return Markup('<time datetime="{}">{}</time>').format(utc.isoformat(timespec="seconds"), shown)


def clock(at: datetime) -> Markup:
    """Return the time of day of a moment, to the second, UTC."""
    utc = at.astimezone(UTC)
    return Markup('<time datetime="{}">{}</time>').format(
        utc.isoformat(timespec="seconds"), f"{utc:%H:%M:%S} UTC"
    )


def sentence(words: str) -> str:
    """Return words as a sentence of their own."""
    return f"{words[:1].upper()}{words[1:]}."
