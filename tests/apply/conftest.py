"""Every test of the apply path opens its shop with `shop(...)`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Account
from tests.apply.shop import Shop, opened

Open = Callable[..., Shop]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Open]:
    """Return a function that opens a shop, which closes when the test ends."""
    with contextlib.ExitStack() as stack:

        def build(names: Iterable[str] = ("shop.example",), *customers: Account, **more: Any) -> Shop:
            return stack.enter_context(opened(tmp_path, names, *customers, **more))

        yield build
