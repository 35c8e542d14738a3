"""Looks again until requests are settled. The only room that waits for people."""

from reconciler.track.watch import Look, Waiting, watch

__all__ = ["Look", "Waiting", "watch"]
