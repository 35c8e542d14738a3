#!/usr/bin/env bash
# Plan, and leave what people review in a folder: plan.md, plan.html and plan.json.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/step.sh"

FOLDER=${FOLDER:-$RUNNER_TEMP/contacts-plan}
output folder "$FOLDER"
output plan "$FOLDER/plan.json"
if [ -n "${COMMENT_KEY:-}" ] && ! [[ $COMMENT_KEY =~ ^[A-Za-z0-9._:/][A-Za-z0-9._:/-]*$ ]]; then
  fail 64 "comment-key takes letters, digits and . _ : / - only"
fi
rm -rf -- "${FOLDER:?}/plan.md" "$FOLDER/plan.html" "$FOLDER/plan.json"
mkdir -p -- "$FOLDER"

share_options
options=(-o text -o github -o "markdown=$FOLDER/plan.md" -o "html=$FOLDER/plan.html" --out="$FOLDER/plan.json")
if [ -n "${BASE:-}" ]; then options+=("--base=$BASE"); fi
if [ -n "${SNAPSHOT:-}" ]; then options+=("--snapshot=$SNAPSHOT"); fi
if [ -n "${COMMENT_KEY:-}" ]; then options+=("--comment-key=$COMMENT_KEY"); fi
if [ -n "${VALID_FOR:-}" ]; then options+=("--valid-for=$VALID_FOR"); fi

# Standard output holds the annotations and is made harmless by reconciler; what it says beside is not.
said=$(mktemp "$RUNNER_TEMP/said.XXXXXX")
code=0
reconciler plan "${shared[@]}" "${options[@]}" 2> "$said" </dev/null || code=$?
printed < "$said"
rm -f -- "$said"

# Of the runner's file of outputs, where reconciler left the exit code in detail and every count.
told() { sed -n "s/^$1=//p" "$GITHUB_OUTPUT" | tail -n 1; }
detailed=$(told exit_code)
if [ "$code" = 0 ]; then output exit-code "${detailed:-0}"; else output exit-code "$code"; fi
requests=$(told requests)
if [ "${requests:-0}" != 0 ] && [ "$code" = 0 ]; then output changes true; else output changes false; fi
if [ -f "$FOLDER/plan.json" ]; then
  digest=$(sha256sum < "$FOLDER/plan.json")
  output plan-digest "${digest%% *}"
fi
if ! [ -f "$FOLDER/plan.md" ]; then # so that no comment goes on showing the plan of an earlier push
  {
    printf '<!-- reconciler:plan%s -->\n' "${COMMENT_KEY:+ $COMMENT_KEY}"
    printf '## Contact plan\n\nThe plan could not be made. The log of the run says why.\n'
  } > "$FOLDER/plan.md"
fi
exit "$code"
