"""Links and tokens in text that somebody pasted."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.mailbox.links import finds_in, token_of
from tests.mailbox.corpus.building import link, text
from tests.mailbox.corpus.everything import LOOK_ALIKE
from tests.mailbox.corpus.texts import LINK, PANEL_LINKS

SHAPES = (LINK, *PANEL_LINKS.values())
BREAKS = ("\n", "\r\n", "=\n", "\n> ", "\n> > ", " \n ", "\n\t")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("wrapped", ["", "once", "twice"])
def test_a_pasted_link_is_its_token(shape: str, wrapped: str) -> None:
    pasted = link(LOOK_ALIKE, shape)
    for _ in range(("", "once", "twice").index(wrapped)):
        pasted = f"https://click.example/?u={quote(pasted, safe='')}"
    assert token_of(pasted) == token_of(f"  <{pasted}>\n") == LOOK_ALIKE.token


def test_a_pasted_token_is_itself() -> None:
    assert token_of(f" {LOOK_ALIKE.token}\n") == LOOK_ALIKE.token


def test_a_whole_mail_that_was_pasted_is_its_token() -> None:
    assert token_of(text(LOOK_ALIKE, "pl")) == LOOK_ALIKE.token


def test_a_link_of_another_shape_is_the_token_in_it() -> None:
    assert token_of("https://x.example/?a=1&token=abc123&b=2") == "abc123"


@pytest.mark.parametrize("pasted", ["", "hello", f"{'a1' * 16} {'b2' * 16}"])
def test_what_holds_no_token_or_several_is_none(pasted: str) -> None:
    assert token_of(pasted) is None


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.sampled_from(SHAPES),
    st.sampled_from(BREAKS),
    st.sets(st.integers(1, 90)),
    st.sampled_from(["", "Please answer: ", "> ", '"', "("]),
    st.sampled_from(["", "\nThanks", " thanks", '"', ")", ".", "\n\nThanks", "&utm=1"]),
)
def test_a_link_is_found_wherever_it_is_broken(
    shape: str, line_break: str, places: set[int], before: str, after: str
) -> None:
    whole = link(LOOK_ALIKE, shape)
    broken = "".join(line_break * (at in places) + char for at, char in enumerate(whole))
    (find,) = finds_in([f"{before}{broken}{after}"])
    assert (find.request, find.token) == (LOOK_ALIKE.number, LOOK_ALIKE.token)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.permutations(["tab=REQUESTS", f"token={LOOK_ALIKE.token}", "lang=fr_FR", "a", "token2=x", "x=tab"]))
def test_the_order_of_parameters_means_nothing(parameters: list[str]) -> None:
    (find,) = finds_in([f"https://x.example/y/contacts/77?{'&'.join(parameters)}"])
    assert (find.request, find.token) == (77, LOOK_ALIKE.token)
