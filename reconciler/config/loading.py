"""From a path to a `Config`: read every file, join them, say everything that is wrong."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.config.accounts import AccountBook
from reconciler.config.desired import Joined
from reconciler.config.document import Document, Skeletons, read_document
from reconciler.config.includes import Includes, fault_of_path
from reconciler.config.model import Config
from reconciler.config.notices import Notices
from reconciler.config.problems import Problems
from reconciler.config.reading import FIRST, Reader, UnreadableError, read
from reconciler.config.settings import Settings
from reconciler.model.text import visible


def load(path: Path, shown_as: Path, reader: Reader | None = None) -> Config:
    """Return what a file and all that it includes declare; messages and places call it `shown_as`.

    `reader` yields the bytes of each file; None: they are read from the disk.

    Raises:
        ConfigError: with every problem found in any of the files.
    """
    with collector_paused():
        return _load(path, shown_as, reader)


def include_patterns(path: Path) -> tuple[str, ...]:
    """Return the usable entries of a main file's `include`; none where it cannot be read."""
    problems = Problems()
    try:
        main = read_document(read(path, ""), problems)
    except UnreadableError:
        return ()
    return tuple(pattern for pattern, _ in Settings(main, problems).include() if not fault_of_path(pattern))


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the garbage collector still: it would look again and again at rows that are all alive."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _load(path: Path, shown_as: Path, reader: Reader | None) -> Config:
    problems = Problems()
    try:
        main = read_document(read(path, visible(str(shown_as)), reader), problems)
    except UnreadableError as error:
        problems.keep(error.problem)
        raise problems.error(error.problem.file) from None
    settings = Settings(main, problems)
    documents = [main, *_included(path, shown_as, main, settings, problems, reader)]
    accounts = AccountBook(problems)
    for document in documents:
        accounts.take(document)
    listed = accounts.close()
    complete = all(document.complete for document in documents)
    for document in documents:
        if document.complete:
            Settings(document, problems).check_version()
    endpoint = settings.endpoint() if main.complete else None
    retries = settings.expired_retries()
    notify = Notices(main, problems).settings()
    joined = Joined(accounts, problems, settings.lead_days(), settings.manage())
    if complete:
        guards = settings.guards(accounts)
        joined.join(documents, endpoint)
    if problems.found or endpoint is None:
        raise problems.error(main.source.file)
    if not joined.rows:
        problems.warn(main.source, FIRST, "no service is declared")
    return Config(
        files=tuple(document.source.file for document in documents),
        endpoint=endpoint,
        accounts=listed,
        rows=joined.rows,
        guards=guards,
        expired_retries=retries,
        time_boxes=joined.time_boxes,
        places=joined.places,
        warnings=tuple(problems.warnings),
        notify=notify,
        observed=joined.observed,
    )


def _included(
    path: Path,
    shown_as: Path,
    main: Document,
    settings: Settings,
    problems: Problems,
    reader: Reader | None,
) -> Iterator[Document]:
    patterns = settings.include()
    if not patterns:
        return
    skeletons: Skeletons = {}
    for file, name, at in Includes(path, shown_as, main.source, problems).files(patterns):
        try:
            yield read_document(read(file, name, reader), problems, included=True, skeletons=skeletons)
        except UnreadableError as error:
            if error.problem.source is not None or error.problem.line > 1:
                problems.keep(error.problem)
            else:
                message = f"`{name}` cannot be included: {error.problem.message}"
                problems.note(main.source, at, message, error.problem.hint)
