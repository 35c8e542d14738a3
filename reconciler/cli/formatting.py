"""`fmt`: all files of a configuration in their canonical form."""

from __future__ import annotations

from reconciler.cli.editing import Files
from reconciler.edit.form import formatted
from reconciler.edit.splices import Splice
from reconciler.edit.texts import Edit
from reconciler.errors import ReconcilerError
from reconciler.model.text import visible


def reformatted(files: Files) -> list[Edit]:
    """Return what brings the files that are not in it into canonical form.

    Raises:
        ReconcilerError: a file cannot be brought into it without loss.
    """
    edits = []
    for at, source in enumerate(files.sources):
        try:
            text = formatted(source.text)
        except ReconcilerError as error:
            raise ReconcilerError(f"{visible(source.file)}: {error.message}", hint=error.hint) from None
        if text != source.text:
            edits.append(Edit(at, source, [Splice(0, len(source.text), text)]))
    return edits
