"""Chromium for what it shows of the formats that it reads."""

from __future__ import annotations

from tests.web.browser import axe, chromium, visit

__all__ = ["axe", "chromium", "visit"]
