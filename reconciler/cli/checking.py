"""`doctor`: everything that a run needs is looked at, one failure stops none of the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from reconciler.checks import Check, Subject, Verdict, account_checks, clock_check
from reconciler.cli.git import repository_of
from reconciler.cli.opening import journal_place, open_journal_of, open_keys
from reconciler.cli.options import Settings
from reconciler.cli.origin import origin_of
from reconciler.config import Config, load
from reconciler.errors import ReconcilerError


def check_file(file: Path) -> tuple[Check, Config | None]:
    """Return whether the file is valid, and what it says if it is."""
    try:
        config = load(file)
    except ReconcilerError as error:
        remedy = error.hint or "correct it: without it nothing else can be checked"
        return Check(Subject.FILE, Verdict.FAILURE, str(error), remedy), None
    found = f"{file}: {len(config.rows)} {'service' if len(config.rows) == 1 else 'services'}"
    if config.warnings:
        words = "; ".join([found, *config.warnings])
        return Check(Subject.FILE, Verdict.WARNING, words, "reconciler validate shows where"), config
    return Check(Subject.FILE, Verdict.OK, found), config


def check_surroundings(config: Config, file: Path, settings: Settings) -> Iterator[Check]:
    """Yield what can be told without the endpoint: git, the journal, its lock."""
    try:
        yield _git(config, file)
    except ReconcilerError as error:
        yield Check(Subject.GIT, Verdict.FAILURE, str(error), error.hint or "have git open the repository")
    try:
        yield from _journal(config, file, settings)
    except ReconcilerError as error:
        remedy = error.hint or "name another place with --journal, or restore it from a backup"
        yield Check(Subject.JOURNAL, Verdict.FAILURE, str(error), remedy)


def check_accounts(config: Config, file: Path, settings: Settings) -> Iterator[Check]:
    """Yield what the endpoint shows: its clock, then each configured account, in the order of their ids."""
    from reconciler.providers.ovh.examination import examine  # noqa: PLC0415  # requests and ovh

    endpoint = config.endpoint
    with ExitStack() as stack:
        try:
            address, keyring = open_keys(config, file, settings, stack)
        except ReconcilerError as error:
            remedy = error.hint or "the README shows what belongs into a credentials.toml"
            yield Check(Subject.CREDENTIALS, Verdict.FAILURE, str(error), remedy)
            return
        count = len(keyring.accounts) + (keyring.default is not None)
        if not count:
            remedy = "reconciler login ACCOUNT makes a key and keeps it; --credentials names another file"
            yield Check(Subject.CREDENTIALS, Verdict.FAILURE, f"none for {endpoint.name}", remedy)
            return
        yield Check(
            Subject.CREDENTIALS, Verdict.OK, f"keys of {count} {'account' if count == 1 else 'accounts'}"
        )
        seen = examine(address, keyring, config.rows, endpoint.region)
        if seen.clock is not None:
            yield clock_check(seen.clock)
        else:
            remedy = "see whether this machine reaches the endpoint"
            yield Check(Subject.CLOCK, Verdict.FAILURE, f"could not be asked: {seen.clock_failure}", remedy)
        payers = {row.billing for row in config.rows.values() if row.billing is not None}
        for account in seen.accounts:
            yield from account_checks(account, endpoint.region, payers, seen.at)


def _git(config: Config, file: Path) -> Check:
    repository = repository_of(file.parent)
    if repository is None:
        remedy = "keep the file in git: there changes are reviewed, and confirm goes by what is committed"
        return Check(Subject.GIT, Verdict.WARNING, "the file is in no repository", remedy)
    origin = origin_of(file, config)
    if origin.commit is None:
        return Check(Subject.GIT, Verdict.WARNING, "the repository has no commit", "commit the file")
    if origin.dirty:
        found = f"the file is not as at HEAD ({origin.commit[:10]})"
        return Check(Subject.GIT, Verdict.WARNING, found, "commit it: confirm goes by what is committed")
    if repository.is_shallow():
        remedy = "fetch the whole history, as with fetch-depth: 0, for plan --base and for approved plans"
        return Check(Subject.GIT, Verdict.WARNING, "the clone is shallow", remedy)
    return Check(Subject.GIT, Verdict.OK, f"the file is as at HEAD ({origin.commit[:10]})")


def _journal(config: Config, file: Path, settings: Settings) -> Iterator[Check]:
    from reconciler.journal.writable import why_not_writable  # noqa: PLC0415  # SQLAlchemy

    obstacle = why_not_writable(journal_place(config, file, settings))
    journal = open_journal_of(config, file, settings, writable=False)
    try:
        audit = journal.audit()
        holder = journal.holder()
    finally:
        journal.close()
    if audit is not None and audit.broken is not None:
        found = f"entry {audit.broken.seq} is not as it was written: {audit.broken.fault.replace('_', ' ')}"
        remedy = "reconciler history --verify tells more; find out who changed it, or restore a backup"
        yield Check(Subject.JOURNAL, Verdict.FAILURE, found, remedy)
    elif obstacle is not None:
        yield Check(
            Subject.JOURNAL, Verdict.FAILURE, obstacle, "give yourself leave to write, or use --journal"
        )
    elif audit is None:
        yield Check(Subject.JOURNAL, Verdict.OK, "none yet: the first apply begins one")
    else:
        entries = f"{audit.whole} {'entry' if audit.whole == 1 else 'entries'}"
        yield Check(Subject.JOURNAL, Verdict.OK, f"{entries}, all as they were written")
    if holder is None:
        yield Check(Subject.LOCK, Verdict.OK, "free")
    else:
        remedy = "wait for that run to end, or give apply --lock-timeout"
        yield Check(Subject.LOCK, Verdict.WARNING, f"held by {holder}", remedy)
