"""What every format of a plan is made from: the plan, and what is told beside it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.model import Role, ServiceId
from reconciler.model.time_box import Place
from reconciler.render.view import Made, View, Where

if TYPE_CHECKING:
    from reconciler.model import Observation
    from reconciler.plan import Plan
    from reconciler.session import Session


def view_of(
    plan: Plan, session: Session, observation: Observation, *, code: int, key: str, origin: bool
) -> View:
    """Return what all formats are made from.

    Args:
        plan: what to show.
        session: whose file and names.
        observation: what the plan was made from.
        code: the exit code in detail.
        key: tells the comments of several files apart.
        origin: look up commit and lines too.
    """
    if not origin:
        return View(plan, session.names, code=code, key=key)
    from reconciler import __version__  # noqa: PLC0415
    from reconciler.cli.git import repository_of  # noqa: PLC0415
    from reconciler.config.deciding import Deciding  # noqa: PLC0415

    file = session.config.files[0]
    repository = repository_of(Path(file).parent)
    root = repository.root if repository else _folder_of(file)
    made = Made(
        version=__version__,
        at=observation.at,
        endpoint=session.config.endpoint.name,
        file=_seen_from(root, file),
        commit=repository.commit("HEAD") if repository else None,
    )
    where = _seen(root, Deciding(session.config))
    return View(plan, session.names, where=where, made=made, code=code, key=key)


def _seen(root: Path, where: Where) -> Where:
    """Return the same with files as seen from a folder, which is how a review names them."""
    known: dict[str, str] = {}

    def seen(service: ServiceId, role: Role | None) -> Place | None:
        place = where(service, role)
        if place is None:
            return None
        if place.file not in known:
            known[place.file] = _seen_from(root, place.file)
        return place._replace(file=known[place.file])

    return seen


def _folder_of(file: str) -> Path:
    """Return the working directory where it holds the file, else the file's own folder."""
    own = Path(os.path.realpath(Path(file).parent))
    here = Path(os.path.realpath(Path.cwd()))
    return here if own.is_relative_to(here) else own


def _seen_from(root: Path, file: str) -> str:
    path = Path(file)
    real = Path(os.path.realpath(path.parent)) / path.name
    base = Path(os.path.realpath(root))
    return real.relative_to(base).as_posix() if real.is_relative_to(base) else path.as_posix()
