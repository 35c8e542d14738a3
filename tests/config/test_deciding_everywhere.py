"""The line of every role in files of any style, against a plain walk over the whole document's tree."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.config import load
from reconciler.config.deciding import Deciding
from reconciler.model import ROLES
from tests.config.files import HEAD

ACCOUNTS = st.sampled_from(
    ["platform", "finance", '"agency"', "{account: agency, until: 2027-01-31, then: finance}"]
)
CONTACTS = st.dictionaries(st.sampled_from([role.value for role in ROLES]), ACCOUNTS)
ANCHORS = st.sampled_from(["", "1", "12"])
STYLES = st.sampled_from(["flow", "lines", "block", "commented"])


def entry(indent: str, key: str, contacts: dict[str, str], style: str, anchor: str = "") -> str:
    """One mapping under a key, in one of the ways in which people write it."""
    anchor = f" {anchor}" if anchor else ""
    if not contacts or style == "flow":
        return (
            f"{indent}{key}:{anchor} {{{', '.join(f'{role}: {name}' for role, name in contacts.items())}}}\n"
        )
    if style == "lines":
        rows = f",\n{indent}  ".join(f"{role}: {name}" for role, name in contacts.items())
        return f"{indent}{key}:{anchor} {{\n{indent}  {rows}\n{indent}}}\n"
    between = "\n# at the margin\n" if style == "commented" else ""
    rows = between.join(f"{indent}    {role}: {name}\n" for role, name in contacts.items())
    return f"{indent}{key}:{anchor}\n{between}{rows}"


@st.composite
def files(draw: st.DrawFn) -> str:
    """A valid file with some services, in mixed styles and line ends, some of them aliases of others."""
    several = st.lists(
        st.tuples(CONTACTS, STYLES, st.booleans(), ANCHORS, st.booleans()), min_size=1, max_size=6
    )
    services = ""
    known: set[str] = set()
    for n, (contacts, style, quoted, anchor, repeats) in enumerate(draw(several)):
        key = f'"domain/s{n}.example"' if quoted else f"domain/s{n}.example"
        if repeats and anchor in known:
            services += f"  {key}: *{anchor}\n"
            continue
        is_new = anchor and anchor not in known
        services += entry("  ", key, contacts, style, f"&{anchor}" if is_new else "")
        known |= {anchor} - {""}
    plain = CONTACTS.filter(lambda contacts: not any("until" in name for name in contacts.values()))
    parts = [f"services:\n{services}", entry("", "defaults", draw(plain), draw(STYLES))]
    body = HEAD + "".join(draw(st.permutations(parts)))
    return body.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@settings(max_examples=150, deadline=None)
@given(files())
def test_every_line_is_where_the_whole_tree_has_it(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contacts.yaml"
        path.write_bytes(text.encode())
        config = load(path)
        where = Deciding(config)
        tree = dict(pairs(yaml.compose(text, Loader=yaml.SafeLoader)))
        defaults = {key.value: key for key, _ in tree["defaults"][1].value}
        for name, (at, value) in pairs(tree["services"][1]):
            roles = defaults | {key.value: key for key, _ in value.value}
            for role in ROLES:
                mark = roles.get(role, at).start_mark
                place = where(next(one for one in config.rows if one == name), role)
                assert place is not None
                assert (place.line, place.column) == (mark.line + 1, mark.column + 1)


def pairs(node: yaml.Node | None) -> Iterator[tuple[str, tuple[yaml.Node, yaml.Node]]]:
    """Each key of a mapping with its node and its value's."""
    assert isinstance(node, yaml.MappingNode)
    for key, value in node.value:
        yield key.value, (key, value)
