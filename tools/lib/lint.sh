# What is checked without running anything. Sourced by common.sh.
# shellcheck shell=bash

# Every source of ours in C++.
cpp_files() { find src tools tests \( -name '*.h' -o -name '*.cc' \) | sort; }

check_format() {
  cpp_files | xargs clang-format-14 --dry-run -Werror ||
    fail "not formatted" "Mend it: clang-format-14 -i FILE, of the files above"
}

check_scripts() {
  local scripts
  mapfile -t scripts < <(grep -rlE '^#!.*bash|^# shellcheck shell=bash' tools tests .ci | sort)
  shellcheck -x "${scripts[@]}" || fail "shellcheck has complaints" "They are above."
}

# tidy_one PRESET FILE: silent when clang-tidy is.
tidy_one() {
  local output
  if output=$(timeout 600 clang-tidy-14 -p "build/$1" --quiet "$2" 2>&1); then return 0; fi
  printf '%s\n%s\n' "== $2" "$output"
  return 1
}

# Every .cc of the preset's compile commands, the dear ones (Boost, gRPC) first, so that no core
# waits for a late one at the end.
check_tidy() {
  local preset=$1 files dear
  mapfile -t files < <(
    sed -nE 's/^ *"file": "(.*)",?$/\1/p' "build/$preset/compile_commands.json" |
      while IFS= read -r file; do
        # Compared, not matched: the path of the repository may hold anything.
        case $file in "$PWD"/src/* | "$PWD"/tools/* | "$PWD"/tests/*) printf '%s\n' "$file" ;; esac
      done | sort -u
  )
  ((${#files[@]})) ||
    fail "build/$preset/compile_commands.json names no file of ours" "Again: cmake --preset $preset"
  mapfile -t dear < <(grep -lE '^#include <(boost|grpcpp)|\.grpc\.pb\.h"' "${files[@]}")
  say "clang-tidy on ${#files[@]} files"
  export -f tidy_one
  # shellcheck disable=SC2016 # the inner shell expands them
  { printf '%s\n' "${dear[@]}" && printf '%s\n' "${files[@]}"; } | awk 'NF && !seen[$0]++' |
    xargs -P "$(nproc)" -I{} bash -c 'tidy_one "$1" "$2"' tidy "$preset" {} ||
    fail "clang-tidy has complaints" "They are above. One file: clang-tidy-14 -p build/$preset FILE"
}
