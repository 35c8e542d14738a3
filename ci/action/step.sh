# What the steps of action.yml have in common; sourced by them.
# shellcheck shell=bash

# Pass an output on to later steps. Only the last line break of a value could begin another output.
output() {
  case $2 in *$'\n'*) fail 64 "$1 must be one line" ;; esac
  printf '%s=%s\n' "$1" "$2" >> "$GITHUB_OUTPUT"
}

fail() {
  local code=$1; shift
  printf 'error: %s\n' "$@" >&2
  exit "$code"
}

# Print standard input so that the runner, which reads every log, finds no command in it: names come from
# the contacts file and from OVHcloud. The word that lets it read on is not to be guessed.
printed() {
  local word
  word=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '::stop-commands::%s\n' "$word"
  cat
  printf '\n::%s::\n' "$word"
}

# Set `shared` to the options of every command, from what the inputs say. Keys are written where only this
# user reads them, outside of the checkout, and are gone when the step ends.
share_options() {
  shared=()
  if [ -n "${FILE:-}" ]; then shared+=("--file=$FILE"); fi
  if [ -n "${JOURNAL:-}" ]; then export RECONCILER_JOURNAL=$JOURNAL; fi # it may hold a password
  if [ -n "${CREDENTIALS:-}" ]; then
    keys=$(mktemp "$RUNNER_TEMP/credentials.XXXXXX") # 0600
    trap 'rm -f "$keys"' EXIT
    printf '%s\n' "$CREDENTIALS" > "$keys"
    shared+=("--credentials=$keys")
  fi
  unset CREDENTIALS JOURNAL
}
