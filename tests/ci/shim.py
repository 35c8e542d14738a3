"""Stands for `reconciler` on the PATH of scripts: the real command, forked from a process that is warm."""

import json
import os
import socket
import sys
import tempfile
from pathlib import Path

with tempfile.TemporaryDirectory() as place:
    streams = [os.devnull, f"{place}/out", f"{place}/err"]
    order = {
        "arguments": sys.argv[1:],
        "environ": dict(os.environ),
        "folder": str(Path.cwd()),
        "streams": streams,
        "before": [],
    }
    line = socket.socket(socket.AF_UNIX)
    line.connect(os.environ["FORKS"])
    line.sendall((json.dumps(order) + "\n").encode())
    words = line.makefile()
    words.readline()  # its number
    code = int(words.readline())
    for stream, target in zip(streams[1:], (sys.stdout, sys.stderr), strict=True):
        target.write(Path(stream).read_text(encoding="utf-8", errors="surrogateescape"))
        target.flush()
sys.exit(code if code >= 0 else 128 - code)
