"""Each risk is found where it is, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import ROLES, AccountId, Role, ServiceId
from reconciler.risks import Kind, Risk, find_risks
from tests.builders import Written, estate, facts

SHOP, ZONE, MAIL, WEB = "domain/shop", "domain/zone/shop", "email/domain/shop", "hosting/web/shop"
EVERYBODY = "abcdef"


def found(
    live: Mapping[str, Written],
    kind: Kind,
    *,
    held: str = EVERYBODY,
    listed: Iterable[str] = EVERYBODY,
    unpaid: str = "",
    in_debt: Iterable[str] = (),
) -> list[tuple[str, tuple[str, ...], str]]:
    """Return the risks of one kind: the accounts, the services, and the first letters of the roles."""
    seen = estate(
        {key: (row, None) for key, row in live.items()}, held=facts(held, unpaid=unpaid), in_debt=in_debt
    ).observation
    risks = [risk for risk in find_risks(seen, [AccountId(one) for one in listed]) if risk.kind is kind]
    return [
        ("".join(risk.accounts), risk.services, "".join(role[0] for role in risk.roles)) for risk in risks
    ]


def test_one_account_in_all_three_roles_is_told_with_all_its_services() -> None:
    live = {"vps/2": "aaa", "vps/1": "aaa", "vps/3": "aab", "vps/4": "bbb", "vps/5": "-aa"}
    assert found(live, Kind.ONE_PERSON) == [("a", ("vps/1", "vps/2"), "atb"), ("b", ("vps/4",), "atb")]


def test_an_admin_whose_keys_are_not_held_is_told() -> None:
    live = {"vps/1": "abb", "vps/2": "caa", "vps/3": "aac", "vps/4": "-aa"}
    assert found(live, Kind.NOT_ADMINISTERED, held="ab") == [("", ("vps/4",), "a"), ("c", ("vps/2",), "a")]


def test_an_admin_that_is_configured_and_cannot_be_read_is_told_elsewhere() -> None:
    seen = estate({"vps/1": ("caa", None)}, held=facts("a")).observation
    unreadable = type(seen)(at=seen.at, held=seen.held, live=seen.live, unreadable={AccountId("c"): "no"})
    assert [risk.kind for risk in find_risks(seen, [AccountId("a"), AccountId("c")])] == [
        Kind.NOT_ADMINISTERED
    ]
    assert find_risks(unreadable, [AccountId("a"), AccountId("c")]) == ()


def test_an_account_in_debt_is_told_by_itself_or_by_an_unpaid_service() -> None:
    live = {"vps/1": "abc", "vps/2": "bbd", "vps/3": "bbe"}
    assert found(live, Kind.IN_DEBT, unpaid="af", in_debt=["vps/2"]) == [
        ("a", ("vps/1",), "a"),
        ("d", ("vps/2",), "b"),
        ("f", (), ""),
    ]


def test_a_contact_that_the_file_does_not_list_is_told_with_its_roles() -> None:
    live = {"vps/1": "axb", "vps/2": "xxb", "vps/3": "yab"}
    assert found(live, Kind.OUTSIDE_ACCOUNTS, listed="ab") == [
        ("x", ("vps/1", "vps/2"), "at"),
        ("y", ("vps/3",), "a"),
    ]


def test_domain_zone_mail_and_hosting_of_one_name_are_told_when_a_role_differs() -> None:
    live = {SHOP: "abc", ZONE: "adc", MAIL: "abc", WEB: "abe", "vps/shop": "fff", "domain/other": "fff"}
    assert found(live, Kind.TORN_BUNDLE) == [("bcde", (SHOP, ZONE, MAIL, WEB), "tb")]


def test_a_bundle_in_the_same_hands_is_whole_also_where_a_holder_is_not_shown() -> None:
    assert found({SHOP: "abc", ZONE: "abc", MAIL: "ab-", "domain/zone/SHOP": "abc"}, Kind.TORN_BUNDLE) == []


def test_names_in_other_letters_are_one_name() -> None:
    assert found({SHOP: "abc", "domain/zone/SHOP": "bbc"}, Kind.TORN_BUNDLE) == [
        ("ab", (SHOP, "domain/zone/SHOP"), "a")
    ]


def test_a_sound_estate_has_no_risk() -> None:
    seen = estate({SHOP: ("abc", None), ZONE: ("abc", None)}, held=facts("abc")).observation
    assert find_risks(seen, [AccountId(one) for one in "abc"]) == ()


KEYS = st.sampled_from([SHOP, ZONE, MAIL, WEB, "domain/b", "domain/zone/b", "vps/1", "vps/2"])
LIVE = st.dictionaries(KEYS, st.text("abc", min_size=3, max_size=3))


@given(
    LIVE, st.sets(st.sampled_from("abc")), st.sets(st.sampled_from("abc")), st.sets(st.sampled_from("abc"))
)
def test_risks_are_those_that_a_plain_reading_of_the_questions_finds(
    live: dict[str, str], held: set[str], listed: set[str], unpaid: set[str]
) -> None:
    seen = estate({key: (row, None) for key, row in live.items()}, held=facts(held, unpaid=unpaid & held))
    risks = find_risks(seen.observation, [AccountId(one) for one in listed])
    assert list(risks) == sorted(risks, key=lambda risk: [*Kind].index(risk.kind))
    said = {
        (risk.kind, account, service)
        for risk in risks
        for account in risk.accounts
        for service in risk.services
    }
    expected = set()
    for key, row in live.items():
        one = [
            other for other in live if other.rpartition("/")[2] == key.rpartition("/")[2] and key[:3] != "vps"
        ]
        for role, account in enumerate(row):
            expected |= {(Kind.ONE_PERSON, account, key)} if row == 3 * account else set()
            expected |= (
                {(Kind.NOT_ADMINISTERED, account, key)} if role == 0 and account not in held else set()
            )
            expected |= {(Kind.IN_DEBT, account, key)} if account in unpaid & held else set()
            expected |= {(Kind.OUTSIDE_ACCOUNTS, account, key)} if account not in listed else set()
            hands = {live[other][role] for other in one}
            if len(hands) > 1:
                expected |= {(Kind.TORN_BUNDLE, hand, other) for hand in hands for other in one}
    assert said == expected


def test_a_risk_names_roles_in_their_order() -> None:
    (risk,) = find_risks(estate({SHOP: ("aaa", None)}, held=facts("a")).observation, [AccountId("a")])
    assert risk == Risk(Kind.ONE_PERSON, (AccountId("a"),), (ServiceId(SHOP),), ROLES)
    assert risk.roles[0] is Role.ADMIN
