# What the scripts of this repository share. Sourced; changes into the repository.
# shellcheck shell=bash

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$repository" || exit 1

# A line of progress, with the seconds since the script began.
say() { printf '\n[%3d s] %s\n' "$SECONDS" "$*"; }

# Ends the script: what went wrong, and, a line each, how to mend it.
fail() {
  printf '\n%s: %s\n' "${0##*/}" "$1" >&2
  shift
  if (($#)); then printf '  %s\n' "$@" >&2; fi
  exit 1
}

# quietly NAME COMMAND...: keeps the output in build/log/NAME.log, and shows its end if COMMAND fails.
quietly() {
  local log=build/log/$1.log
  shift
  mkdir -p "${log%/*}"
  if "$@" >"$log" 2>&1; then return 0; fi
  printf '\n%s\n' "... the end of $log:" >&2
  tail -n 30 "$log" >&2
  return 1
}

# shellcheck source=tools/lib/install.sh
source tools/lib/install.sh
# shellcheck source=tools/lib/build.sh
source tools/lib/build.sh
# shellcheck source=tools/lib/fuzz.sh
source tools/lib/fuzz.sh
# shellcheck source=tools/lib/lint.sh
source tools/lib/lint.sh
