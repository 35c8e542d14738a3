"""`--only`, `--role` and `--limit`: a run that is about a part of the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from functools import wraps
from typing import Any

import click

from reconciler.config import Config
from reconciler.config.problems import nearest
from reconciler.model import ROLES, ServiceId, route_of
from reconciler.model.text import visible
from reconciler.plan import Plan, Selection
from reconciler.plan.selection import unmatched
from reconciler.render.narrowed import narrowed_rows

_only = click.option(
    "--only",
    multiple=True,
    metavar="PATTERN",
    help="Only services that it names, such as 'domain/*'. May be given several times.",
)
_role = click.option(
    "--role",
    multiple=True,
    type=click.Choice([role.value for role in ROLES]),
    help="Only this role. May be given several times.",
)
_limit = click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help="Request at most N contacts, the first of the plan.",
)


def narrowing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--only`, `--role` and `--limit`, as one `Selection`; None: none was given."""

    @wraps(function)
    def command(
        *args: Any, only: tuple[str, ...], role: tuple[str, ...], limit: int | None, **rest: Any
    ) -> Any:
        given = None
        if only or role or limit is not None:
            roles = tuple(one for one in ROLES if one in role)
            given = Selection(tuple(dict.fromkeys(only)), roles, limit)
        return function(*args, selection=given, **rest)

    wrapped: Callable[..., Any] = command
    for option in (_limit, _role, _only):
        wrapped = option(wrapped)
    return wrapped


def check_names(
    selection: Selection | None, config: Config, base: AbstractSet[ServiceId] = frozenset()
) -> None:
    """Refuse a pattern that names nothing: mistyped, it would leave everything out and look like in sync.

    Args:
        selection: what the options choose.
        config: the file.
        base: what the base of a branch declares; a branch that takes a service out is about it too.

    Raises:
        click.UsageError: a pattern names no service that the file, or the base, declares.
    """
    declared = [*config.rows, *sorted(base - config.rows.keys())]
    for pattern in unmatched(selection.only, declared) if selection else ():
        raise click.UsageError(
            f"--only {pattern!r} names no service that the file declares; {_hint(pattern, declared)}"
        )


def check_alone(selection: Selection | None, saved: object) -> None:
    """Refuse to narrow a saved plan.

    Raises:
        click.UsageError: both were given.
    """
    if selection is not None and saved is not None:
        raise click.UsageError(
            "a saved plan is carried out as it was saved: apply PLAN takes no --only, --role or --limit; "
            "give them to reconciler plan --out, which keeps them in the plan"
        )


def say_left(plan: Plan) -> None:
    """Tell on stderr what a run that is over has left out."""
    if plan.narrowed is not None:
        for what, why in narrowed_rows(plan.narrowed):
            click.echo(f"not in this run: {what} ({visible(why)})", err=True)


def _hint(pattern: str, services: list[ServiceId]) -> str:
    """Return what may have been meant, or what there is."""
    if not services:
        return "it declares none"
    products = sorted({route_of(service).key for service in services})
    for meant in _near(pattern, services, products):
        if not unmatched([meant], services):
            return f"did you mean {meant!r}?"
    return f"it declares services of {', '.join(products)}, such as {visible(services[0])}"


def _near(pattern: str, services: list[ServiceId], products: list[str]) -> Iterator[str]:
    """Yield what may have been meant, the likeliest first; not all of it names a service."""
    bare = pattern.strip("/")
    yield bare.casefold()
    yield f"{bare.casefold()}/*"
    yield f"*/{bare}"
    head, slash, name = pattern.rpartition("/")
    product = nearest(head if slash else pattern, products)
    if product:
        yield f"{product}/{name if slash else '*'}"
    service = nearest(pattern, services)
    if service:
        yield service
