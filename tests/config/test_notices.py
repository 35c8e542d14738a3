"""The `notify` section: who is told of what, and no address with a token in the file or in a message."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.config import Notify, Occasion, load
from reconciler.errors import ConfigError
from tests.config.files import HEAD, faults, loaded, write

ALL = frozenset(Occasion)


def test_nobody_is_told_unless_the_file_says_so(tmp_path: Path) -> None:
    assert loaded(tmp_path, "services: {}\n").notify == ()
    assert loaded(tmp_path, "notify: []\n").notify == ()


def test_an_entry_says_the_way_the_occasions_and_the_days(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        "notify:\n"
        "  - webhook: {env: OPS_WEBHOOK}\n"
        "    on: [requested, refused, expired, done]\n"
        "  - apprise: {env: OPS_CHAT}\n"
        "    waiting_days: 5\n"
        "    expiring_days: 0\n"
        "  - {webhook: 'https://hooks.example:8443/x?y=z'}\n",
    )

    some = frozenset({Occasion.REQUESTED, Occasion.REFUSED, Occasion.EXPIRED, Occasion.DONE})
    assert config.notify == (
        Notify("webhook", None, "OPS_WEBHOOK", some, 3, 2),
        Notify("apprise", None, "OPS_CHAT", ALL, 5, 0),
        Notify("webhook", "https://hooks.example:8443/x?y=z", None, ALL, 3, 2),
    )


def test_the_occasions_are_these_seven() -> None:
    assert [*Occasion] == ["requested", "waiting", "expiring", "refused", "expired", "done", "contested"]


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example",
        "https://a-b.example/p/q#r",
        "http://127.0.0.1:9/x",
        "http://[::1]/",
        "http://localhost?x=@",
    ],
)
def test_a_webhook_may_be_https_or_this_machine(tmp_path: Path, url: str) -> None:
    assert loaded(tmp_path, f"notify:\n  - webhook: '{url}'\n").notify[0].url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "http://localhost.hooks.example/",
        "http://127.0.0.1@hooks.example/",
        "http://10.0.0.1/",
        "https://token@hooks.example/",
        "https://user:word@hooks.example/",
        "https://",
        "https:///x",
        "https://hooks.example/a b",
        "https://hooks.example\\\\@evil.example/",
        "https://hooks.example/\\n",
        "https://hoöks.example/",
        "HTTPS://hooks.example/",
        "ftp://127.0.0.1/x",
        "file:///etc/passwd",
        "//hooks.example/x",
        "",
    ],
)
def test_nothing_else_is_told(tmp_path: Path, url: str) -> None:
    assert len(faults(tmp_path, f'notify:\n  - webhook: "{url}"\n')) == 1


@pytest.mark.parametrize(
    "body",
    [
        "notify:\n  - apprise: slack://canary/canary\n",
        "notify:\n  - apprise:\n      slack://canary/canary\n",
        "notify:\n  - {apprise: slack://canary/canary, onn: [done]}\n",
        "notify:\n  - webhook: http://hooks.example/canary\n",
        "notify:\n  - webhook:\n      http://hooks.example/canary\n",
        "notify:\n  - webhook: https://canary:canary@hooks.example/\n",
        "notify:\n  - webhook: https://hooks.example/canary\n    webhook: https://hooks.example/canary\n",
        "notify:\n  - {webhook: https://hooks.example/canary, onn: [done]}\n",
        "notify:\n  - {env: https://hooks.example/canary, webhook: 3}\n",
        "notify:\n  - webhook: {env: slack://canary}\n",
        "notify:\n  - webhook: {env: 'https://hooks.example/canary'}\n",
        "notify:\n  - slack://canary\n",
        "notify: https://hooks.example/canary\n",
        "notfy:\n  - apprise: slack://canary\n  - apprise: [slack://canary\n",
        "notify:\n  - {apprise: slack://canary" + "y" * 200 + ", waiting_days: x}\n",
    ],
)
def test_an_address_never_comes_back_in_a_message(tmp_path: Path, body: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load(write(tmp_path, HEAD + body))

    assert "canary" not in str(raised.value)
    assert "canary" not in repr(raised.value)


def test_a_line_with_a_link_in_a_reason_is_still_shown(tmp_path: Path) -> None:
    body = (
        "services:\n  domain/a.example: {technical: {account: agncy, reason: 'see https://wiki.example/x'}}\n"
    )
    with pytest.raises(ConfigError) as raised:
        load(write(tmp_path, HEAD + body))

    assert "https://wiki.example/x" in str(raised.value)
