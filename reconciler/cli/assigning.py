"""`set`: from the words of the command line to one edit of one file."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

import click

from reconciler.cli.editing import Files, listed, read_files, show
from reconciler.cli.options import Settings
from reconciler.config import Config, TimeBox
from reconciler.config.assignments import day_of
from reconciler.config.loading import collector_paused
from reconciler.config.service_keys import fault_of
from reconciler.edit.assign import Wanted, declare, named_by_default
from reconciler.edit.assign import assign as assigning
from reconciler.edit.assigned import with_assigned
from reconciler.edit.home import home_of
from reconciler.edit.texts import Edit, Names
from reconciler.model import Role, ServiceId, route_of
from reconciler.model.text import visible

_MOST_COMPARED = 5_000
_VERY_ALIKE = 0.9


def assign(
    settings: Settings,
    path: Path,
    words: tuple[str, Role, str],
    said: Mapping[str, str | None],
    into: Path | None,
) -> None:
    """Write who is to hold a contact into the file that declares its service.

    Args:
        settings: the shared options.
        path: the main file.
        words: service, role and account.
        said: `until`, `then`, `reason` and `ticket`, None where not given.
        into: the file for a new service, None: the likely one.

    Raises:
        click.UsageError: a word means nothing.
        ReconcilerError: the edit cannot be made.
    """
    with collector_paused():
        _assign(settings, path, words, said, into)


def _assign(
    settings: Settings,
    path: Path,
    words: tuple[str, Role, str],
    said: Mapping[str, str | None],
    into: Path | None,
) -> None:
    files = read_files(path)
    service, role = _service(words[0]), words[1]
    holder = listed(words[2], files.config)
    wanted = _wanted(holder.short, said, files.config)
    box = _box(wanted, files.config)
    if service in files.config.rows:
        edit = _of_declared(files, service, role, wanted)
    else:
        _warn_of_namesake(service, files.config)
        edit = _of_new(files, service, role, wanted, _home(files, service, into))
    if edit is None or edit.after.text == edit.source.text:
        click.echo(f"{service} {role} is {visible(holder.short)} already; nothing to change", err=True)
        return
    before = files.config
    files.write([edit], lambda after: with_assigned(before, after, service, role, holder.id, box))
    if settings.verbosity >= 0:
        show([edit])


def _service(text: str) -> ServiceId:
    fault = fault_of(text)
    if fault:
        raise click.UsageError("; ".join(visible(part) for part in fault if part))
    return ServiceId(text)


def _wanted(short: str, said: Mapping[str, str | None], config: Config) -> Wanted:
    until, then = said["until"], said["then"]
    if (until is None) != (then is None):
        raise click.UsageError("--until and --then belong together: when the contact ends, and who follows")
    day = day_of(until) if until is not None else None
    if until is not None and day is None:
        raise click.UsageError(f"--until {visible(until)!r} is no date; write it as 2027-01-31")
    follower = listed(then, config).short if then is not None else None
    return Wanted(short, day, follower, said["reason"], said["ticket"])


def _box(wanted: Wanted, config: Config) -> TimeBox | None:
    if wanted.until is None or wanted.then is None:
        return None
    names = Names(config)
    account, then = names.account(wanted.account), names.account(wanted.then)
    assert account is not None
    assert then is not None
    return TimeBox(account.id, wanted.until, then.id, wanted.reason, wanted.ticket)


def _of_declared(files: Files, service: ServiceId, role: Role, wanted: Wanted) -> Edit | None:
    config = files.config
    at = config.files.index(config.places[service].file)
    holder = config.rows[service].of(role)
    is_boxed = (service, role) in config.time_boxes
    if (
        wanted.is_plain
        and not is_boxed
        and holder is not None
        and Names(config).is_of(wanted.account, holder)
    ):
        return None
    source = files.sources[at]
    return Edit(at, source, assigning(source, service, role, wanted))


def _of_new(files: Files, service: ServiceId, role: Role, wanted: Wanted, at: int) -> Edit:
    names = Names(files.config)
    default = named_by_default(files.sources, at, role, names)
    says_it = wanted.is_plain and default is not None and names.is_of(wanted.account, default)
    source = files.sources[at]
    return Edit(at, source, declare(source, service, role, None if says_it else wanted))


def _home(files: Files, service: ServiceId, into: Path | None) -> int:
    if into is None:
        return home_of(service, files.config)
    real = [path.resolve() for path in files.paths]
    if into.resolve() not in real:
        raise click.UsageError(f"--into {visible(str(into))!r} is neither the file nor included by it")
    return real.index(into.resolve())


def _warn_of_namesake(service: ServiceId, config: Config) -> None:
    """Tell when a new service is so like a declared one that it may be a slip of the keyboard."""
    route = route_of(service)
    known = list(islice((name for name in config.rows if route_of(name) == route), _MOST_COMPARED))
    near = get_close_matches(service, known, n=1, cutoff=_VERY_ALIKE)
    if near:
        click.echo(f"{service} was not declared, and is added; did you mean {near[0]}?", err=True)
