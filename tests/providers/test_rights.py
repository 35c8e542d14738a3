"""What a rule grants, compared with trying calls; what a key lacks, and what it has too much of."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import Region, ServiceId
from reconciler.model.routes import ROUTES
from reconciler.providers.ovh.login import least_rules
from reconciler.providers.ovh.rights import ALWAYS, Rule, beyond, missing, needed_for

SHOP, OTHER = ServiceId("domain/shop.example"), ServiceId("domain/other.example")
DOMAIN = (*ALWAYS, *needed_for(ROUTES["domain"]))
PATTERNS = st.text("ab/*", max_size=5)
FILLINGS = ("", "a", "b", "/", "ab", "?", "a/?b", ".")


def takes(pattern: str, path: str) -> bool:
    """Tell whether a pattern takes a path, character by character."""
    if not pattern:
        return not path
    if pattern[0] == "*":
        return takes(pattern[1:], path) or (bool(path) and takes(pattern, path[1:]))
    return bool(path) and pattern[0] == path[0] and takes(pattern[1:], path[1:])


@given(PATTERNS, PATTERNS)
def test_a_rule_covers_another_where_it_takes_all_of_its_calls(wide: str, narrow: str) -> None:
    tried = [re.sub(r"\*", lambda _, by=by: by, narrow) for by in FILLINGS]  # type: ignore[misc] # a default is no Match
    covers = Rule("GET", wide).covers(Rule("GET", narrow))
    assert covers == all(takes(wide, path) for path in tried)


def test_another_method_grants_nothing() -> None:
    assert not Rule("POST", "/*").covers(Rule("GET", "/me"))


def test_a_dot_or_a_question_mark_of_a_rule_stands_for_itself() -> None:
    assert not Rule("GET", "/domain/a.b").covers(Rule("GET", "/domain/axb"))
    assert not Rule("GET", "/m?").covers(Rule("GET", "/me"))


def test_a_key_may_be_granted_the_services_of_the_file_only() -> None:
    only_shop = [Rule(rule.method, rule.path.replace("/domain/*", f"/{SHOP}")) for rule in DOMAIN]
    assert missing(only_shop, [SHOP], Region.EU) == ()
    assert missing(only_shop, [SHOP, OTHER], Region.EU) == (
        Rule("GET", f"/{OTHER}/serviceInfos"),
        Rule("POST", f"/{OTHER}/changeContact"),
    )
    assert beyond(only_shop, Region.EU) == ()


def test_names_are_compared_as_they_are_sent() -> None:
    block = ServiceId("ip/service/ip-192.0.2.0/28")
    needed = (*ALWAYS, *needed_for(ROUTES["ip/service"]))
    sent = "/ip/service/ip-192.0.2.0%2F28"
    only = [Rule(rule.method, rule.path.replace("/ip/service/*", sent)) for rule in needed]
    assert missing(only, [block], Region.EU) == ()


def test_products_that_the_region_does_not_offer_need_nothing_and_grants_for_them_are_beyond_need() -> None:
    mail = ServiceId("email/domain/shop.example")
    rules = tuple(needed_for(ROUTES["email/domain"]))
    assert missing(ALWAYS, [mail], Region.EU) == rules
    assert missing(ALWAYS, [mail], Region.CA) == ()
    assert beyond(rules, Region.EU) == ()
    assert beyond(rules, Region.CA) == rules


def test_a_new_key_is_asked_for_with_the_products_of_the_file_that_the_region_offers() -> None:
    mail = ServiceId("email/domain/shop.example")
    assert least_rules([mail, SHOP], Region.CA) == (*ALWAYS, *needed_for(ROUTES["domain"]))
    every = least_rules([], Region.CA)
    assert beyond(every, Region.CA) == ()
    assert missing(every, [SHOP], Region.CA) == ()


def test_everything_is_enough_and_too_much() -> None:
    everything = [Rule(method, "/*") for method in ("GET", "POST")]
    assert missing(everything, [SHOP], Region.EU) == ()
    assert beyond(everything, Region.EU) == tuple(everything)
