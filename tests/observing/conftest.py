"""A shop whose contacts are at first only looked at."""

from __future__ import annotations

from tests.cli.conftest import place

__all__ = ["place"]
