"""GitHub's API as far as comments and runs need it, on loopback: pages are short, calls are remembered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.providers.loopback import Asked, Reply, Server, serving

BOT = "github-actions[bot]"
PAGE = 2
COMMIT = "c0ffee0000000000000000000000000000000000"
BRANCH = "feature/a&b=c#1"
HOME, FORK = 1, 2
"""Numbers of the repository itself and of a fork."""


@dataclass
class GitHub:
    """The repository `company/contacts`: its pull requests, what they change, their comments, its runs.

    Attributes:
        elsewhere: where the links to next pages lead instead.
        then: what happens right after the files of a pull request were listed.
        redirected: where every call is sent on to.
        link: how the addresses of comments begin.
    """

    token: str = "job-token-canary"
    pulls: dict[int, dict[str, Any]] = field(default_factory=dict)
    files: list[dict[str, str]] = field(default_factory=lambda: [{"filename": "contacts.yaml"}])
    comments: list[dict[str, Any]] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    elsewhere: str = ""
    then: Callable[[], None] = lambda: None
    redirected: str = ""
    link: str = "https://github.example/company/contacts/pull/7#issuecomment-"
    server: Server = field(init=False)

    def open(
        self,
        number: int = 7,
        *,
        head: str = COMMIT,
        repository: int = FORK,
        base: str = "main",
        branch: str = BRANCH,
    ) -> None:
        """Open a pull request, or push to it."""
        self.pulls[number] = {
            "number": number,
            "state": "open",
            "owner": "stranger",
            "head": {"sha": head, "ref": branch, "repo": {"id": repository}},
            "base": {"ref": base},
            "changed_files": len(self.files),
        }

    def comment(self, body: str, by: str = BOT) -> int:
        """Comment on every pull request, and return the comment's number."""
        number = 100 + len(self.comments)
        self.comments.append(
            {"id": number, "user": {"login": by}, "body": body, "html_url": f"{self.link}{number}"}
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
        if self.redirected:
            return Reply(307, headers={"Location": self.redirected})
        reply = self._routed(asked)
        if "/files?" in asked.path:
            self.then()
        return reply or Reply(404, {"message": f"Not Found\n::error::forged ##[error]{'x' * 9_000}"})

    def _routed(self, asked: Asked) -> Reply | None:
        path = urlsplit(asked.path).path.removeprefix("/repos/company/contacts/")
        match asked.method, path.split("/"):
            case "GET", ["pulls", number] if int(number) in self.pulls:
                return Reply(body=self.pulls[int(number)])
            case "GET", ["pulls"] | ["pulls", _, "files"] | ["issues", _, "comments"]:
                return self._page(asked, self._rows(asked, path))
            case "GET", ["actions", "workflows", "contacts-snapshot.yml", "runs"]:
                return Reply(body={"workflow_runs": self._started(parse_qs(urlsplit(asked.path).query))})
            case "POST", ["issues", _, "comments"]:
                return Reply(201, self.comments[self.comment(json.loads(asked.body)["body"]) - 100])
            case "PATCH", ["issues", "comments", number]:
                self.comments[int(number) - 100]["body"] = json.loads(asked.body)["body"]
                return Reply(body=self.comments[int(number) - 100])
        return None

    def _rows(self, asked: Asked, path: str) -> list[dict[str, Any]]:
        if path == "pulls":
            return self._headed(parse_qs(urlsplit(asked.path).query))
        return [*self.files] if path.endswith("/files") else self.comments

    def _headed(self, wanted: Mapping[str, list[str]]) -> list[dict[str, Any]]:
        """Return the pull requests from an owner's branch, as their list is filtered."""
        assert wanted["state"] == ["open"]
        return [
            pull
            for pull in self.pulls.values()
            if pull["state"] == "open" and wanted["head"] == [f"{pull['owner']}:{pull['head']['ref']}"]
        ]

    def _started(self, wanted: Mapping[str, list[str]]) -> list[dict[str, Any]]:
        """Return the newest runs that one kind of event started."""
        assert (wanted["branch"], wanted["status"]) == (["main"], ["success"])
        found = [run for run in self.runs if run["event"] == wanted["event"][0]]
        return found[: int(wanted["per_page"][0])]

    def _page(self, asked: Asked, rows: list[dict[str, Any]]) -> Reply:
        path = urlsplit(asked.path)
        query = parse_qs(path.query)
        page = int(query.pop("page", ["1"])[0])
        links = {}
        if page * PAGE < len(rows):
            address = self.elsewhere or self.server.url
            more = urlencode({**query, "page": page + 1}, doseq=True)
            links = {"Link": f'<{address}{path.path}?{more}>; rel="next", <{address}/x>; rel="last"'}
        return Reply(body=rows[(page - 1) * PAGE : page * PAGE], headers=links)


@contextmanager
def github() -> Iterator[GitHub]:
    """Serve an empty repository."""
    here = GitHub()
    with serving(here.answer) as here.server:
        yield here


def workflow_run(head: str = COMMIT, repository: int = FORK, of: str = "pull_request") -> dict[str, Any]:
    """Return the event of a workflow that runs after another one has."""
    where = {"id": repository, "owner": {"login": "stranger"}}
    run = {"event": of, "head_sha": head, "head_branch": BRANCH, "head_repository": where}
    return {"workflow_run": run, "repository": {"default_branch": "main"}}
