"""The comment as a browser shows it, for three changes and for three thousand; names that bite nobody."""

from __future__ import annotations

import pytest

from reconciler.model import AccountId
from reconciler.render import View, markdown_of
from tests.render import plans, views
from tests.render.markdown import page_of
from tests.web.browser import Visit


@pytest.mark.parametrize(
    ("view", "to_request", "folds"), [(views.THREE, "5", 1), (views.view(views.many()), "2700", 12)]
)
def test_counts_are_seen_at_once_and_lists_when_they_are_opened(
    visit: Visit, view: View, to_request: str, folds: int
) -> None:
    page = visit()
    page.set_content(page_of(markdown_of(view)))
    counts = page.locator("table").first
    assert counts.is_visible()
    assert counts.locator("td").first.inner_text() == to_request
    lists = page.locator("details")
    assert lists.count() >= folds
    last = lists.last
    row = last.locator("td").first
    assert not row.is_visible()
    last.locator("summary").click()
    assert row.is_visible()
    assert row.inner_text().startswith("domain/")


def test_a_hostile_name_is_read_and_does_nothing(visit: Visit) -> None:
    name = "<img src=http://127.0.0.1:9/x onerror=alert(1)> @everyone `x` | \u202e"
    page = visit()
    asked: list[str] = []
    page.on("request", lambda call: asked.append(call.url))
    page.set_content(page_of(markdown_of(View(plans.hostile(name), {AccountId(name): name}))))
    assert page.locator("img, script, a").count() == 2  # the two procedures of OVHcloud for owners
    assert page.get_by_text(r"\x3cimg src=http://127.0.0.1:9/x onerror=alert(1)>").first.is_visible()
    assert asked == []
