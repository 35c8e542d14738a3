"""The company of the review stories, and the shop of the apply path."""

from tests.apply.conftest import shop
from tests.review.conftest import company

__all__ = ["company", "shop"]
