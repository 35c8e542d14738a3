"""`--output FORMAT[=FILE]`, several times in one run: which formats go where."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from reconciler.cli.drafts import Draft
from reconciler.cli.streams import tell_runner
from reconciler.render.formats import FORMATS, in_format
from reconciler.render.safe import is_plain, without_commands
from reconciler.render.view import View

if TYPE_CHECKING:
    from reconciler.cli.actions import Step

GITHUB = "github"
"""No text, but a step's summary, annotations and outputs."""

_FOR_PEOPLE = frozenset({"text", "markdown"})
_WHOLE = ("html", "json", "text")
"""The formats that hold every row of a plan, what people read first."""

_WITHOUT_ORIGIN = frozenset({"text", "json"})


class Output(NamedTuple):
    """One format, and the file that takes it; None: standard output."""

    format: str
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where one run writes its plan to.

    Attributes:
        shown: the format on standard output; None: nothing is written there.
        drafts: the files, each with its format.
        step: of GitHub Actions, if that is asked for.
    """

    shown: str | None
    drafts: tuple[tuple[str, Draft], ...]
    step: Step | None

    @property
    def files(self) -> Iterator[Draft]:
        """Yield the files."""
        return (draft for _, draft in self.drafts)

    @property
    def tell_origin(self) -> bool:
        """Whether any of them tells what the plan was made from, which has to be looked up."""
        formats = {self.shown, *(name for name, _ in self.drafts)} - {None}
        return self.step is not None or not formats <= _WITHOUT_ORIGIN

    def write(self, view: View) -> None:
        """Write the plan in every format: all files first, standard output last."""
        texts = [(draft, in_format(name, self._beside(view, draft))) for name, draft in self.drafts]
        for draft, text in texts:
            draft.finish(f"{text}\n")
        commands = self.step.tell(self._beside(view)) if self.step else ""
        if self.shown is not None:
            in_actions = self.step is not None or os.environ.get("GITHUB_ACTIONS") == "true"
            _show(self.shown, self._beside(view), in_actions=in_actions)
        if commands:
            tell_runner(commands, err=self.shown not in {None, *_FOR_PEOPLE})

    def _beside(self, view: View, written: Draft | None = None) -> View:
        """Return the view for one output, which points its readers to the others."""
        files = [
            str(draft.path)
            for style in _WHOLE
            for name, draft in self.drafts
            if name == style and draft is not written
        ]
        return replace(view, elsewhere=tuple(files))


@contextmanager
def opened(wanted: Sequence[Output], file: Path) -> Iterator[Outputs]:
    """Make sure that every output can be written, before anything is looked at.

    Args:
        wanted: what the options ask for.
        file: the contacts file, which no output replaces.

    Raises:
        click.UsageError: two outputs have one place.
        ReconcilerError: an output cannot be written.
    """
    shown = [one.format for one in wanted if one.path is None and one.format != GITHUB]
    if len(shown) > 1:
        raise click.UsageError(
            f"standard output takes one format, not {' and '.join(shown)}: give all but one a file, "
            f"as in --output {shown[1]}=FILE"
        )
    taken = {os.path.realpath(file): "the contacts file"}
    for one in wanted:
        if one.path is not None:
            place = os.path.realpath(one.path)
            if place in taken:
                raise click.UsageError(f"--output {one.format}={one.path} would overwrite {taken[place]}")
            taken[place] = f"--output {one.format}"
    step = None
    if any(one.format == GITHUB for one in wanted):
        from reconciler.cli.actions import in_actions  # noqa: PLC0415  # for few

        step = in_actions()
    with ExitStack() as stack:
        drafts = [
            (one.format, stack.enter_context(Draft(one.path))) for one in wanted if one.path is not None
        ]
        yield Outputs(shown[0] if shown else None, tuple(drafts), step)


def several_outputs(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--output`."""
    return click.option(
        "--output",
        "-o",
        "outputs",
        type=_OutputType(),
        multiple=True,
        metavar="FORMAT[=FILE]",
        help=f"Write the plan as {', '.join(FORMATS)} to a file, or to stdout; github: as a step's summary, "
        "annotations and outputs. May be given several times.",
    )(function)


def chosen(outputs: Sequence[Output], style: str) -> tuple[Output, ...]:
    """Return what the options ask for: `--format` counts where it is given, or nothing else is."""
    source = click.get_current_context().get_parameter_source("style")
    if outputs and source is not None and source.name.startswith("DEFAULT"):
        return tuple(outputs)
    return (Output(style), *outputs)


def comment_key(given: str | None) -> str:
    """Return the key of a comment's marker; empty where none is given.

    Raises:
        click.UsageError: it could end the marker, or means something to a shell.
    """
    if given and not is_plain(given):
        raise click.UsageError("--comment-key takes letters, digits and . _ : / - only")
    return given or ""


def _show(style: str, view: View, *, in_actions: bool) -> None:
    if in_actions and style in _FOR_PEOPLE:
        click.echo(without_commands(in_format(style, view)))  # the runner reads along
    elif style == "text":
        from reconciler.cli.output import show_plan  # noqa: PLC0415  # a terminal gets tables

        show_plan(view.plan, view.names, style)
    else:
        click.echo(in_format(style, view))


class _OutputType(click.ParamType[Output]):
    """`FORMAT`, `FORMAT=-` or `FORMAT=FILE`."""

    name = "output"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Output:
        """Return what the text asks for."""
        if isinstance(value, Output):
            return value
        name, equals, path = str(value).partition("=")
        known = (*FORMATS, GITHUB)
        if name not in known:
            from difflib import get_close_matches  # noqa: PLC0415  # only a mistake needs it

            near = get_close_matches(name, known, 1)
            ask = f"; did you mean {near[0]}?" if near else f"; the formats are {', '.join(known)}"
            self.fail(f"no format {name!r}{ask}", param, ctx)
        if equals and not path:
            self.fail(f"{value} names no file", param, ctx)
        if name == GITHUB and equals:
            self.fail("github takes no file: the runner of GitHub Actions names its own", param, ctx)
        return Output(name, Path(path) if path not in {"", "-"} else None)
