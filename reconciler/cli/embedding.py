"""`endpoint: sandbox`: the sandbox inside this very process, with its state in a file."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from reconciler.cli.newcomers_world import world_of
from reconciler.cli.places import sandbox_folder, world_file
from reconciler.config import Config
from reconciler.providers.ovh.keys import Keyring, Keys
from reconciler.sandbox import (
    World,
    application_key,
    application_secret,
    consumer_key,
    embedded,
    load_world,
)


def embed(config: Config, file: Path, stack: ExitStack) -> tuple[str, World]:
    """Start the sandbox of a contacts file until `stack` is closed; return its address and its world."""
    described = world_file(file)
    world = load_world(described) if described.is_file() else world_of(config)
    folder = sandbox_folder(file)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return stack.enter_context(embedded(world, state=folder / "world.sqlite3")), world


def keys_of(world: World) -> Keyring:
    """Return the keys of every account of a world: without `--credentials` all of them are held."""
    return Keyring(
        {
            one: Keys(application_key(one), application_secret(one), consumer_key(one))
            for one in world.everyone
        }
    )
