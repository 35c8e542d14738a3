"""Plans to show: one with something in every tray, one in sync, one stopped, one full of hostile names."""

from __future__ import annotations

from datetime import date

from reconciler.diff import Change
from reconciler.model import AccountId, Role, ServiceId, TaskState
from reconciler.model.time_box import TimeBox
from reconciler.plan import (
    Beside,
    Blocked,
    Contested,
    Deferred,
    Observed,
    Pending,
    Plan,
    PlannedTask,
    Reason,
    Request,
    Stop,
    Unknown,
)

PLATFORM = AccountId("pl11111-ovh")
FINANCE = AccountId("fi22222-ovh")
AGENCY = AccountId("ag33333-ovh")
STRANGER = AccountId("zz99999-ovh")
NAMES = {PLATFORM: "platform", FINANCE: "finance", AGENCY: "agency"}

HOSTILE = (
    "</td><script>alert(1)</script>",
    "a|b",
    "`code`",
    "``",
    "@everyone",
    "#12 *bold* __x__ ~~gone~~",
    "[click](http://evil.example) www.evil.example",
    "https://evil.example/x",
    "two\nlines\r\n### heading",
    "\x1b[31mred\x1b[0m\x07\x9b2J",
    "right\u202eot\u2066left\u200b",
    "[bold]rich[/bold] :smile:",
    "{0} %s {task} {retry}",
    "nul\x00 tab\t lone\ud800",
    "; rm -rf ~ '\"\\",
    "GH-12 gh-7",
)


def change(
    service: str = "domain/shop.example",
    role: Role = Role.TECHNICAL,
    live: AccountId | None = PLATFORM,
    desired: AccountId = AGENCY,
) -> Change:
    return Change(ServiceId(service), role, live, desired)


def request(*changes: Change, asker: AccountId = PLATFORM) -> Request:
    tasks = tuple(
        PlannedTask(
            one.live or STRANGER, one.desired, (one.role,), tuple(dict.fromkeys((asker, one.desired)))
        )
        for one in changes
    )
    return Request(changes[0].service, asker, changes, tasks)


def blocked(
    reason: Reason, service: str = "", detail: str = "", could_ask: tuple[AccountId, ...] = ()
) -> Blocked:
    return Blocked(change(service or f"hosting/web/{reason}.example"), reason, detail, could_ask)


IN_SYNC = Plan(in_sync=412, managed=412, services=140, fingerprint="f" * 64)
NOTHING_MANAGED = Plan(fingerprint="f" * 64)

ASKING = Plan(
    requests=(
        Request(
            ServiceId("domain/both.example"),
            PLATFORM,
            (
                change("domain/both.example", Role.TECHNICAL),
                change("domain/both.example", Role.BILLING),
            ),
            (PlannedTask(PLATFORM, AGENCY, (Role.TECHNICAL, Role.BILLING), (PLATFORM, AGENCY)),),
        ),
        request(
            change("domain/two.example", Role.TECHNICAL, PLATFORM, AGENCY),
            change("domain/two.example", Role.BILLING, FINANCE, PLATFORM),
        ),
        request(change("vps/vps-1.example", Role.TECHNICAL, STRANGER, AGENCY), asker=STRANGER),
    ),
    in_sync=10,
    managed=15,
    services=5,
    fingerprint="a" * 64,
)

EVERYTHING = Plan(
    requests=ASKING.requests,
    deferred=(
        Deferred(change("domain/both.example", Role.ADMIN), PLATFORM, (Role.TECHNICAL, Role.BILLING)),
        Deferred(change("domain/shop.example", Role.BILLING, FINANCE), PLATFORM, (4001,)),
        Deferred(change("domain/zone/shop.example", Role.ADMIN), PLATFORM, (Role.BILLING, 4002)),
    ),
    pending=(
        Pending(change("domain/p1.example"), 5001, TaskState.TODO, (PLATFORM, AGENCY)),
        Pending(change("domain/p2.example"), 5002, TaskState.VALIDATING, (AGENCY,)),
        Pending(change("domain/p3.example"), 5003, TaskState.VALIDATING, ()),
        Pending(change("domain/p4.example"), 5004, TaskState.DOING, ()),
        Pending(change("domain/p5.example"), 5005, TaskState.DONE, ()),
    ),
    blocked=(
        blocked(Reason.TURNED_DOWN, "domain/no.example", "agency refused task 3001 on 2026-11-02"),
        blocked(Reason.NOT_PERMITTED, "domain/other.example", "", (STRANGER, AGENCY)),
        *(blocked(reason) for reason in Reason),
    ),
    contested=(
        Contested(
            change("domain/c1.example", live=PLATFORM, desired=PLATFORM), 6001, AGENCY, AGENCY, ours=False
        ),
        Contested(change("domain/c2.example"), 6002, PLATFORM, STRANGER, ours=True),
        Contested(change("domain/c3.example", live=None), 6003, None, STRANGER, ours=False),
    ),
    absent=(ServiceId("domain/gone.example"),),
    unmanaged=(ServiceId("vps/vps-2.example"), ServiceId("vps/vps-3.example")),
    unknown=(
        Unknown(ServiceId("domain/dark.example"), "pl11111-ovh: This credential is not valid (HTTP 403)"),
    ),
    in_sync=100,
    managed=128,
    services=50,
    fingerprint="b" * 64,
)

STOPPED = Plan(
    requests=ASKING.requests,
    stopped_by=(
        Stop(
            "max_changes_percent", "5 of 15 managed contacts would change, which is 33 %; the limit is 30 %"
        ),
    ),
    in_sync=10,
    managed=15,
    services=5,
    fingerprint="c" * 64,
)

WAITING = Plan(pending=EVERYTHING.pending, in_sync=1, managed=6, services=6, fingerprint="d" * 64)
STUCK = Plan(blocked=EVERYTHING.blocked[:1], in_sync=1, managed=2, services=2, fingerprint="e" * 64)

UNTIL = date(2027, 1, 31)
TIME_BOXED = Plan(
    requests=(
        request(change("domain/gets.example")),
        request(change("domain/plain.example")),
        request(change("domain/back.example", live=AGENCY, desired=PLATFORM)),
    ),
    pending=(Pending(change("domain/p1.example"), 5001, TaskState.VALIDATING, (AGENCY,)),),
    managed=4,
    services=4,
    fingerprint="a" * 64,
    time_boxes={
        (ServiceId("domain/back.example"), Role.TECHNICAL): TimeBox(
            AGENCY, UNTIL, PLATFORM, "shop relaunch", "OPS-12"
        ),
        (ServiceId("domain/gets.example"), Role.TECHNICAL): TimeBox(
            AGENCY, UNTIL, PLATFORM, "shop relaunch", "OPS-12"
        ),
        (ServiceId("domain/p1.example"), Role.TECHNICAL): TimeBox(AGENCY, UNTIL, STRANGER),
    },
)

BESIDE = Plan(
    requests=ASKING.requests[:1],
    managed=2,
    services=1,
    fingerprint="a" * 64,
    beside=Beside(
        base="origin/main",
        wanted=((change("domain/theirs.example"), "requests"),),
        released=((ServiceId("domain/left.example"), Role.BILLING),),
        contested=((ServiceId("domain/both.example"), Role.TECHNICAL),),
    ),
)

OBSERVED = Plan(
    requests=ASKING.requests[:1],
    observed=(
        Observed(change("domain/both.example", Role.ADMIN)),
        Observed(change("domain/o1.example"), 7001, TaskState.VALIDATING, AGENCY, ours=True),
        Observed(change("domain/o2.example"), 7002, TaskState.DOING, STRANGER),
        Observed(change("domain/o3.example", desired=PLATFORM), 7003, TaskState.TODO, AGENCY),
        Observed(change("domain/o4.example"), 7004, TaskState.DONE, AGENCY, ours=True),
    ),
    in_sync=3,
    managed=9,
    services=5,
    watched=7,
    watched_services=4,
    fingerprint="a" * 64,
)


def many_services(number: int) -> tuple[ServiceId, ...]:
    """So many services."""
    return tuple(ServiceId(f"domain/s{index:05}.example") for index in range(number))


def hostile(text: str) -> Plan:
    """A plan in which every text that comes from a file or a server is `text`."""
    service = ServiceId(f"domain/{text}")
    account = AccountId(text)
    bad = Change(service, Role.ADMIN, account, AccountId(f"{text}2"))
    confirmers = (bad.desired, account)
    return Plan(
        requests=(
            Request(
                service, account, (bad,), (PlannedTask(account, bad.desired, (Role.ADMIN,), confirmers),)
            ),
        ),
        deferred=(Deferred(bad, account, (7,)),),
        pending=(Pending(bad, 8, TaskState.VALIDATING, confirmers),),
        blocked=tuple(Blocked(bad, reason, text, confirmers) for reason in Reason),
        observed=(Observed(bad, 10, TaskState.TODO, AccountId(f"{text}4")),),
        contested=(Contested(bad, 9, account, AccountId(f"{text}3"), ours=False),),
        absent=(service,),
        unmanaged=(service,),
        unknown=(Unknown(service, text),),
        stopped_by=(Stop(text, text),),
        managed=20,
        services=1,
        fingerprint="0" * 64,
        time_boxes={(service, Role.ADMIN): TimeBox(account, UNTIL, bad.desired, text, text)},
    )
