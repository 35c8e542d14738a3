"""The file that declares who is to hold which contact."""

from __future__ import annotations

from pathlib import Path

from reconciler.config.model import (
    Account,
    Config,
    Endpoint,
    GuardSettings,
    Notify,
    Occasion,
    Place,
    TimeBox,
)

__all__ = [
    "Account",
    "Config",
    "Endpoint",
    "GuardSettings",
    "Notify",
    "Occasion",
    "Place",
    "TimeBox",
    "load",
]


def load(path: Path) -> Config:
    """Return what a file and all that it includes declare.

    Raises:
        ConfigError: with every problem found in any of the files, each with its place and a hint.
    """
    from reconciler.config.loading import load as load_file  # noqa: PLC0415 - a YAML parser, only for who reads

    return load_file(path)
