#!/usr/bin/env bash
# Write all that is seen of OVHcloud to one file, for plans where no keys are.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/step.sh"

SNAPSHOT=${SNAPSHOT:-$RUNNER_TEMP/contacts-snapshot.json}
output snapshot "$SNAPSHOT"
share_options
code=0
reconciler snapshot "${shared[@]}" --out="$SNAPSHOT" 2>&1 </dev/null | printed || code=$?
output exit-code "$code"
exit "$code"
