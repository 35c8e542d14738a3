"""Asking: intent before each POST, one POST, receipt after it, and what became of the unknown ones."""

from reconciler.apply.recover import Recovery, recover
from reconciler.apply.submit import Courier, Receipts, Submission, apply

__all__ = ["Courier", "Receipts", "Recovery", "Submission", "apply", "recover"]
