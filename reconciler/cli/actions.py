"""The output `github`: what a step of GitHub Actions leaves for people and for later steps."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from reconciler.errors import ReconcilerError
from reconciler.model.text import visible
from reconciler.render.view import View


@dataclass(frozen=True, slots=True)
class Step:
    """A step of GitHub Actions: the files that the runner reads when it ends.

    Attributes:
        summary: takes Markdown for people.
        outputs: takes `name=value` lines for later steps; None where the runner offers none.
    """

    summary: Path
    outputs: Path | None

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Step:
        """Return the step that we run in.

        Raises:
            ReconcilerError: this is none, or its files cannot be written.
        """
        summary, outputs = environ.get("GITHUB_STEP_SUMMARY"), environ.get("GITHUB_OUTPUT")
        if not summary:
            raise ReconcilerError(
                "--output github is for a step of GitHub Actions: GITHUB_STEP_SUMMARY is not set",
                hint="elsewhere, --output markdown=FILE writes the same summary",
            )
        step = cls(Path(summary), Path(outputs) if outputs else None)
        for path in filter(None, (step.summary, step.outputs)):
            _try(path)
        return step

    def tell(self, view: View) -> str:
        """Append summary and outputs, and return the workflow commands that annotate the file."""
        from reconciler.render.github import step_outputs, step_summary, workflow_commands  # noqa: PLC0415

        summary = step_summary(view, self.summary.stat().st_size)
        if summary:
            _append(self.summary, summary)
        else:
            click.echo("warning: the summary of this step is full already: the plan is not in it", err=True)
        if self.outputs is not None:
            _append(self.outputs, "\n".join(step_outputs(view)))
        return "\n".join(workflow_commands(view))


def in_actions() -> Step:
    """Return the step of GitHub Actions that this process runs in."""
    return Step.of(os.environ)


def _try(path: Path) -> None:
    try:
        path.open("ab").close()
    except OSError as error:
        raise ReconcilerError(f"{visible(str(path))} cannot be written: {error.strerror or error}") from None


def _append(path: Path, text: str) -> None:
    with path.open("ab") as stream:
        before = b"\n" if stream.tell() and not _ends_in_a_line(path) else b""
        stream.write(before + text.encode() + b"\n")


def _ends_in_a_line(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read() == b"\n"
