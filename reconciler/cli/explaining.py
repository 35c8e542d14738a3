"""Which service somebody means who asks about one."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import islice

import click

from reconciler.config import Config
from reconciler.errors import ReconcilerError
from reconciler.model import Observation, ServiceId, UnknownRouteError, route_of, service_name

_SHOWN = 5
_COMPARED = 20_000
"""Comparing spellings takes long: with more services than these a mistake is not worth the wait."""


def known_service(text: str, config: Config) -> ServiceId:
    """Return the service that a text means, declared or not.

    Raises:
        click.UsageError: it is no key of a service; those that may be meant are named.
    """
    service = ServiceId(text)
    if service in config.rows:
        return service
    try:
        route_of(service)
    except UnknownRouteError:
        raise click.UsageError(
            f"{text!r} is not a service as the file writes it, such as domain/shop.example"
            f"{_did_you_mean(text, config)}"
        ) from None
    return service


def seen_or_declared(service: ServiceId, config: Config, observation: Observation) -> None:
    """Make sure that there is something to tell.

    Raises:
        ReconcilerError: no file declares the service, and no account sees it.
    """
    if service not in config.rows and service not in observation.live:
        why = observation.unknown.get(service, "no configured account sees it")
        raise ReconcilerError(
            f"the file does not declare {service}, and {why}{_did_you_mean(service, config)}"
        )


def _did_you_mean(text: str, config: Config) -> str:
    namesakes = [service for service in config.rows if service_name(service) == text]
    near = namesakes[:_SHOWN] or get_close_matches(text, islice(config.rows, _COMPARED), _SHOWN, 0.8)
    return f"; did you mean {' or '.join(near)}?" if near else ""
