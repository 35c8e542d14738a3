"""`import`: from what the endpoint shows to a contacts file, or to what one lacks."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import click

from reconciler.cli.drafts import Draft
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.opening import session_of
from reconciler.cli.options import FILE_NAMES, Settings, find_file
from reconciler.cli.planning import SHOWN, warn_of_unreadable
from reconciler.config import Account, Config, Endpoint, load
from reconciler.config.endpoints import endpoint_of
from reconciler.config.reading import read_bytes
from reconciler.edit.assigned import with_new
from reconciler.edit.estate import Addition, added_to, declarable, new_file
from reconciler.edit.kept import assert_means
from reconciler.errors import ReconcilerError
from reconciler.model import Contacts, Observation, ServiceId, route_of
from reconciler.render import visible
from reconciler.render.wording import counted

DEFAULT_ENDPOINT = "ovh-eu"
STDOUT = Path("-")


@dataclass(frozen=True, slots=True)
class _Target:
    """The file to be written.

    Attributes:
        path: where it is, or is to be.
        before: its bytes; None where there is no file yet, or an empty one.
        config: what it says; of a new one, the endpoint and the accounts whose short names are known.
    """

    path: Path
    before: bytes | None
    config: Config


class _Result(NamedTuple):
    """A file's new text, what it declares more than before, and what it cannot declare, with the reasons."""

    text: str
    rows: Mapping[ServiceId, Contacts]
    accounts: int
    left_out: Mapping[ServiceId, str]


def import_estate(settings: Settings, out: Path | None, endpoint: str | None) -> ExitCode:
    """Write every service of the configured accounts to a file, or add those that it does not declare.

    Args:
        settings: the shared options; the file named there is the one to be written unless `out` is given.
        out: the file to be written; `-` is stdout.
        endpoint: for a file that is not there yet; None: that of the file named in `settings`, or ovh-eu.
    """
    if out == STDOUT:
        target = _new(_usual_path(settings), settings, endpoint)
        observation, result = _imported(target, settings)
        click.echo(result.text, nl=False)
    else:
        path = out or _usual_path(settings)
        target = _existing(path, endpoint) if _bytes_of(path) else _new(path, settings, endpoint)
        with Draft(path) as draft:
            observation, result = _imported(target, settings)
            if _bytes_of(path) != target.before:
                raise ReconcilerError(
                    f"{path} was changed meanwhile; nothing was written", hint="run import again"
                )
            if result.rows or target.before is None:
                draft.finish(result.text)
        if settings.verbosity >= 0:
            click.echo(_summary(target, result))
    _tell_what_is_not_in_it(target, observation, result)
    return ExitCode.ERROR if observation.unreadable else ExitCode.OK


def _usual_path(settings: Settings) -> Path:
    """Return the contacts file, where there is none the place for one."""
    try:
        return find_file(settings.file)
    except ReconcilerError:
        return Path.cwd() / FILE_NAMES[0]


def _bytes_of(path: Path) -> bytes | None:
    """Return what a file holds; None where there is none, or nothing in it."""
    if not path.exists():
        return None
    return (read_bytes(path, str(path)) if path.is_file() else b"") or None


def _existing(path: Path, endpoint: str | None) -> _Target:
    before = _bytes_of(path)
    config = load(path)
    if endpoint is not None and config.endpoint != named_endpoint(endpoint):
        raise click.UsageError(
            f"{visible(str(path))} is for the endpoint {config.endpoint.name}, not for {endpoint}"
        )
    return _Target(path, before, config)


def _new(path: Path, settings: Settings, endpoint: str | None) -> _Target:
    """Return a file that is yet to be written; an existing one beside it lends endpoint and short names."""
    other = _usual_path(settings)
    accounts: tuple[Account, ...] = ()
    found = named_endpoint(endpoint or DEFAULT_ENDPOINT)
    if _bytes_of(other):
        model = load(other)
        accounts = model.accounts
        found = found if endpoint is not None else model.endpoint
    return _Target(path, None, Config((str(path),), found, accounts, {}))


def named_endpoint(text: str) -> Endpoint:
    """Return the endpoint of a name or loopback URL.

    Raises:
        click.UsageError: it may not be used, or there is none of that name.
    """
    found = endpoint_of(text)
    if isinstance(found, Endpoint):
        return found
    message, hint = found
    raise click.UsageError(f"{message}; {hint}")


def _imported(target: _Target, settings: Settings) -> tuple[Observation, _Result]:
    """Look at everything and return the file that follows from it, made sure of and not yet written."""
    with session_of(target.config, target.path, settings, remembering=False) as session:
        observation = session.observe(everything=True)
    warn_of_unreadable(observation)
    found = declarable(observation.live, target.config.endpoint.region)
    if target.before is None:
        text = new_file(target.config.endpoint.name, found.rows, target.config.accounts)
        after = _read_back(target, text)
        if dict(after.rows) != dict(found.rows):
            raise ReconcilerError("the new file does not say what was seen", hint="please report this")
        return observation, _Result(text, found.rows, len(after.accounts), found.left_out)
    return observation, _added(target, found.rows, found.left_out)


def _added(target: _Target, seen: Mapping[ServiceId, Contacts], unfit: Mapping[ServiceId, str]) -> _Result:
    """Return an existing file with what it does not declare."""
    assert target.before is not None
    declared, listed = target.config.rows, target.config.accounts
    bom = target.before.startswith(BOM_UTF8)
    text = target.before.removeprefix(BOM_UTF8).decode()
    new = {service: row for service, row in seen.items() if service not in declared}
    addition = added_to(text, listed, new)
    text = "\ufeff" + addition.text if bom else addition.text
    if addition.rows:
        after = _read_back(target, text)
        assert_means(_intended(target.config, addition, after), after)
    left_out = {service: why for service, why in unfit.items() if service not in declared}
    return _Result(text, addition.rows, len(addition.accounts), {**left_out, **addition.left_out})


def _intended(config: Config, addition: Addition, after: Config) -> Config:
    """Return what the file was to say; the order of accounts tells nothing."""
    accounts = {*config.accounts, *(Account(short, one) for short, one in addition.accounts.items())}
    if accounts == set(after.accounts):
        config = replace(config, accounts=after.accounts)
    marks = with_new(config, after, addition.rows)
    return replace(config, rows={**config.rows, **addition.rows}, observed=marks)


def _read_back(target: _Target, text: str) -> Config:
    """Return what a file would say with this text."""

    def reader(path: Path, shown_as: str) -> bytes:
        return text.encode() if path == target.path else read_bytes(path, shown_as)

    return load(target.path, reader=reader)


def _summary(target: _Target, result: _Result) -> str:
    """Return in one line what was written."""
    file = visible(str(target.path))
    if target.before is not None and not result.rows:
        return f"{file}: nothing to add, every service seen is declared"
    services = counted(len(result.rows), "service")
    products = counted(len({route_of(service).key for service in result.rows}), "product")
    accounts = counted(result.accounts, "account")
    if target.before is None:
        return f"{file}: {services} of {products}, {accounts}"
    return f"{file}: {services} of {products} and {accounts} added"


def _tell_what_is_not_in_it(target: _Target, observation: Observation, result: _Result) -> None:
    """Tell on stderr what was seen and is not in the file, and what is in the file and was not seen."""
    for reason in dict.fromkeys(result.left_out.values()):
        _tell("left out", [one for one, why in result.left_out.items() if why == reason], reason)
    if observation.without_change:
        services = counted(observation.without_change, "service")
        click.echo(f"left out: {services} of products without a contact change, or gone by now", err=True)
    stays = "it stays in the file"
    _tell("declared and seen by no account", observation.absent, stays)
    _tell("declared and not readable", tuple(observation.unknown), stays)
    still_open = sum(task.is_open for task in observation.tasks)
    if still_open:
        requests = counted(still_open, "request")
        click.echo(f"{requests} still open: plan lists as contested what would move a contact", err=True)
    if observation.unreadable:
        accounts = counted(len(observation.unreadable), "account")
        click.echo(
            f"error: the file is not complete: {accounts} could not be read, see above; run import again"
            " once that is mended",
            err=True,
        )
    elif target.before is None and not result.rows:
        click.echo("warning: no service was seen", err=True)


def _tell(what: str, services: Iterable[ServiceId], why: str) -> None:
    """Tell which services, each on a line, as far as anyone would read them."""
    names = list(services)
    for name in names[:SHOWN]:
        click.echo(f"{what}: {visible(name)}: {why}", err=True)
    if len(names) > SHOWN:
        click.echo(f"{what}: {len(names) - SHOWN} more: {why}", err=True)
