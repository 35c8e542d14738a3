"""The shop of the apply path, opened with `shop(...)`."""

from tests.apply.conftest import shop

__all__ = ["shop"]
