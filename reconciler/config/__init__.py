"""The file that declares who is to hold which contact."""

from __future__ import annotations

from pathlib import Path

from reconciler.config.model import (
    Account,
    Config,
    Endpoint,
    GuardSettings,
    Manage,
    Notify,
    Occasion,
)
from reconciler.config.reading import Reader
from reconciler.model.time_box import Place, TimeBox

__all__ = [
    "Account",
    "Config",
    "Endpoint",
    "GuardSettings",
    "Manage",
    "Notify",
    "Occasion",
    "Place",
    "Reader",
    "TimeBox",
    "include_patterns",
    "load",
]


def load(path: Path, *, shown_as: Path | None = None, reader: Reader | None = None) -> Config:
    """Return what a file and all that it includes declare.

    Args:
        path: the main file.
        shown_as: the path that messages and places name in its stead; None: `path`.
        reader: yields the bytes of each file, such as those of an edit not yet written; None: the disk does.

    Raises:
        ConfigError: with every problem found in any of the files, each with its place and a hint.
    """
    from reconciler.config.loading import load as load_file  # noqa: PLC0415 - a YAML parser, only for who reads

    return load_file(path, shown_as or path, reader)


def include_patterns(path: Path) -> tuple[str, ...]:
    """Return the usable entries of a main file's `include`; none where it cannot be read, `load` says why."""
    from reconciler.config.loading import include_patterns as patterns_of  # noqa: PLC0415 - as above

    return patterns_of(path)
