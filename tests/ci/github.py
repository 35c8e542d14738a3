"""GitHub's API as far as comments and runs need it, on loopback: pages are short, calls are remembered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.providers.loopback import Asked, Reply, Server, serving

BOT = "github-actions[bot]"
PAGE = 2
COMMIT = "c0ffee0000000000000000000000000000000000"
HOME, FORK = 1, 2
"""Numbers of the repository itself and of a fork."""


@dataclass
class GitHub:
    """The repository `company/contacts`: its pull requests, what they change, their comments, its runs."""

    token: str = "job-token-canary"
    pulls: dict[int, dict[str, Any]] = field(default_factory=dict)
    files: list[dict[str, str]] = field(default_factory=lambda: [{"filename": "contacts.yaml"}])
    comments: list[dict[str, Any]] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    elsewhere: str = ""
    server: Server = field(init=False)

    def open(
        self, number: int = 7, *, head: str = COMMIT, repository: int = FORK, base: str = "main"
    ) -> None:
        """Open a pull request, or push to it."""
        self.pulls[number] = {
            "number": number,
            "state": "open",
            "head": {"sha": head, "repo": {"id": repository}},
            "base": {"ref": base},
            "changed_files": len(self.files),
        }

    def comment(self, body: str, by: str = BOT) -> int:
        """Comment on every pull request, and return the comment's number."""
        number = 100 + len(self.comments)
        self.comments.append(
            {"id": number, "user": {"login": by}, "body": body, "html_url": _address(number)}
        )
        return number

    @property
    def bodies(self) -> list[str]:
        """Return what the comments say."""
        return [str(comment["body"]) for comment in self.comments]

    @property
    def written(self) -> list[str]:
        """Return the methods and paths of all calls that write."""
        return [f"{asked.method} {asked.path}" for asked in self.server.asked if asked.method != "GET"]

    def answer(self, asked: Asked) -> Reply:
        """Answer a call as GitHub's documentation has it."""
        if asked.headers.get("Authorization") != f"Bearer {self.token}":
            return Reply(401, {"message": "Bad credentials"})
        return self._routed(asked) or Reply(404, {"message": "Not Found\n::error::forged"})

    def _routed(self, asked: Asked) -> Reply | None:
        path = urlsplit(asked.path).path.removeprefix("/repos/company/contacts/")
        match asked.method, path.split("/"):
            case "GET", ["pulls", number] if int(number) in self.pulls:
                return Reply(body=self.pulls[int(number)])
            case "GET", [("pulls" | "issues"), _, ("files" | "comments") as list_]:
                return self._page(asked, self.files if list_ == "files" else self.comments)
            case "GET", ["actions", "workflows", "contacts-snapshot.yml", "runs"]:
                return Reply(body={"workflow_runs": self.runs})
            case "POST", ["issues", _, "comments"]:
                return Reply(201, self.comments[self.comment(json.loads(asked.body)["body"]) - 100])
            case "PATCH", ["issues", "comments", number]:
                self.comments[int(number) - 100]["body"] = json.loads(asked.body)["body"]
                return Reply(body=self.comments[int(number) - 100])
        return None

    def _page(self, asked: Asked, rows: list[dict[str, Any]]) -> Reply:
        path = urlsplit(asked.path)
        page = int(parse_qs(path.query).get("page", ["1"])[0])
        links = {}
        if page * PAGE < len(rows):
            address = self.elsewhere or self.server.url
            links = {"Link": f'<{address}{path.path}?page={page + 1}>; rel="next", <{address}/x>; rel="last"'}
        return Reply(body=rows[(page - 1) * PAGE : page * PAGE], headers=links)


@contextmanager
def github() -> Iterator[GitHub]:
    """Serve an empty repository."""
    here = GitHub()
    with serving(here.answer) as here.server:
        yield here


def workflow_run(head: str = COMMIT, repository: int = FORK, of: str = "pull_request") -> dict[str, Any]:
    """Return the event of a workflow that runs after another one has."""
    return {
        "workflow_run": {"event": of, "head_sha": head, "head_repository": {"id": repository}},
        "repository": {"default_branch": "main"},
    }


def _address(number: int) -> str:
    return f"https://github.example/company/contacts/pull/7#issuecomment-{number}"
