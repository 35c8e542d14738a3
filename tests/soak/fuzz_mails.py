"""Damaged mails for as long as one likes, hunting for slow ones. `script/fuzz` runs it."""

from __future__ import annotations

import os
import random
import signal
import time
from types import FrameType

from hypothesis import HealthCheck, given, seed, settings, target
from hypothesis import strategies as st

from tests.mailbox.mutations import check, damaged_mails

MINUTES = float(os.environ.get("FUZZ_MINUTES", "10"))
HANGS = 20
"""Seconds after which a mail is taken to hold its reader up for ever."""


def _hangs(_number: int, _frame: FrameType | None) -> None:
    raise AssertionError(f"a mail was not read within {HANGS} seconds")


def test_minutes_of_damaged_mails_are_all_read_in_time() -> None:
    until = time.monotonic() + MINUTES * 60
    counted = 0

    def read(raw: bytes) -> None:
        nonlocal counted
        counted += 1
        signal.alarm(HANGS)
        try:
            target(round(check(raw) / (len(raw) + 1_000) * 1e9), label="nanoseconds a byte")
        finally:
            signal.alarm(0)

    signal.signal(signal.SIGALRM, _hangs)
    while time.monotonic() < until:
        number = random.SystemRandom().getrandbits(64)
        print(f"\rseed {number}, {counted} mails so far", end="", flush=True)
        many = settings(
            max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        mails = st.one_of(damaged_mails(), damaged_mails(), damaged_mails(), st.binary(max_size=4_000))
        seed(number)(many(given(mails)(read)))()
    print(f"\n{counted} mails were read")
