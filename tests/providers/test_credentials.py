"""Keys are found where the user keeps them, go nowhere else, and are never shown."""

from __future__ import annotations

import logging
import subprocess
import time
from pathlib import Path

import pytest

from reconciler.errors import CredentialsError
from reconciler.model import account_id
from reconciler.providers.ovh import native, references
from reconciler.providers.ovh.credentials import load_credentials
from reconciler.providers.ovh.keys import Keyring, Keys, OAuth

TRIPLE = 'application_key = "ak-canary"\napplication_secret = "as-canary"\nconsumer_key = "ck-canary"\n'
KEYS = Keys("ak-canary", "as-canary", "ck-canary")
ONE = account_id("ab12345-ovh")


@pytest.fixture(autouse=True)
def _no_system_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(native, "SYSTEM_FILE", tmp_path / "no" / "ovh.conf")


class Place:
    """A folder with a `credentials.toml`, a home and a working directory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file = root / "credentials.toml"
        self.home = root / "home"
        self.cwd = root / "work"
        self.home.mkdir()
        self.cwd.mkdir()
        self.environ = {"HOME": str(self.home), "XDG_CONFIG_HOME": str(root / "xdg"), "PATH": "/usr/bin:/bin"}

    def write(self, text: str, mode: int = 0o600) -> None:
        self.file.write_text(text)
        self.file.chmod(mode)

    def load(self, endpoint: str = "ovh-eu", **environ: str) -> Keyring:
        """Load the file, given by its path."""
        environ = {**self.environ, **environ}
        return load_credentials(endpoint, path=self.file, environ=environ, cwd=self.cwd)

    def find(self, endpoint: str = "ovh-eu", **environ: str) -> Keyring:
        """Load whatever is found without a path."""
        environ = {**self.environ, **environ}
        return load_credentials(endpoint, path=None, environ=environ, cwd=self.cwd)

    def refusal(self, text: str, endpoint: str = "ovh-eu", **environ: str) -> CredentialsError:
        self.write(text)
        with pytest.raises(CredentialsError) as caught:
            self.load(endpoint, **environ)
        return caught.value


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_each_table_is_an_account_and_its_id_is_case_folded(place: Place) -> None:
    place.write(f"[accounts.AB12345-OVH]\n{TRIPLE}")
    assert place.load().accounts == {ONE: KEYS}


def test_a_service_account_has_a_client_id_and_secret(place: Place) -> None:
    place.write('[accounts.ab12345-ovh]\nclient_id = "id-canary"\nclient_secret = "secret-canary"\n')
    assert place.load().accounts == {ONE: OAuth("id-canary", "secret-canary")}


def test_a_service_account_is_refused_where_there_are_none(place: Place) -> None:
    url = "http://127.0.0.1:9000/1.0"
    text = f'[accounts.ab12345-ovh]\nendpoint = "{url}"\nclient_id = "a"\nclient_secret = "b"\n'
    assert "only on ovh-eu and ovh-ca" in place.refusal(text, url).message


def test_a_key_may_be_fetched_from_the_environment_a_file_or_a_command(place: Place) -> None:
    (place.root / "secret").write_text("as-canary\n")
    place.write(
        "[accounts.ab12345-ovh]\n"
        'application_key = {env = "AK"}\n'
        'application_secret = {file = "secret"}\n'
        'consumer_key = {cmd = ["printf", "  %s\\n", "ck-canary"]}\n'
    )
    assert place.load(AK="ak-canary").accounts == {ONE: KEYS}


def test_a_command_is_run_without_a_shell(place: Place) -> None:
    place.write(_with_consumer_key('{cmd = ["printf", "%s", "$HOME"]}'))
    (keys,) = place.load().accounts.values()
    assert isinstance(keys, Keys)
    assert keys.consumer_key == "$HOME"


def _with_consumer_key(reference: str) -> str:
    return (
        '[accounts.ab12345-ovh]\napplication_key = "ak-canary"\napplication_secret = "as-canary"\n'
        f"consumer_key = {reference}\n"
    )


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ('{env = "NOT_SET"}', "NOT_SET is not set"),
        ('{env = ""}', "must name a variable"),
        ('{file = "/no/such/file"}', "cannot read the file /no/such/file: No such file"),
        ('{file = "/"}', "cannot read the file"),
        ('{cmd = ["no-such-command-anywhere"]}', "could not be started: No such file"),
        ('{cmd = ["false"]}', "failed with exit code 1"),
        ('{cmd = ["true"]}', "is empty"),
        ('{cmd = "echo ck"}', "list of words"),
        ("{cmd = []}", "list of words"),
        ('{vault = "x"}', "unknown kind of reference 'vault'"),
        ('{env = "A", file = "b"}', "must be a string or one of"),
        ("42", "must be a string or one of"),
        ('""', "is empty"),
        ('"two words"', "one word of visible ASCII"),
        ('{cmd = ["printf", "a\\nb"]}', "one word of visible ASCII"),
    ],
)
def test_a_reference_that_leads_nowhere_names_file_table_and_key(
    place: Place, reference: str, words: str
) -> None:
    error = place.refusal(_with_consumer_key(reference))
    assert words in error.message
    assert error.message.startswith(f"{place.file}: [accounts.ab12345-ovh]: consumer_key: ")


def test_a_command_that_hangs_is_ended_with_all_that_it_started(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(references, "COMMAND_SECONDS", 0.3)
    begun = time.monotonic()
    error = place.refusal(_with_consumer_key('{cmd = ["sh", "-c", "sleep 30 & sleep 30"]}'))
    assert "no answer within 0.3 s" in error.message
    assert time.monotonic() - begun < 5


def test_what_a_command_says_on_stderr_is_not_passed_on(
    place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    error = place.refusal(_with_consumer_key('{cmd = ["sh", "-c", "echo stderr-canary >&2; exit 3"]}'))
    assert "canary" not in f"{error} {error.hint} {capfd.readouterr()}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("accounts = 3\n", "one table [accounts.ID] per account"),
        ("[account.x]\n", "unknown table or key 'account'"),
        ("[accounts.x]\nconsumer_keey = 'a'\n" + TRIPLE, "unknown key 'consumer_keey'"),
        ("[accounts]\nx = 'text'\n", "must be a table"),
        ("[accounts.x]\napplication_key = 'a'\nconsumer_key = 'c'\n", "application_secret is missing"),
        ("[accounts.x]\nclient_id = 'a'\n", "client_secret is missing"),
        (f"[accounts.x]\n{TRIPLE}client_id = 'a'\n", "both kinds of credentials"),
        ("[accounts.x]\n", "application_key and application_secret and consumer_key are missing"),
        (f"[accounts.x]\nendpoint = 3\n{TRIPLE}", "endpoint must be a string"),
        (f"[accounts.x-ovh]\n{TRIPLE}[accounts.X-OVH]\n{TRIPLE}", "are the same account"),
        (f'[accounts.""]\n{TRIPLE}', "empty ID"),
        ("[accounts.x\n", "is not TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_file_and_table_and_no_value(
    place: Place, text: str, words: str
) -> None:
    error = place.refusal(text)
    assert words in error.message
    assert str(place.file) in error.message
    assert "canary" not in error.message


def test_every_problem_of_the_file_is_told_at_once(place: Place) -> None:
    error = place.refusal("[accounts.a]\nclient_id = 'x'\n[accounts.b]\nfoo = 1\n[other]\n")
    assert [row.split(": ", 1)[1][:13] for row in error.message.splitlines()] == [
        "unknown table",
        "[accounts.a]:",
        "[accounts.b]:",
        "[accounts.b]:",
    ]


def test_a_wrong_file_starts_no_command(place: Place) -> None:
    trace = place.root / "trace"
    place.refusal(
        f'[accounts.a]\n{TRIPLE}[accounts.b]\nconsumer_key = {{cmd = ["touch", "{trace}"]}}\nwrong = 1\n'
    )
    assert not trace.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666, 0o644, 0o620])
def test_a_file_that_others_can_read_is_refused_with_the_command_that_helps(place: Place, mode: int) -> None:
    place.write(f"[accounts.x]\n{TRIPLE}", mode)
    with pytest.raises(CredentialsError, match="others can read it") as caught:
        place.load()
    assert caught.value.hint == f"chmod 600 {place.file}"


def test_a_file_given_but_missing_is_an_error(place: Place) -> None:
    with pytest.raises(CredentialsError, match="cannot be read: No such file"):
        place.load()


def test_a_folder_or_a_file_that_is_not_text_is_an_error(place: Place) -> None:
    place.file.mkdir(mode=0o700)
    with pytest.raises(CredentialsError, match="cannot be read"):
        place.load()
    place.file.rmdir()
    place.file.write_bytes(b"\xff\xfe")
    place.file.chmod(0o600)
    with pytest.raises(CredentialsError, match="not UTF-8"):
        place.load()


def test_without_a_path_the_file_in_the_config_folder_is_read_if_there_is_one(place: Place) -> None:
    assert place.find() == Keyring()
    place.file = place.root / "xdg" / "reconciler" / "credentials.toml"
    place.file.parent.mkdir(parents=True)
    place.write(f"[accounts.ab12345-ovh]\n{TRIPLE}")
    assert place.find().accounts == {ONE: KEYS}


@pytest.mark.parametrize(
    ("own", "endpoint"),
    [("ovh-ca", "ovh-eu"), ("ovh-eu", "ovh-ca"), ("ovh-eu", "sandbox"), ("ovh-eu", "http://127.0.0.1:9/1.0")],
)
def test_keys_for_another_endpoint_are_an_error(place: Place, own: str, endpoint: str) -> None:
    error = place.refusal(f'[accounts.x]\nendpoint = "{own}"\n{TRIPLE}', endpoint)
    assert f"its keys are for the endpoint {own}" in error.message
    assert "--credentials" in (error.hint or "")


def test_keys_without_an_endpoint_are_for_ovh_eu(place: Place) -> None:
    assert "for the endpoint ovh-eu" in place.refusal(f"[accounts.x]\n{TRIPLE}", "ovh-ca").message


@pytest.mark.parametrize(
    "spelling", ["http://127.0.0.1:9000/1.0", "HTTP://127.0.0.1:9000/1.0/", "http://127.0.0.1:9000/1.0/"]
)
def test_two_spellings_of_one_url_are_one_endpoint(place: Place, spelling: str) -> None:
    place.write(f'[accounts.ab12345-ovh]\nendpoint = "{spelling}"\n{TRIPLE}')
    assert place.load("http://127.0.0.1:9000/1.0").accounts == {ONE: KEYS}


NATIVE = {
    "OVH_APPLICATION_KEY": "ak-canary",
    "OVH_APPLICATION_SECRET": "as-canary",
    "OVH_CONSUMER_KEY": "ck-canary",
}
CONF = "[ovh-eu]\napplication_key=ak-canary\napplication_secret=as-canary\nconsumer_key=ck-canary\n"


def test_the_default_account_comes_from_the_environment(place: Place) -> None:
    keyring = place.find(**NATIVE, OVH_ENDPOINT="ovh-eu")
    assert (keyring.default, keyring.default_source) == (KEYS, "the OVH_* environment variables")


@pytest.mark.parametrize("endpoint", ["sandbox", "http://127.0.0.1:9000/1.0"])
def test_native_places_are_never_read_for_the_sandbox_or_a_url(place: Place, endpoint: str) -> None:
    (place.cwd / "ovh.conf").write_text(CONF)
    keyring = place.find(endpoint, **NATIVE, OVH_ENDPOINT=endpoint)
    assert keyring == Keyring()


@pytest.mark.parametrize(
    ("said", "asked", "found"),
    [
        ("ovh-ca", "ovh-eu", False),
        ("ovh-ca", "ovh-ca", True),
        ("ovh-us", "ovh-eu", False),
        (None, "ovh-eu", True),
        (None, "ovh-ca", False),
    ],
)
def test_variables_for_another_endpoint_are_ignored(
    place: Place, said: str | None, asked: str, *, found: bool
) -> None:
    environ = {**NATIVE, **({"OVH_ENDPOINT": said} if said else {})}
    assert (place.find(asked, **environ).default == KEYS) is found


def test_a_section_for_another_endpoint_is_ignored(place: Place) -> None:
    (place.home / ".ovh.conf").write_text(f"[default]\nendpoint=ovh-eu\n{CONF}")
    assert place.find("ovh-ca").default is None
    assert place.find("ovh-eu").default == KEYS


def test_a_nearer_place_beats_a_farther_one(place: Place) -> None:
    (place.home / ".ovh.conf").write_text(CONF.replace("ck-canary", "ck-of-home"))
    (place.cwd / "ovh.conf").write_text("[ovh-eu]\nconsumer_key=ck-of-here\n")
    assert place.find().default == Keys("ak-canary", "as-canary", "ck-of-here")
    keyring = place.find(OVH_CONSUMER_KEY="ck-of-env")
    assert keyring.default == Keys("ak-canary", "as-canary", "ck-of-env")


def test_incomplete_native_keys_are_left_aside_with_a_warning(place: Place) -> None:
    keyring = place.find(OVH_APPLICATION_KEY="ak-canary")
    assert keyring.default is None
    assert "application_secret and consumer_key are missing" in keyring.warnings[0]
    assert "canary" not in keyring.warnings[0]


def test_a_native_file_that_cannot_be_parsed_is_left_aside_without_quoting_it(place: Place) -> None:
    (place.home / ".ovh.conf").write_text("ck-canary without a section\n")
    keyring = place.find()
    assert keyring.default is None
    assert "cannot be read as a configuration file" in keyring.warnings[0]
    assert "canary" not in keyring.warnings[0]


def _git(cwd: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=cwd, check=True, capture_output=True)


def test_ovh_conf_is_left_aside_where_git_tracks_it(place: Place) -> None:
    (place.cwd / "ovh.conf").write_text(CONF)
    assert place.find().default == KEYS
    _git(place.cwd, "init", "-q")
    assert place.find().default == KEYS
    _git(place.cwd, "add", "ovh.conf")
    keyring = place.find()
    assert keyring.default is None
    assert "git tracks it" in keyring.warnings[0]


def test_ovh_conf_is_left_aside_where_git_cannot_say(place: Place) -> None:
    (place.cwd / "ovh.conf").write_text(CONF)
    (place.cwd / ".git").write_text("gitdir: /nowhere\n")
    keyring = place.find()
    assert keyring.default is None
    assert "could not say" in keyring.warnings[0]


def test_no_representation_shows_a_key(place: Place) -> None:
    place.write(f"[accounts.ab12345-ovh]\n{TRIPLE}")
    keyring = place.load(**NATIVE)
    shown = f"{keyring!r} {keyring} {KEYS!r} {OAuth('id-canary', 'secret-canary')!r} {[KEYS]}"
    assert "canary" not in shown


def test_nothing_about_keys_is_logged(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        place.write(_with_consumer_key('{cmd = ["printf", "ck-canary"]}'))
        place.load()
    assert "canary" not in caplog.text


def test_keys_of_the_environment_for_another_endpoint_are_told_of(place: Place) -> None:
    keyring = place.find("ovh-eu", **NATIVE, OVH_ENDPOINT="ovh-ca")
    assert keyring.default is None
    assert "the keys in OVH_* are left aside: they are for ovh-ca, not for ovh-eu" in keyring.warnings
