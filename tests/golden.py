"""Golden files: what was shown once, read by a person and kept. `BLESS=1 pytest` writes them anew."""

from __future__ import annotations

import os
from pathlib import Path


def assert_golden(actual: str, path: Path) -> None:
    """Assert that `actual` and a final line break are the text of the file `path`; blessing writes it."""
    text = f"{actual}\n"
    if os.environ.get("BLESS") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    assert path.exists(), f"{path} is missing: look at the output, then run BLESS=1 pytest"
    kept = path.read_bytes().decode()
    assert text == kept, f"{path.name} differs: if the new words are right, run BLESS=1 pytest"
