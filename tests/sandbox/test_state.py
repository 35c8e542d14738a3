"""What is kept, whoever runs it, however it ends, and however many run it at once."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ovh.exceptions import APIError, ResourceConflictError

from reconciler.errors import ReconcilerError
from reconciler.sandbox import World, store
from reconciler.sandbox.store import Store
from tests.sandbox.town import (
    ADMIN,
    BILLING,
    NEW,
    SHOP,
    STRANGER,
    TECH,
    Build,
    Clock,
    Town,
    account,
    client,
    running,
    service,
    world,
)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Return where a state may be kept."""
    return tmp_path / "deep" / "sandbox.sqlite"


def test_everything_survives_a_restart(state: Path) -> None:
    with running(world(), state) as here:
        (task,) = here.ask(ADMIN, contactTech=NEW)
        here.accept(ADMIN, task)
        services = here.get(ADMIN, "/services")
    with running(World(), state) as here:
        assert here.get(ADMIN, "/services") == services
        assert here.state(ADMIN, task) == "validatingByCustomers"
        with pytest.raises(ResourceConflictError):
            here.ask(ADMIN, contactTech=STRANGER)
        here.accept(NEW, task)
        assert here.contacts(ADMIN) == (ADMIN, NEW, BILLING)


def test_time_passes_while_nothing_runs(state: Path) -> None:
    with running(world(), state) as here:
        (task,) = here.ask(ADMIN, contactTech=NEW)
    later = Clock()
    later.ahead = 8 * 86_400
    with running(World(), state, later) as here:
        assert here.state(ADMIN, task) == "expired"


def test_a_state_that_exists_wins_over_the_world_which_only_adds(state: Path) -> None:
    with running(world(), state) as here:
        here.edit("PUT", "services", {"service": SHOP, "technical": STRANGER})
    with running(
        world(service(), service("vps/new"), account("xx1-ovh"), account(NEW, unpaid_invoices=1)), state
    ) as here:
        assert here.contacts(ADMIN) == (ADMIN, STRANGER, BILLING)
        assert here.get(ADMIN, "/vps") == ["new"]
        assert here.get("xx1-ovh", "/me")
        assert here.get(NEW, "/me/debtAccount/debt") == []


def test_settings_switched_at_run_time_hold_until_the_world_says_others(state: Path) -> None:
    with running(world(), state) as here:
        here.edit("POST", "settings", {"noop": "empty"})
    with running(world(), state) as here:
        assert here.ask(ADMIN, contactTech=TECH) == []
    with running(world(wrong_state=400), state) as here, pytest.raises(APIError):
        here.ask(ADMIN, contactTech=TECH)


def test_a_fault_that_was_used_up_stays_used_up(state: Path) -> None:
    with running(world(), state) as here:
        here.edit("POST", "faults", [{"path": "/me", "status": 500, "body": {}, "times": 1}])
        with pytest.raises(APIError):
            here.get(ADMIN, "/me")
    with running(world(), state) as here:
        assert here.get(ADMIN, "/me")


def test_only_the_owner_can_read_the_state(state: Path) -> None:
    with running(world(), state) as here:
        here.ask(ADMIN, contactTech=NEW)
        files = list(state.parent.iterdir())
        assert state in files
        assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)


@pytest.mark.parametrize("content", [b"not a database at all, only some text that is long enough", None])
def test_a_state_that_cannot_be_used_is_a_clear_error(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "state"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(ReconcilerError, match="cannot be used") as caught, running(world(), path):
        pass
    assert caught.value.hint


def test_ids_grow_and_two_fresh_worlds_do_not_share_them(town: Build) -> None:
    first, second = town(service(), service("vps/one")), town()
    ids = [*first.ask(ADMIN, contactTech=NEW), *first.ask(ADMIN, "vps/one", contactTech=NEW)]
    assert ids == sorted(ids)
    assert ids[0] > 1_000_000
    services = first.get(ADMIN, "/services")
    assert not set(services) & set(ids)
    assert second.ask(ADMIN, contactTech=NEW)


def ask_at_once(towns: list[Town], times: int) -> list[list[int] | str]:
    """Have `times` customers ask for the same service at the same moment."""
    start = threading.Barrier(times)

    def ask(number: int) -> list[int] | str:
        customer = client(towns[number % len(towns)].url, ADMIN)
        customer.get("/me")
        start.wait()
        try:
            made: list[int] = customer.post(f"/{SHOP}/changeContact", contactTech=NEW, contactBilling=NEW)
        except APIError as error:
            return str(error.response.json()["message"])
        finally:
            customer._session.close()
        return made

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(ask, range(times)))


def test_of_many_requests_at_once_exactly_one_wins(town: Build) -> None:
    here = town()
    answers = ask_at_once([here], 12)
    (won,) = [answer for answer in answers if isinstance(answer, list)]
    assert len(won) == 2
    assert set(map(str, answers)) == {str(won), "A contact change task is already running on this service"}
    assert len(here.edit("GET", "tasks")) == 2


def test_two_servers_over_one_state_never_let_two_win(state: Path) -> None:
    with running(world(), state) as one, running(world(), state) as two:
        answers = ask_at_once([one, two], 8)
        (won,) = [answer for answer in answers if isinstance(answer, list)]
        assert [task["id"] for task in two.edit("GET", "tasks")] == won
        one.accept(ADMIN, won[0])
        two.accept(NEW, won[0])
        assert one.contacts(ADMIN)[1] == NEW


def test_of_two_uses_of_one_token_at_once_exactly_one_counts(town: Build) -> None:
    here = town()
    (task,) = here.ask(ADMIN, contactTech=NEW)
    token = here.token(NEW, task)
    start = threading.Barrier(6)

    def accept(_number: int) -> bool:
        customer = client(here.url, NEW)
        customer.get("/me")
        start.wait()
        try:
            customer.post(f"/me/task/contactChange/{task}/accept", token=token)
        except APIError:
            return False
        finally:
            customer._session.close()
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(accept, range(6))) == [False] * 5 + [True]


PROGRAM = """
import sys, time
from pathlib import Path
from reconciler.sandbox import World, embedded
with embedded(World(), state=Path(sys.argv[1])) as url:
    print(url, flush=True)
    time.sleep(60)
"""


def test_what_was_answered_survives_a_killed_process_and_nothing_is_there_twice(state: Path) -> None:
    keys = [f"vps/{number}" for number in range(15)]
    with running(world(*(service(key) for key in keys)), state):
        pass
    answered: dict[str, list[int]] = {}
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(state)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    customer = client(process.stdout.readline().strip(), ADMIN)
    threading.Timer(0.06, process.send_signal, [signal.SIGKILL]).start()
    for key in keys:
        try:
            answered[key] = customer.post(f"/{key}/changeContact", contactTech=NEW)
        except APIError:
            break
    customer._session.close()
    process.stdout.close()
    process.wait()
    with running(World(), state) as here:
        kept = {task["service"]: [task["id"]] for task in here.edit("GET", "tasks")}
        assert len(kept) == len(here.edit("GET", "tasks"))
        assert answered.items() <= kept.items()
        assert len(kept) <= len(answered) + 1
        for key in keys:
            if key not in kept:
                assert here.ask(ADMIN, key, contactTech=NEW)
        for (task,) in kept.values():
            here.accept(ADMIN, task)


def test_of_two_changes_the_second_waits_before_it_looks(state: Path) -> None:
    first, second = Store(state), Store(state)
    began = threading.Event()
    seen: list[str] = []

    def look() -> None:
        with second.change():
            began.set()
            seen.extend(second.ids("SELECT value FROM meta WHERE key = 'x'"))

    with first.change():
        other = threading.Thread(target=look)
        other.start()
        assert not began.wait(0.2)
        first.write("INSERT INTO meta VALUES ('x', 'written')")
    other.join()
    assert seen == ["written"]
    first.close()
    second.close()


def test_a_state_that_another_process_keeps_busy_is_a_503(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.05)
    with running(world(), state) as here:
        here.get(ADMIN, "/me")
        other = Store(state)
        with other.change(), pytest.raises(APIError, match="busy") as caught:
            here.ask(ADMIN, contactTech=NEW)
        other.close()
        assert caught.value.response.status_code == 503
        assert here.ask(ADMIN, contactTech=NEW)
