"""Reading the file and planning, against PyYAML reading the same bytes and against octoDNS."""

from __future__ import annotations

import sys
import venv
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks import estate
from benchmarks.table import Row
from benchmarks.timing import Cost, peak, process, python, ratio

_YARDSTICK = "import gc,sys,yaml; gc.disable(); yaml.load(open(sys.argv[1],'rb').read(), yaml.CSafeLoader)"


def rows(folder: Path, sizes: tuple[int, ...]) -> Iterator[Row]:
    """Yield what planning costs, smallest estate first."""
    budgets = {10_000: 0.55, 100_000: 0.40}
    for size in sizes:
        file, live = estate.write(folder / f"clean{size}", size)
        found = ratio(partial(_plan_cpu, file, live), partial(_parse_cpu, file), rounds=3)
        yield Row(f"plan, {size} services, over P", found, budgets.get(size))
    size = sizes[-1]
    clean, live = estate.write(folder / f"clean{size}", size)
    wrong, _ = estate.write(folder / f"wrong{size}", size, mistake=True)
    found = ratio(lambda: _plan(wrong, live, 1).cpu, lambda: _plan(clean, live).cpu, rounds=3)
    yield Row(f"the same with one error, {size} services", found, 1.2)
    yield from _split(folder)


def growth(folder: Path) -> Iterator[Row]:
    """Yield how CPU and memory grow from 100,000 to 1,000,000 services."""
    one, small, large = (estate.write(folder / f"clean{size}", size) for size in (1, 100_000, 1_000_000))
    yield Row("plan, 1M services over 100k, CPU", _plan(*large).cpu / _plan(*small).cpu, 11)
    grown = peak(_planning(*large)) - peak(_planning(*one))
    yield Row("peak memory at 1M, bytes a service", grown / 1_000_000, 1000)


def against_octodns(folder: Path, sizes: tuple[int, ...]) -> Iterator[Row]:
    """Yield how many times longer octoDNS takes to plan as many records (higher is better)."""
    interpreter = _octodns(folder / "octodns")
    budgets = {1_000: 5, 10_000: 20, 100_000: 35}
    for size in sizes:
        file, live = estate.write(folder / f"clean{size}", size)
        theirs = folder / f"octodns{size}"
        script = str(Path(__file__).with_name("octodns_process.py"))
        process([interpreter, script, "write", str(theirs), str(size)])
        found = ratio(
            partial(_wall, [interpreter, script, "plan", str(theirs)]),
            partial(_wall, _planning(file, live)),
            rounds=1,
        )
        yield Row(f"octoDNS over plan, {size} records", found, budgets.get(size), higher_is_better=True)


def _split(folder: Path) -> Iterator[Row]:
    size = 10_000
    file, live = estate.write(folder / f"clean{size}", size)
    split = estate.write_split(folder / "split", size)
    found = ratio(lambda: _plan(split, live).cpu, lambda: _plan(file, live).cpu, rounds=3)
    yield Row(f"{size} files of one service over one file", found, 4)


def _planning(file: Path, live: Path) -> list[str]:
    return [sys.executable, str(Path(__file__).with_name("plan_process.py")), str(file), str(live)]


def _plan(file: Path, live: Path, code: int = 0) -> Cost:
    return process(_planning(file, live), allowed=[code])


def _plan_cpu(file: Path, live: Path) -> float:
    return _plan(file, live).cpu


def _parse_cpu(file: Path) -> float:
    return python("-c", _YARDSTICK, str(file)).cpu


def _wall(arguments: list[str]) -> float:
    return process(arguments).wall


def _octodns(folder: Path) -> str:
    """Return an interpreter with octoDNS, installed into an environment of its own."""
    interpreter = folder / "bin" / "python"
    if not interpreter.exists():
        venv.create(folder, with_pip=True)
        pins = str(Path(__file__).with_name("octodns.txt"))
        process([str(interpreter), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", pins])
    return str(interpreter)
