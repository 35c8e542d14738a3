"""Markdown as GitHub's dialect reads it, by a renderer from npm."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.npm import installed
from tests.running import PATIENCE

NODE = Path(__file__).parent / "node"
PAGE = (
    '<!doctype html><meta charset="utf-8"><title>comment</title>'
    "<style>body{font:14px sans-serif;max-width:900px;margin:auto}"
    "table{border-collapse:collapse;display:block;overflow:auto}td,th{border:1px solid #ccc;padding:4px}"
    "pre{background:#eee;padding:8px}</style>"
)


def html_of(*markdown: str) -> list[str]:
    """Return the bodies of pages, with the tags that the Markdown itself holds."""
    folder = installed(NODE, "node-markdown").parent
    done = subprocess.run(
        ["node", "--input-type=module", "-e", (NODE / "render.mjs").read_text(encoding="utf-8")],
        cwd=folder,
        input=json.dumps(markdown).encode(),
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
    bodies: list[str] = json.loads(done.stdout)
    return bodies


def page_of(markdown: str) -> str:
    """Return a whole page to look at."""
    return PAGE + html_of(markdown)[0]
