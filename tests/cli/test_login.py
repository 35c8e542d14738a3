"""`login` with the sandbox and its validation page: the key that is kept, what is never shown or lost."""

from __future__ import annotations

import stat
import time
import tomllib
from pathlib import Path

import requests

from reconciler.sandbox import application_key, application_secret, consumer_key
from tests.cli.conftest import AGENCY, FINANCE, PLATFORM, SHOP_MOVES, Open, Place
from tests.running import PATIENCE, Running

BEFORE = '# mine\n[imap."me@mail.example"]\npassword = "secret"  # of the box'


def keys_file(here: Place) -> Path:
    """Return where the keys are kept."""
    return Path(here.desk.environ["XDG_CONFIG_HOME"]) / "reconciler" / "credentials.toml"


def begun(here: Place, account: str, *arguments: str) -> Running:
    """Begin to log in with the application of an account."""
    words = f"{application_key(account)}\n{application_secret(account)}\n"
    return here.desk.start("login", *arguments, stdin=words)


def page(login: Running) -> str:
    """Return the address of the page to validate the key on."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        out = Path(login._streams[1]).read_text()
        if out.endswith("\n"):
            return out.strip()
        assert "rror" not in login.err, login.err
        time.sleep(0.01)
    raise AssertionError("no page was named")


def answer(address: str, word: str = "grant") -> None:
    """Grant or refuse the key, as its owner does on the page."""
    requests.post(address, data={"answer": word}, timeout=10).raise_for_status()


def test_the_key_is_kept_beside_what_was_there_and_doctor_finds_it_exact(place: Open) -> None:
    here = place(SHOP_MOVES, held=())
    keys_file(here).write_text(BEFORE)
    keys_file(here).chmod(0o600)
    login = begun(here, AGENCY, "agency")
    address = page(login)
    assert address.startswith(here.town.host + "/_sandbox/credentials/")
    assert keys_file(here).read_text() == BEFORE  # nothing is kept before the owner has said yes
    answer(address)
    done = login.wait()
    assert done.code == 0, done.err
    text = keys_file(here).read_text()
    assert text.startswith(f'{BEFORE}\n\n[accounts."{AGENCY}"]\n')
    table = tomllib.loads(text)["accounts"][AGENCY]
    assert table["endpoint"] == here.town.url
    assert stat.S_IMODE(keys_file(here).stat().st_mode) == 0o600
    for secret in table["application_key"], table["application_secret"], table["consumer_key"]:
        assert secret not in done.out + done.err
    checks = here.run("doctor", "--format", "json").json["checks"]
    found = {row["check"]: row["found"] for row in checks if row["account"] == AGENCY}
    assert found["rights"] == "granted exactly what is needed"


def test_a_file_is_made_for_its_owner_only_and_the_account_is_learnt(place: Open) -> None:
    here = place("services: {}\n", held=())
    keys_file(here).unlink()
    keys_file(here).parent.rmdir()
    login = begun(here, FINANCE)
    answer(page(login))
    done = login.wait()
    assert done.code == 0, done.err
    assert FINANCE in done.err
    assert list(tomllib.loads(keys_file(here).read_text())["accounts"]) == [FINANCE]
    assert stat.S_IMODE(keys_file(here).stat().st_mode) == 0o600
    assert [path.name for path in keys_file(here).parent.iterdir()] == ["credentials.toml"]
    assert here.run("list").code == 0


def test_the_way_in_from_nothing_is_login_import_and_a_plan_that_is_in_sync(place: Open) -> None:
    here = place(SHOP_MOVES, held=())
    here.desk.file.unlink()
    login = begun(here, PLATFORM, "--endpoint", here.town.url)
    answer(page(login))
    assert login.wait().code == 0
    assert here.run("import", "--endpoint", here.town.url).code == 0
    plan = here.run("plan", "--detailed-exitcode")
    assert (plan.code, plan.err) == (0, ""), plan
    other = here.run("login", "--endpoint", "ovh-eu")
    assert (other.code, f"is for the endpoint {here.town.url}, not for ovh-eu" in other.err) == (64, True)
    renewal = here.desk.start("login", PLATFORM, "--renew")  # a file knows which products are needed
    answer(page(renewal))
    assert renewal.wait().code == 0
    checks = here.run("doctor", "--format", "json").json["checks"]
    assert "granted exactly what is needed" in [row["found"] for row in checks]


def test_a_second_login_adds_a_second_account(place: Open) -> None:
    here = place(SHOP_MOVES, held=(PLATFORM,))
    before = keys_file(here).read_text()
    login = begun(here, AGENCY, "--as", AGENCY)
    answer(page(login))
    assert login.wait().code == 0
    assert keys_file(here).read_text().startswith(before)
    assert here.run("apply", "--yes").code == 0


def test_nobody_who_validates_in_time_is_an_error_and_keeps_nothing(place: Open) -> None:
    here = place(SHOP_MOVES, held=())
    for word in (None, "refuse"):
        login = begun(here, AGENCY, "agency", "--timeout", "0.6")
        if word:
            answer(page(login), word)
        done = login.wait()
        assert done.code == 1
        assert "nobody has validated the key within 0.6 s" in done.err
        assert not keys_file(here).read_text()


def test_a_key_that_somebody_else_validated_is_not_kept(place: Open) -> None:
    here = place(SHOP_MOVES, held=())
    login = begun(here, FINANCE, "agency")  # the sandbox takes the application's owner for who validates
    answer(page(login))
    done = login.wait()
    assert done.code == 1
    assert f"validated by {FINANCE}, not by {AGENCY}" in done.err
    assert not keys_file(here).read_text()


def test_keys_that_are_there_are_not_overwritten_whatever_their_table_is_called(place: Open) -> None:
    here = place(SHOP_MOVES)
    for name in (AGENCY, "agency"):
        before = keys_file(here).read_text().replace(f'"{AGENCY}"]', f'"{name}"]')
        keys_file(here).write_text(before)
        done = begun(here, AGENCY, "agency").wait()
        assert (done.code, done.out) == (1, "")  # no page: no key was asked for in vain
        assert f"already holds keys of [accounts.{name}]" in done.err
        assert keys_file(here).read_text() == before
    login = begun(here, AGENCY)
    answer(page(login))
    done = login.wait()  # whose key it is was learnt only now
    assert (done.code, "already holds keys of [accounts.agency]" in done.err) == (1, True)
    assert keys_file(here).read_text() == before


def test_a_renewed_key_takes_the_place_of_the_old_one_and_no_other_byte_changes(place: Open) -> None:
    here = place(SHOP_MOVES)
    ours = f'\n[accounts."{AGENCY}"]\n'
    old = f'consumer_key = "{consumer_key(AGENCY)}"'
    text = keys_file(here).read_text()
    at = text.index(old, text.index(ours))
    before = f"{text[:at]}# {old}\n  {old}  # of spring{text[at + len(old) :]}{BEFORE}\r\n"
    before = before.replace(f'"{application_secret(AGENCY)}"', '{env = "OF_THE_AGENCY"}')
    keys_file(here).write_bytes(before.encode())
    here.desk.environ["OF_THE_AGENCY"] = application_secret(AGENCY)
    login = here.desk.start("login", "agency", "--renew")
    answer(page(login))
    done = login.wait()
    assert done.code == 0, done.err
    after = keys_file(here).read_bytes().decode()
    new = tomllib.loads(after)["accounts"][AGENCY]["consumer_key"]
    assert new != consumer_key(AGENCY)
    assert new not in done.out + done.err
    assert after == before.replace(f"  {old}", f'  consumer_key = "{new}"')
    assert stat.S_IMODE(keys_file(here).stat().st_mode) == 0o600
    checks = here.run("doctor", "--format", "json").json["checks"]
    found = {row["check"]: row["found"] for row in checks if row["account"] == AGENCY}
    assert found["rights"] == "granted exactly what is needed"


def test_what_cannot_be_renewed_is_said_before_a_key_is_asked_for(place: Open) -> None:
    here = place(SHOP_MOVES, held=(PLATFORM,))
    text = keys_file(here).read_text()
    elsewhere = text.replace(f'"{consumer_key(PLATFORM)}"', '{file = "key"}')
    (keys_file(here).parent / "key").write_text(consumer_key(PLATFORM))
    (keys_file(here).parent / "key").chmod(0o600)
    for before, arguments, code, words in (
        (text, ("agency",), 1, "holds no keys of this account"),
        (text, (), 64, "--renew needs an account"),
        (elsewhere, ("platform",), 1, "does not stand there as a text of its own line"),
        (text.replace(here.town.url, "ovh-eu"), ("platform",), 1, "its keys are for the endpoint ovh-eu"),
    ):
        keys_file(here).write_text(before)
        done = here.run("login", *arguments, "--renew")
        assert (done.code, done.out, words in done.err) == (code, "", True), done.err
        assert keys_file(here).read_text() == before


def test_a_file_that_others_can_read_is_refused_before_a_key_is_asked_for(place: Open) -> None:
    here = place(SHOP_MOVES, held=())
    keys_file(here).chmod(0o644)
    done = begun(here, AGENCY, "agency").wait()
    assert (done.code, done.out) == (1, "")
    assert "chmod 600" in done.err


def test_without_the_keys_of_an_application_it_says_where_they_may_stand(place: Open) -> None:
    here = place(SHOP_MOVES, held=())
    done = here.run("login", "agency", stdin="only-one\n")
    assert done.code == 64
    assert "RECONCILER_APPLICATION_KEY" in done.err
    assert "only-one" not in done.err


def test_the_application_may_stand_in_variables_and_an_unknown_one_is_refused(place: Open) -> None:
    here = place(SHOP_MOVES, held=())
    here.desk.environ |= {
        "RECONCILER_APPLICATION_KEY": "ak-nobody",
        "RECONCILER_APPLICATION_SECRET": "as-nobody",
    }
    done = here.run("login", "agency")
    assert done.code == 1
    assert "Invalid application key" in done.err
    assert "as-nobody" not in done.err
