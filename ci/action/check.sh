#!/usr/bin/env bash
# Refuse a command that the action does not have, which would otherwise do nothing and succeed.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/step.sh"

case $COMMAND in
  plan | apply | snapshot | find-snapshot | comment) ;;
  *) fail 64 "the input command is one of plan, apply, snapshot, find-snapshot and comment" ;;
esac
