"""What CI does around a plan by the API of GitHub or GitLab: `python3 -I ci/review WHAT`.

Runs where a token may write, so nothing is installed for it: Python's own library, from 3.9 on, and no more.
"""

from __future__ import annotations

import sys

import github_comment
import github_snapshot
import gitlab_note
import gitlab_snapshot
from refusal import Refusal, shown

ERRANDS = {
    "github-comment": github_comment.main,
    "github-snapshot": github_snapshot.main,
    "gitlab-note": gitlab_note.main,
    "gitlab-snapshot": gitlab_snapshot.main,
}


def main(arguments: list[str]) -> int:
    """Run one errand and return the exit code: 0 done, 1 refused or failed, 64 wrong usage."""
    if len(arguments) != 1 or arguments[0] not in ERRANDS:
        print(f"usage: review {'|'.join(ERRANDS)}", file=sys.stderr)
        return 64
    try:
        ERRANDS[arguments[0]]()
    except Refusal as refusal:
        print(f"error: {refusal}", file=sys.stderr)
        return 1
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        print(
            f"error: an answer is not as documented: {type(error).__name__} {shown(error)}", file=sys.stderr
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
