"""A tour whose commands are forked from it, as tests' own are: a dozen new interpreters take a dozen seconds.

That a tour's commands run as `python -m reconciler` is shown by the tour that ends on the page.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any


def by_forks() -> None:
    """Have this process fork where it would start `python -m reconciler`, and say all in one stream."""
    os.dup2(1, 2)
    start, ours = subprocess.run, [sys.executable, "-m", "reconciler"]

    def run(argv: Sequence[str], **how: Any) -> subprocess.CompletedProcess[Any]:
        return _fork(argv, **how) if list(argv[:3]) == ours else start(argv, **how)

    vars(subprocess)["run"] = run


def _fork(
    argv: Sequence[str],
    *,
    cwd: Any,
    env: dict[str, str],
    check: bool,
    stdout: int | None = None,
    input: bytes = b"",  # noqa: A002 - the name that it has for `subprocess.run`
) -> subprocess.CompletedProcess[bytes]:
    assert not check
    assert stdout in {None, subprocess.PIPE}
    sys.stdout.flush()
    given, giving = os.pipe()
    taking, taken = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(given, 0)
        if stdout is not None:
            os.dup2(taken, 1)
        for end in (given, giving, taking, taken):
            os.close(end)
        _become(list(argv[3:]), cwd, env)
    os.close(given)
    os.close(taken)
    with open(giving, "wb") as to_it, open(taking, "rb") as from_it:  # noqa: PTH123 - numbers, not paths
        to_it.write(input)
        to_it.close()
        said = from_it.read()
    _, status = os.waitpid(child, 0)
    return subprocess.CompletedProcess(argv, os.waitstatus_to_exitcode(status), said)


def _become(arguments: list[str], folder: Any, environ: dict[str, str]) -> None:
    code = 99
    try:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environ)
        from reconciler.cli.app import run  # noqa: PLC0415 - loaded already, where this is needed

        code = run(arguments)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
