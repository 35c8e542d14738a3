"""What stands between the wire and the page: who may call, from which page, by which name, and how much.

The page itself knows nothing of it. Each layer is a small ASGI middleware; `guarded` puts them in order.
"""

from reconciler.web.guard.door import Door
from reconciler.web.guard.layers import guarded

__all__ = ["Door", "guarded"]
