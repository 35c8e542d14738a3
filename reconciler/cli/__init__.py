"""The command line: reads options, wires the adapters to the shell, and is the only room that exits."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code."""
    from reconciler.cli.app import run  # noqa: PLC0415  # keeps `import reconciler.cli` free of click

    sys.exit(run(sys.argv[1:] if arguments is None else list(arguments)))
