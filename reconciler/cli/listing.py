"""The table of `list`: every service that the configured accounts are contacts of."""

from __future__ import annotations

from collections.abc import Iterator

import click

from reconciler.cli.naming import listed_or_any
from reconciler.cli.output import console, in_tables
from reconciler.model import AccountId, Observation, Role, route_of
from reconciler.model.routes import ROUTES
from reconciler.render.requests import ServiceRow, services_json, services_text
from reconciler.session import Session


def show_services(
    observation: Observation,
    session: Session,
    style: str,
    *,
    product: str | None,
    holder: str | None,
    role: Role | None,
    name: str | None,
) -> None:
    """Write the services that pass the filters to stdout, in the order of their keys.

    Raises:
        click.UsageError: no such product.
    """
    if product is not None and product not in ROUTES:
        raise click.UsageError(f"no product {product!r}; the products are {', '.join(ROUTES)}")
    only = listed_or_any(holder, session.config) if holder is not None else None
    rows = list(_rows(observation, product, only, role, name))
    if style == "json":
        click.echo(services_json(rows))
    elif in_tables():
        from reconciler.render.terminal import services_rich  # noqa: PLC0415  # rich

        services_rich(rows, session.names, console())
    else:
        click.echo(services_text(rows, session.names))


def _rows(
    observation: Observation, product: str | None, only: AccountId | None, role: Role | None, name: str | None
) -> Iterator[ServiceRow]:
    for service in sorted(observation.live):
        contacts = observation.live[service]
        roles = contacts.roles_of(only) if only is not None else ()
        if product is not None and route_of(service).key != product:
            continue
        if only is not None and (role not in roles if role is not None else not roles):
            continue
        if name is not None and name.casefold() not in service.casefold():
            continue
        yield ServiceRow(service, *contacts)
