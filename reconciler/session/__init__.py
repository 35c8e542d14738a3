"""What the command line and the page share: one session with the endpoint, and what both say and do in it.

No click, no HTML: how it is shown is for `cli` and `web`.
"""

from reconciler.session.session import Session

__all__ = ["Session"]
