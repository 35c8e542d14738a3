"""What a plan that was cut down leaves out, in words and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconciler.model import Role
from reconciler.plan import LeftOut, Narrowed, Plan
from reconciler.render.lists import Section, Tone, plain_rows
from reconciler.render.wording import counted, listed

_NOUNS = {
    "requests": ("contact", "to request"),
    "deferred": ("contact", "deferred"),
    "pending": ("contact", "pending"),
    "blocked": ("contact", "blocked"),
    "observed": ("contact", "only observed"),
    "contested": ("contact", "contested"),
    "absent": ("service", "absent"),
    "unmanaged": ("service", "not managed"),
    "unknown": ("service", "that could not be read"),
}


def options(narrowed: Narrowed) -> str:
    """Return the options by which a plan was cut down, without what was given for them."""
    selection = narrowed.selection
    given = {"--only": selection.only, "--role": selection.roles, "--limit": selection.limit}
    return listed(option for option, value in given.items() if value)


def narrowed_sentence(narrowed: Narrowed) -> str:
    """Return that a plan is a part, and of how many wanted changes it says nothing; safe to show."""
    number = sum(narrowed.left_out[:4]) + sum(narrowed.left_for_later)
    left = f"{counted(number, 'more change')} {'is' if number == 1 else 'are'} left out"
    return f"Narrowed by {options(narrowed)}: {left if number else 'no change is left out'}."


def waits_for_what_is_left_out(plan: Plan) -> bool:
    """Tell of a plan that requests nothing whether a change waits for another that nobody has asked for."""
    return any(isinstance(one, Role) for row in plan.deferred for one in row.waits_for)


def narrowed_rows(narrowed: Narrowed) -> Iterator[tuple[str, str]]:
    """Yield how much is left out, and why; the second is not yet safe to show."""
    selection = narrowed.selection
    words = [f"--only {pattern}" for pattern in selection.only]
    words += [f"--role {role}" for role in selection.roles]
    if any(narrowed.left_out):
        yield _how_much(narrowed.left_out), " ".join(words)
    if any(narrowed.left_for_later):
        yield _how_much(narrowed.left_for_later), f"--limit {selection.limit}; left for a later run"


def narrowed_section(narrowed: Narrowed) -> Section | None:
    """Return the list of what is left out; None where nothing is."""
    rows = [*narrowed_rows(narrowed)]
    if not rows:
        return None
    title = f"Left out by {options(narrowed)}"
    return Section(
        Tone.ASIDE,
        title,
        ("Left out", "Why"),
        plain_rows([what for what, _ in rows], [why for _, why in rows]),
        glue=": ",
        notes=("None of it is asked for by this run.",),
    )


def narrowed_object(narrowed: Narrowed) -> dict[str, Any]:
    """Return the same for programs."""
    selection = narrowed.selection
    return {
        "only": selection.only,
        "roles": selection.roles,
        "limit": selection.limit,
        "left_out": narrowed.left_out._asdict(),
        "left_for_later": narrowed.left_for_later._asdict(),
    }


def _how_much(left_out: LeftOut) -> str:
    parts = [
        f"{counted(number, _NOUNS[name][0])} {_NOUNS[name][1]}"
        for name, number in left_out._asdict().items()
        if number
    ]
    return listed(parts)
