"""The process that is timed: YAML and live state on disk, the plan as JSON on stdout.

`python benchmarks/plan_process.py contacts.yaml live.json`
"""

from __future__ import annotations

import gc
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from reconciler.config import load
from reconciler.errors import ConfigError
from reconciler.model import AccountFacts, Contacts, Observation, Region, ServiceId
from reconciler.propose import propose
from reconciler.render import plan_json


def main() -> int:
    """Plan once and return 0, or 1 where the file has problems, which are written to stderr."""
    file, state = map(Path, sys.argv[1:])
    try:
        config = load(file)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    gc.disable()
    live: dict[ServiceId, Contacts] = {}
    for contacts, services in json.loads(state.read_bytes()):
        live |= dict.fromkeys(services, Contacts(*contacts))
    held = {account.id: AccountFacts(account.id, Region.EU, False, True) for account in config.accounts}
    observation = Observation(at=datetime.now(UTC), held=held, live=live)
    sys.stdout.write(plan_json(propose(config, observation, today=observation.at.date())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
