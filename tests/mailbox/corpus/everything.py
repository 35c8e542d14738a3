"""All mails of the corpus."""

from __future__ import annotations

from tests.mailbox.corpus import hostile, languages, links, structure
from tests.mailbox.corpus.building import Case, Request

CASES: tuple[Case, ...] = (*languages.CASES, *links.CASES, *structure.CASES, *hostile.CASES)

LOOK_ALIKE = Request(701234, "kX27vbq0Wmrtey4n5HfBTLs8ZJxKGdpa", "Rb81kQz0Lwsnvy6t2GdCNXo5EHmPJaqf")
