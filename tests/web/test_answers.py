"""Answers that forms send: what becomes of them at the endpoint, and what the page says then."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.cli.conftest import AGENCY, PLATFORM, Open, Place
from tests.running import PATIENCE
from tests.web.paging import Paged, Serve, text_of


def test_after_one_party_accepts_the_page_waits_for_the_other_and_then_says_done(
    place: Open, serve: Serve
) -> None:
    shop = place()
    task = shop.asked()
    page = serve(shop)
    token = shop.town.token(AGENCY, task)
    first = page.post(f"/requests/{task}", party=AGENCY, answer="accept", token=token)
    assert f"Task {task}: accepted for agency; it waits for platform." in text_of(first.text)
    assert "Who is missing waiting for platform" in text_of(first.text)
    assert first.history[0].status_code == 303
    whole_link = f"https://www.ovh.com/manager/#/useraccount/contacts/{task}?tab=REQUESTS&token="
    whole_link += shop.town.token(PLATFORM, task)
    second = page.post(f"/requests/{task}", party="platform", answer="accept", token=whole_link)
    assert "it is done at OVHcloud" in text_of(second.text)
    assert "Done the service shows the new contact" in text_of(second.text)
    assert "Nothing to answer any more" in second.text


def test_a_second_click_sends_nothing_a_second_time(place: Open, serve: Serve) -> None:
    shop = place()
    task = shop.asked()
    page = serve(shop)
    form = {"party": AGENCY, "answer": "accept", "token": shop.town.token(AGENCY, task)}
    page.post(f"/requests/{task}", **form)
    again = page.post(f"/requests/{task}", **form)
    assert "agency has accepted already; nothing was sent again." in text_of(again.text)
    assert shop.town.edit("GET", "requests")["POST /me/task/contactChange/{id}/accept"] == 1


def test_two_clicks_at_once_send_one_answer(place: Open, serve: Serve) -> None:
    shop = place()
    task = shop.asked()
    page = serve(shop)
    form = {"party": AGENCY, "answer": "accept", "token": shop.town.token(AGENCY, task)}
    shop.faults({"path": "/me/task/contactChange/*/accept", "delay_ms": 500})
    with ThreadPoolExecutor(2) as pool:
        clicks = [
            pool.submit(requests.post, f"{page.url}requests/{task}", data=form, timeout=PATIENCE)
            for _ in range(2)
        ]
    said = sorted(text_of(click.result().text) for click in clicks)
    assert sum("nothing was sent again" in one for one in said) == 1
    assert shop.town.edit("GET", "requests")["POST /me/task/contactChange/{id}/accept"] == 1


def test_a_look_that_began_before_an_answer_is_never_shown_after_it(place: Open, serve: Serve) -> None:
    shop = place()
    task = shop.asked()
    page = serve(shop, refresh_seconds=0.0)
    shop.faults({"path": "/services", "delay_ms": 1_500, "times": 1})
    shop.await_hit()  # this look has read the requests already
    token = shop.town.token(AGENCY, task)
    told = page.post(f"/requests/{task}", party=AGENCY, answer="refuse", token=token)
    assert "Nothing to answer any more" in told.text
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        assert "Nothing to answer any more" in page.get(f"/requests/{task}").text


def test_refuse_and_resend_do_what_the_commands_do(place: Open, serve: Serve) -> None:
    shop = place()
    task = shop.asked()
    page = serve(shop)
    old = shop.town.token(AGENCY, task)
    sent = text_of(page.post(f"/requests/{task}", party=AGENCY, answer="resend").text)
    assert "a new mail is on its way to agency" in sent
    assert "agency (ag33333-ovh) was sent a new mail" in sent
    assert shop.town.token(AGENCY, task) != old
    soon = page.post(f"/requests/{task}", party=AGENCY, answer="resend")
    assert soon.status_code == 422
    assert "each one makes the earlier token worthless" in soon.text
    token = shop.town.token(AGENCY, task)
    refused = text_of(page.post(f"/requests/{task}", party=AGENCY, answer="refuse", token=token).text)
    assert f"Task {task}: refused for agency; nothing changes." in refused
    assert shop.town.state(PLATFORM, task) == "refused"


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"answer": "accept", "token": "W" * 32}, 400, "Choose the account that answers"),
        ({"party": AGENCY, "answer": "accept"}, 400, "to agency is missing"),
        ({"party": AGENCY, "token": "W" * 32}, 400, "Choose an answer"),
        ({"party": AGENCY, "answer": "accept", "token": "W" * 32}, 422, "OVHcloud said no: "),
        ({"party": "nobody", "answer": "accept", "token": "W" * 32}, 422, "no usable credentials of nobody"),
    ],
)
def test_an_answer_that_cannot_be_given_says_why_and_keeps_the_form_but_not_the_token(
    form: dict[str, str], status: int, words: str, place: Open, serve: Serve
) -> None:
    shop = place()
    task = shop.asked()
    answer = serve(shop).post(f"/requests/{task}", **form)
    assert answer.status_code == status
    assert words in answer.text
    assert "W" * 32 not in answer.text
    assert 'name="token"' in answer.text
    if form.get("party") == AGENCY:
        assert f'value="{AGENCY}" required checked' in answer.text


def test_the_link_of_another_request_costs_no_try(place: Open, serve: Serve) -> None:
    shop = place()
    task = shop.asked()
    page = serve(shop)
    token = shop.town.token(AGENCY, task)
    link = f"https://www.ovh.com/manager/#/useraccount/contacts/999?tab=REQUESTS&token={token}"
    answer = page.post(f"/requests/{task}", party=AGENCY, answer="accept", token=link)
    assert answer.status_code == 400
    assert f"the link of request 999, not of {task}" in text_of(answer.text)
    assert token not in answer.text
    assert shop.town.edit("GET", "tasks")[0]["parties"][AGENCY] is None
    done = page.post(f"/requests/{task}", party=AGENCY, answer="accept", token=link.replace("999", str(task)))
    assert "accepted for agency" in done.text


def test_where_none_of_ours_has_anything_left_to_answer_a_form_without_an_account_says_so(
    place: Open, serve: Serve
) -> None:
    shop = place()
    shop.desk.hold([PLATFORM])
    task = shop.asked()
    page = serve(shop)
    token = shop.town.token(PLATFORM, task)
    assert "accepted for platform" in page.post(f"/requests/{task}", answer="accept", token=token).text
    again = page.post(f"/requests/{task}", answer="refuse", token=token)
    assert again.status_code == 400
    assert "There is nothing left to answer" in again.text


def test_a_refusal_of_the_endpoint_is_shown_in_its_words_with_the_query_id_but_without_the_token(
    place: Open, serve: Serve
) -> None:
    shop = place()
    task = shop.asked()
    page = serve(shop)
    token = shop.town.token(AGENCY, task)
    words = f"No <b>way</b> with {token}"
    shop.faults(
        {"path": "*/accept", "status": 400, "body": {"class": "Client::BadRequest", "message": words}}
    )
    answer = page.post(f"/requests/{task}", party=AGENCY, answer="accept", token=token)
    assert "No &lt;b&gt;way&lt;/b&gt; with ***" in answer.text
    assert "query id" in answer.text
    assert token not in answer.text


def test_a_token_in_the_query_is_dropped_before_anything_else_and_the_page_says_so(
    estate: tuple[Place, Paged],
) -> None:
    page = estate[1]
    for address in (
        "/requests?Token=abc&show=mine",
        "/nowhere?token=abc&show=mine",
        "/requests?show=mine&%74oken=abc",
    ):
        answer = page.get(address)
        assert answer.status_code == 303, address
        assert "abc" not in answer.headers["Location"]
        assert "show=mine" in answer.headers["Location"]
    told = page.get(page.get("/requests?token=abc").headers["Location"])
    assert "There was a token in the address. It was not used" in told.text
    assert page.get("//example.com/x?token=abc").headers.get("Location", "/x").startswith("/") is True


def test_pasted_links_open_their_request_without_showing_the_token(place: Open, serve: Serve) -> None:
    shop = place()
    task = shop.asked()
    page = serve(shop)
    token = shop.town.token(AGENCY, task)
    shown = page.post("/manager/", link=f"https://x.example/#/contacts/requests?taskId={task}&token={token}")
    assert f"Request {task}" in shown.text
    assert token not in shown.text
    kept = re.findall(r'name="pasted" value="([^"]*)"', shown.text)[0]
    done = page.post(f"/requests/{task}", party=AGENCY, answer="accept", pasted=kept)
    assert "accepted for agency" in done.text
    again = page.post(f"/requests/{task}", party=PLATFORM, answer="accept", pasted=kept)
    assert "to platform is missing" in again.text  # a token is kept for one answer
    bare = page.post("/manager/", link=shop.town.token(PLATFORM, task), number=str(task))
    assert f"Request {task}" in bare.text
    assert "give its number" in page.post("/manager/", link="W" * 32).text
    two = f"{shop.town.token(AGENCY, task)} {shop.town.token(PLATFORM, task)}"
    assert "More than one token was pasted" in page.post("/manager/", link=two, number=str(task)).text
    assert "There is no token in what was pasted" in page.post("/manager/", link="hello").text
