"""Random contacts files in every style that people write, as parts of which some name an account.

The same parts give the text before and after a replacement: what `replace` is to write is worked out here by
nothing but writing another name where a name was written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")

IDS = {"platform": "pl11111-ovh", "carol": "ca22222-ovh", "dave": "da33333-ovh", "finance": "fi44444-ovh"}
ROLES = ("admin", "technical", "billing")
COMMENTS = ("# carol", '# it\'s "carol": {x, [y]', "#", "# ca22222-ovh \u00e9\U0001f600", "#carol:   *a   ")
SERVICES = (
    "domain/carol.example", "domain/shop.example", "domain/zone/shop.example", "email/domain/carol.example",
    "hosting/web/shop.example", "ip/service/ip-192.0.2.0/28", "vps/vps-1.vps.ovh.net", "domain/zz.example",
)  # fmt: skip


class Name(NamedTuple):
    """An account where a file names it."""

    role: str
    account: str
    is_id: bool
    quote: str

    def written(self, old: str, new: str, roles: frozenset[str]) -> str:
        """Return it as the file has it once `new` stands for `old` in `roles`."""
        account = new if self.account == old and self.role in roles else self.account
        return f"{self.quote}{IDS[account] if self.is_id else account}{self.quote}"


@dataclass
class Document:
    """A file in parts, and what it says: by service and role the account and, if it ends, who follows."""

    parts: list[str | Name] = field(default_factory=list)
    line_break: str = "\n"
    mark: bool = False
    said: dict[str, dict[str, tuple[str, str | None]]] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)

    def raw(self, old: str = "", new: str = "", roles: frozenset[str] = frozenset(ROLES)) -> bytes:
        """Return its bytes, once `new` stands for `old` in `roles`."""
        text = "".join(
            part if isinstance(part, str) else part.written(old, new, roles) for part in self.parts
        )
        return (b"\xef\xbb\xbf" if self.mark else b"") + text.replace("\n", self.line_break).encode()

    def wanted(self, service: str) -> dict[str, str]:
        """Return who is to hold the roles of a service."""
        return {**self.defaults, **{role: account for role, (account, _) in self.said[service].items()}}


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Return a valid file in a random style."""
    document = Document(line_break=draw(st.sampled_from(("\n", "\r\n"))), mark=draw(st.booleans()))
    writer = _Writer(draw, document)
    writer.line(0, "version: 1")
    sections = [writer.accounts, writer.defaults, writer.services, writer.guards]
    for section in draw(st.permutations(sections)):
        section()
    writer.line(0, "endpoint: sandbox")
    if manage := writer.manage():
        writer.line(0, manage)
    last = document.parts[-1]
    if draw(st.booleans()) and isinstance(last, str):
        document.parts[-1] = last.rstrip("\n")
    return document


class _Writer:
    def __init__(self, draw: st.DrawFn, document: Document) -> None:
        self._draw = draw
        self._document = document
        self._parts = document.parts

    def line(self, indent: int, *parts: str | Name) -> None:
        """Write a line, perhaps with comments and empty lines above and a comment behind."""
        for _ in range(self._one_of((0, 0, 0, 1, 2))):
            above = self._one_of(COMMENTS)
            self._parts.append(" " * indent + above + "\n" if self._one_of((True, False)) else "  \n")
        behind = self._one_of(("", "", "", " ", "   # carol"))
        self._parts += [" " * indent, *parts, f"{behind}\n"]

    def manage(self) -> str:
        """Return what is said to be done about contacts, here and there."""
        return self._one_of(("", "", "", "manage: observe", "manage:   'request'", '"manage": observe'))

    def accounts(self) -> None:
        """Write the accounts, which no replacement changes."""
        if self._one_of((True, False)):
            entries = ", ".join(f"{short}: {one}" for short, one in IDS.items())
            return self.line(0, f"accounts: {{{entries}}}")
        self.line(0, "accounts:")
        indent = self._indent()
        for short, one in IDS.items():
            value = self._one_of((one, f"'{one}'", f"{{id: {one}, name: carol}}"))
            self.line(indent, f"{short}: {value}")
        return None

    def defaults(self) -> None:
        """Write defaults for some roles."""
        roles = self._draw(st.lists(st.sampled_from(ROLES), unique=True))
        named = {role: self._name(role) for role in roles}
        self._document.defaults = {role: name.account for role, name in named.items()}
        if named:
            self._mapping(0, "defaults", named)

    def guards(self) -> None:
        """Write who may be handed the admin role."""
        if self._one_of((True, False)):
            return
        names = [self._name("admin") for _ in range(self._one_of((1, 2)))]
        if self._one_of((True, False)):
            self.line(
                0, "guards: {max_changes_percent: 100, allow_admin_handover_to: [", *_joined(names), "]}"
            )
            return
        self.line(0, "guards:")
        indent = self._indent()
        self.line(indent, "allow_admin_handover_to:")
        deeper = indent + self._one_of((0, 2, 3))
        for name in names:
            self.line(deeper, self._one_of(("- ", "-  ")), name)

    def services(self) -> None:
        """Write some services."""
        chosen = self._draw(st.lists(st.sampled_from(SERVICES), unique=True))
        if not chosen:
            return self.line(0, "services: {}")
        self.line(0, "services:")
        indent = self._indent()
        for service in chosen:
            roles = self._draw(st.lists(st.sampled_from(ROLES), unique=True))
            named = {role: self._name(role) for role in roles}
            self._document.said[service] = {role: (name.account, None) for role, name in named.items()}
            quote = self._one_of(("", "", '"'))
            self._mapping(indent, f"{quote}{service}{quote}", named, service)
        return None

    def _mapping(self, indent: int, key: str, named: dict[str, Name], service: str | None = None) -> None:
        """Write a mapping of roles in one line or in several, of a service perhaps with a time box."""
        manage = self.manage()
        if not named or self._one_of((True, False)):
            blank = self._one_of(("", " "))
            entries = [part for role, name in named.items() for part in (", ", f"{role}: ", name)]
            entries = [*entries, *([", ", manage] if manage else [])][1:]
            return self.line(indent, f"{key}: {{{blank}", *entries, f"{blank}}}")
        self.line(indent, f"{key}:")
        deeper = indent + self._indent()
        if manage:
            self.line(deeper, manage)
        for role, name in named.items():
            if service is None or self._one_of((True, True, False)):
                self.line(deeper, f"{role}:{self._one_of((' ', '   '))}", name)
                continue
            follower = self._name(role)
            self._document.said[service][role] = (name.account, follower.account)
            self._box(deeper, role, name, follower)
        return None

    def _box(self, indent: int, role: str, name: Name, follower: Name) -> None:
        reason = self._one_of(("carol", "carol leaves", "'carol: left'"))
        manage = self.manage()
        if self._one_of((True, False)):
            middle = f", reason: {reason}, until: 2027-01-31, then: "
            end = f", {manage}}}" if manage else "}"
            return self.line(indent, f"{role}: {{account: ", name, middle, follower, end)
        self.line(indent, f"{role}:")
        deeper = indent + self._indent()
        self.line(deeper, "then: ", follower)
        self.line(deeper, "until: 2027-01-31")
        if manage:
            self.line(deeper, manage)
        self.line(deeper, "account: ", name)
        return None

    def _name(self, role: str) -> Name:
        account = self._one_of(("platform", "carol", "carol", "dave"))
        return Name(role, account, self._one_of((True, False)), self._one_of(("", "", "'", '"')))

    def _indent(self) -> int:
        return self._one_of((2, 2, 1, 4, 6))

    def _one_of(self, values: tuple[T, ...]) -> T:
        return self._draw(st.sampled_from(values))


def _joined(names: list[Name]) -> list[str | Name]:
    return [part for name in names for part in (", ", name)][1:]
