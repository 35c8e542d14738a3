"""What a branch's plan tells of its base: what is not the branch's own, and where the two disagree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reconciler.model import AccountId, Role, ServiceId
from reconciler.plan import Beside
from reconciler.render.lists import Rows, Section, Tone, Words
from reconciler.render.safe import is_plain
from reconciler.render.wording import Accounts, counted, moved

_TRAYS = {"requests": "to request"}


def beside_sections(beside: Beside, names: Mapping[AccountId, str]) -> Iterator[Section]:
    """Yield the lists that are not empty, the most pressing first."""
    base = beside.base if is_plain(beside.base) else "the base"
    if beside.contested:
        yield Section(
            Tone.CARE,
            f"Changed here and in {base}, differently: {counted(len(beside.contested), 'contact')}",
            ("Service", "Role"),
            _contacts(beside.contested),
            notes=("Shown as this branch wants them. Merging will ask which of the two is meant.",),
        )
    if beside.released:
        yield Section(
            Tone.CARE,
            f"No longer managed once this is merged: {counted(len(beside.released), 'contact')}",
            ("Service", "Role"),
            _contacts(beside.released),
            notes=("Whoever holds them keeps them; nobody is asked.",),
        )
    if beside.wanted:
        yield _wanted(beside, base, Accounts(names))


def _wanted(beside: Beside, base: str, accounts: Accounts) -> Section:
    rows = Rows([], [], [])
    for change, tray in beside.wanted:
        role, move = moved(change, accounts)
        rows.add(change.service, Words((role, move), f" {role}: {move}"), _TRAYS.get(tray, tray))
    return Section(
        Tone.ASIDE,
        f"Wanted by {base} already, not by this branch: {counted(len(rows), 'contact')}",
        ("Service", "Role", "Change", "There"),
        rows,
        glue="; ",
    )


def _contacts(contacts: Iterable[tuple[ServiceId, Role]]) -> Rows:
    rows = Rows([], [], [])
    for service, role in contacts:
        rows.about.append(service)
        rows.words.append(Words((str(role),), f" {role}"))
    return rows
