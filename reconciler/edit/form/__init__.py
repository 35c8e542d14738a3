"""The canonical form of a file: what reviewers need not argue about, with the order and the comments kept."""

from __future__ import annotations

from reconciler.edit.form.comments import comments
from reconciler.edit.form.folding import folding
from reconciler.edit.form.indents import indents
from reconciler.edit.form.lines import tidy_lines
from reconciler.edit.form.quoting import quoting
from reconciler.edit.form.spacing import spacing
from reconciler.edit.kept import cannot_be_made
from reconciler.edit.splices import spliced
from reconciler.edit.tree import tree_of

__all__ = ["comments", "formatted"]


def formatted(text: str) -> str:
    """Return the canonical form of a file that `config.load` takes, without a byte order mark.

    Two blanks a level; one blank after `:` and `,`, none inside braces; quotes only where some YAML parser
    would read something else without; services that fit on a line on a line; no blanks at the ends of lines,
    no two blank lines in a row, one line break at the end. Line breaks stay what they are.

    Raises:
        ReconcilerError: a comment would be lost.
    """
    before, root = text, tree_of(text)
    kept = comments(text, root)
    for steps in ((tidy_lines, quoting, spacing), (folding,), (indents,)):
        splices = [splice for step in steps for splice in step(text, root)]
        if splices:
            text = spliced(text, splices)
            root = tree_of(text)
    if text != before and comments(text, root) != kept:
        raise cannot_be_made()
    return text
