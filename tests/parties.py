"""What people do who get OVHcloud's mails: they answer with the token that was mailed to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from tests.sandbox.town import TOKEN, Town


def accept_all(town: Town, of: Collection[str] | None = None) -> int:
    """Have each party of each open task accept with the token from its mail; return how often that was.

    Args:
        town: where they are.
        of: only tasks that were asked for by one of these accounts; None: all.
    """
    waiting = [
        task
        for task in town.edit("GET", "tasks")
        if task["state"] == "validatingByCustomers" and (of is None or task["askingAccount"] in of)
    ]
    return sum(
        _accept(town, account, [task["id"] for task in waiting if account in unanswered(task)])
        for account in sorted({account for task in waiting for account in unanswered(task)})
    )


def unanswered(task: Mapping[str, Any]) -> list[str]:
    """Return the parties of a task, as the sandbox tells it, that have not answered."""
    return [account for account, answer in task["parties"].items() if answer is None]


def tokens(town: Town, account: str) -> dict[int, str]:
    """Return the newest token that an account was mailed for each task."""
    found = {}
    for mail in town.mails(account):
        token = TOKEN.search(mail["body"])
        if token:
            found[int(mail["body"].partition("contacts/")[2].partition("?")[0])] = token[1]
    return found


def _accept(town: Town, account: str, tasks: Iterable[int]) -> int:
    mailed = tokens(town, account)
    count = 0
    for task in tasks:
        town.accept(account, task, mailed[task])
        count += 1
    return count
