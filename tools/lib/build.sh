# Configuring and building a preset of CMakePresets.json. Sourced by common.sh.
# shellcheck shell=bash

# configure PRESET: quick when nothing has changed.
configure() {
  quietly "configure-$1" cmake --preset "$1" ||
    fail "cmake could not configure the preset $1" \
      "Its last lines are above. After a change of compiler or packages: rm -rf build/$1"
}

# build PRESET [TARGET...]: shows ninja's progress; says nothing when all is built.
build() {
  local preset=$1
  shift
  if ninja -C "build/$preset" -n "$@" 2>/dev/null | grep -q 'no work to do'; then return 0; fi
  say "building build/$preset (all of it takes ten to twenty minutes on two cores)"
  NINJA_STATUS="[%f/%t, %es] " nice ninja -C "build/$preset" "$@" ||
    fail "the preset $preset does not build" "The compiler's message is above."
}

# run_tests PRESET [CTEST ARGUMENT...]: as many tests at once as there are cores, at least two.
run_tests() {
  local preset=$1 jobs
  shift
  jobs=$(nproc)
  ctest --preset "$preset" -j "$((jobs > 2 ? jobs : 2))" "$@"
}
