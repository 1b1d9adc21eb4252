# Running the fuzz targets. Sourced by common.sh.
# shellcheck shell=bash

# fuzz_one TARGET SECONDS: grows build/fuzz/corpus/NAME from the inputs in tests/fuzz/corpus/NAME. A
# finding is kept in build/fuzz/findings, and its command is shown.
fuzz_one() {
  local target=$1 seconds=$2 name=${1%_fuzz}
  local corpus=build/fuzz/corpus/$name log=build/log/fuzz-$name.log
  mkdir -p "$corpus" build/fuzz/findings build/log
  local inputs=("$corpus")
  if [[ -d tests/fuzz/corpus/$name ]]; then inputs+=("tests/fuzz/corpus/$name"); fi
  if build/fuzz/bin/"$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="build/fuzz/findings/$name-" "${inputs[@]}" \
    >"$log" 2>&1; then
    printf '%s: %s inputs, none bad\n' "$target" "$(awk '/number_of_executed_units/ { print $2 }' "$log")"
    return 0
  fi
  tail -n 60 "$log"
  printf '%s: found one. Again: build/fuzz/bin/%s FILE, of build/fuzz/findings/%s-*\n' \
    "$target" "$target" "$name"
  return 1
}

# fuzz_all SECONDS: every target for so long, as many at once as there are cores.
fuzz_all() {
  local seconds=$1 source targets=()
  for source in tests/fuzz/*_fuzz.cc; do targets+=("$(basename "$source" .cc)"); done
  configure fuzz
  build fuzz "${targets[@]}"
  say "fuzzing ${#targets[@]} targets, $seconds s each: ${targets[*]}"
  export -f fuzz_one
  # shellcheck disable=SC2016 # the inner shell expands them
  printf '%s\n' "${targets[@]}" |
    xargs -P "$(nproc)" -I{} bash -c 'fuzz_one "$1" "$2"' fuzz {} "$seconds" ||
    fail "a fuzz target has found something" "See above, and build/fuzz/findings."
}
