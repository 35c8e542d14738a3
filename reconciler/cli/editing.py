"""Edits of the contacts file: read once, edited as texts, parsed again, and only then put in place."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import click

from reconciler.config import Account, Config, load
from reconciler.config.problems import nearest
from reconciler.config.reading import Source, UnreadableError, read_bytes
from reconciler.edit.kept import assert_means, cannot_be_made
from reconciler.edit.splices import changes
from reconciler.edit.texts import Edit, Names
from reconciler.errors import ConfigError, ReconcilerError
from reconciler.model.text import visible

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Files:
    """The main file and all that it includes, as they were read.

    Attributes:
        paths: where they lie, the main one first.
        raws: their bytes.
        sources: their texts, without a byte order mark.
        config: what they declare.
    """

    paths: Sequence[Path]
    raws: Sequence[bytes]
    sources: Sequence[Source]
    config: Config

    def after(self, edits: Sequence[Edit]) -> list[Source]:
        """Return all texts as edits leave them."""
        edited = {edit.at: edit.after for edit in edits}
        return [edited.get(at, source) for at, source in enumerate(self.sources)]

    def write(self, edits: Sequence[Edit], intended: Callable[[Config], Config]) -> None:
        """Put edited texts in place, all of them or, where the result is not what was intended, none.

        Args:
            edits: what changes.
            intended: returns what the files are to declare, given what they do declare after the edits.

        Raises:
            ReconcilerError: they would declare something else, or a file has changed since it was read.
            OSError: a file cannot be written.
        """
        if not edits:
            return
        new = {self.paths[edit.at]: self._bytes(edit) for edit in edits}
        after = self._declared_with(new)
        assert_means(intended(after), after)
        with ExitStack() as stack:
            ready = [stack.enter_context(_prepared(path, raw)) for path, raw in new.items()]
            for path, raw in zip(self.paths, self.raws, strict=True):
                _assert_unchanged(path, raw)
            for place in ready:
                place()

    def _bytes(self, edit: Edit) -> bytes:
        mark = _BOM if self.raws[edit.at].startswith(_BOM) else b""
        return mark + edit.after.text.encode()

    def _declared_with(self, new: dict[Path, bytes]) -> Config:
        raws = dict(zip(self.paths, self.raws, strict=True)) | new
        try:
            return load(self.paths[0], reader=lambda path, name: raws.get(path) or read_bytes(path, name))
        except ConfigError as error:
            raise cannot_be_made() from error


def read_files(path: Path) -> Files:
    """Return the contacts file and all that it includes.

    Raises:
        ConfigError: they are not valid; what is wrong is to be mended first.
    """
    paths, raws, sources = [], [], []

    def reader(file: Path, name: str) -> bytes:
        raw = read_bytes(file, name)
        paths.append(file)
        raws.append(raw)
        return raw

    config = load(path, reader=reader)
    for name, raw in zip(config.files, raws, strict=True):
        sources.append(Source(name, raw.removeprefix(_BOM).decode()))
    return Files(paths, raws, sources, config)


def listed(text: str, config: Config) -> Account:
    """Return the account that a short name or an id stands for.

    Raises:
        click.UsageError: the file lists no such account.
    """
    account = Names(config).account(text)
    if account is not None:
        return account
    near = nearest(text, [name for entry in config.accounts for name in (entry.short, entry.id)])
    ask = f"did you mean {visible(near)}?" if near else "list it there first, with its id"
    raise click.UsageError(f"no entry of `accounts` is called {visible(text)!r}; {ask}")


def show(edits: Sequence[Edit]) -> None:
    """Write the changed lines to stdout, as git shows them without context."""
    for edit in edits:
        name = visible(edit.source.file)
        click.echo(f"--- {name}\n+++ {name}")
        for line, before, after in changes(edit.source, edit.splices):
            first = line if before else line - 1
            click.echo(f"@@ -{_span(first, before)} +{_span(line if after else line - 1, after)} @@")
            for sign, rows in (("-", before), ("+", after)):
                for row in rows:
                    click.echo(sign + visible(row.replace("\t", "    ")))


def _span(line: int, rows: Sequence[str]) -> str:
    return str(line) if len(rows) == 1 else f"{line},{len(rows)}"


@contextmanager
def _prepared(path: Path, raw: bytes) -> Iterator[Callable[[], None]]:
    """Write bytes beside a file and yield what puts them in its place; links to it stay, and its mode."""
    target = path.resolve()
    if not os.access(target, os.W_OK):
        raise ReconcilerError(f"{visible(str(path))} must not be written", hint="look at its owner and mode")
    state = target.stat()
    handle, beside = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(raw)
            stream.flush()
            os.fchmod(stream.fileno(), state.st_mode & 0o7777)
            with suppress(PermissionError):  # only root may give a file back to its owner
                os.fchown(stream.fileno(), state.st_uid, state.st_gid)
            os.fsync(stream.fileno())

        def place() -> None:
            Path(beside).replace(target)
            folder = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

        yield place
    finally:
        Path(beside).unlink(missing_ok=True)


def _assert_unchanged(path: Path, raw: bytes) -> None:
    """Assert that a file is still what was read: an editor may have it open.

    Raises:
        ReconcilerError: it is not.
    """
    try:
        same = read_bytes(path, str(path)) == raw
    except UnreadableError:
        same = False
    if not same:
        raise ReconcilerError(
            f"{visible(str(path))} was changed by someone else just now; nothing was written",
            hint="run it again",
        )
