"""One bad file per failure, with the words that a person gets beside it: `bad/NAME.yaml`, `bad/NAME.txt`."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.config import load
from reconciler.errors import ConfigError
from tests.golden import assert_golden

BAD = Path(__file__).parent / "bad"
NAMES = sorted(path.stem for path in BAD.glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_file_is_told_in_words_with_its_places(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)

    with pytest.raises(ConfigError) as raised:
        load(Path(f"{name}.yaml"))

    assert_golden(str(raised.value), BAD / f"{name}.txt")


def test_every_message_belongs_to_a_file() -> None:
    assert sorted(path.stem for path in BAD.glob("*.txt")) == NAMES
