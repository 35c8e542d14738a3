#!/usr/bin/env bash
# Ask for exactly what was approved, or for nothing.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/step.sh"

if [ -z "${PLAN:-}${FINGERPRINT:-}" ]; then
  fail 64 "apply wants the input plan, fingerprint or both: nothing is asked for that nobody approved"
fi
if [ -n "${PLAN_DIGEST:-}" ] && [ -z "${PLAN:-}" ]; then fail 64 "plan-digest is about a plan: give that, too"; fi

approved=()
if [ -n "${PLAN:-}" ]; then
  if [ -n "${PLAN_DIGEST:-}" ]; then
    digest=$(sha256sum < "$PLAN")
    if [ "${digest%% *}" != "$PLAN_DIGEST" ]; then
      output exit-code 6
      fail 6 "the saved plan is not the one that was approved: its sha256 is another"
    fi
  fi
  approved+=("$(realpath -- "$PLAN")") # never taken for an option
fi
if [ -n "${FINGERPRINT:-}" ]; then approved+=("--expect=$FINGERPRINT"); fi
if [ -n "${VALID_FOR:-}" ]; then approved+=("--valid-for=$VALID_FOR"); fi

share_options
said=$(mktemp "$RUNNER_TEMP/said.XXXXXX")
code=0
reconciler apply "${shared[@]}" "${approved[@]}" 2>&1 </dev/null | tee "$said" | printed || code=$?
{
  printf '## Contacts: apply\n\nExit code %s.\n\n' "$code"
  sed 's/^/    /' "$said" # a block of code, whatever stands in it
} | head -c 60000 >> "$GITHUB_STEP_SUMMARY" || true # head may close the pipe first
rm -f -- "$said"
output exit-code "$code"
exit "$code"
