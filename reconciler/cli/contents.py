"""What is in the files of a configuration, to tell whether it changed: line ends do not count."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from reconciler.config import Config, load
from reconciler.errors import ConfigError, ReconcilerError


def digests_of(main: Path, config: Config, shown_as: Path) -> Mapping[str, str]:
    """Return a hexadecimal sha256 of the content of every file of a configuration, line ends as LF.

    Args:
        main: where the main file lies.
        config: what was read.
        shown_as: the path by which its names call the main file.

    Returns:
        By name as seen from the folder of the main file, the main file first.

    Raises:
        ReconcilerError: one cannot be told by its name.
    """
    found: dict[str, str] = {}
    for name in config.files:
        try:
            place = Path(name).relative_to(shown_as.parent)
            content = _lines(main if name == config.files[0] else main.parent / place)
        except (OSError, ValueError):  # gone meanwhile; or the name is shown with escapes
            raise ReconcilerError(f"{name} cannot be read again to tell whether it changed") from None
        found[place.as_posix()] = sha256(content).hexdigest()
    return found


def differs(main: Path, config: Config, file: Path) -> bool:
    """Tell whether the work tree holds other files or contents than the commit; line ends do not count."""
    try:
        if _lines(main) != _lines(file):
            return True
        if len(config.files) == 1:
            return False
        here = load(file).files
        if here != config.files:
            return True
        places = [Path(name).relative_to(file.parent) for name in here]
        return any(_lines(main.parent / place) != _lines(file.parent / place) for place in places)
    except (ConfigError, OSError, ValueError):  # the last for a name that is shown with escapes
        return True


def _lines(path: Path) -> bytes:
    return path.read_bytes().replace(b"\r\n", b"\n")
