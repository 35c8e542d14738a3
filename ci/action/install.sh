#!/usr/bin/env bash
# Install reconciler from this checkout, with the pinned requirements, into an environment of its own.
# Nothing is cached: a cache that a pull request can fill is a way into the jobs that hold keys.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/step.sh"

source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
environment=$RUNNER_TEMP/reconciler

# -I: Python imports nothing from the working directory, which is the checkout under review.
python3 -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  fail 1 "Python 3.11 or newer is needed: use actions/setup-python before"
python3 -I -m venv "$environment"
pip() { "$environment/bin/python" -I -m pip --disable-pip-version-check --quiet "$@"; }
pip install --require-hashes --only-binary :all: -r "$source/requirements/runtime.txt"
pip install --no-index --no-deps --no-build-isolation "$source"
printf '%s\n' "$environment/bin" >> "$GITHUB_PATH"
