#!/usr/bin/env bats
# libvexevt as its users have it: installed, found by pkg-config, used from C and C++.

bats_require_minimum_version 1.5.0

# Each test skips where `why` says so: not every version of bats lets a whole file do that.
setup_file() {
  export why="" root=$BATS_FILE_TMPDIR/root
  command -v "${CC:-cc}" >/dev/null || why="no C compiler"
  command -v pkg-config >/dev/null || why="no pkg-config"
  if nm -D --undefined-only "$VEXEVT_BIN/../libvexevt/libvexevt.so" | grep -q '__[a-z]*san_'; then
    why="built with sanitizers, which a plain program lacks"
  fi
  [ -z "$why" ] || return 0
  cmake --install "$VEXEVT_BIN/.." --prefix "$root" --component Unspecified >/dev/null
  PKG_CONFIG_PATH=$(dirname "$(find "$root" -name vexevt.pc)")
  export PKG_CONFIG_PATH
  LD_LIBRARY_PATH=$(dirname "$(find "$root" -name libvexevt.so.0)")
  export LD_LIBRARY_PATH
}

setup() {
  [ -z "$why" ] || skip "$why"
  cd "$BATS_TEST_TMPDIR"
  # The example of the manual, as a reader would type it.
  sed -n '/^\.\\" example: c$/,/^\.\\" end$/p' "$BATS_TEST_DIRNAME/../../man/libvexevt.3" | sed '/^\.\\"/d; s/\\e/\\/g; s/\\-/-/g' >example.c
}

flags() { pkg-config --define-variable=prefix="$root" "$@" vexevt; }

@test "libvexevt: the manual's example builds as C99 against what is installed, and runs" {
  # shellcheck disable=SC2046  # words
  "${CC:-cc}" -std=c99 -pedantic -Wall -Wextra -Werror $(flags --cflags) example.c -o example $(flags --libs)
  run -0 ./example
  [ "$output" = "docs 10" ]
  [ "$(vexevt-cat --format json search.evt | jq -r '.type + " " + .attributes.team')" = "vector.search ml" ]
  rm search.evt
  mkdir search.evt
  run -1 ./example
  [ "$output" = "cannot open 'search.evt': Is a directory" ]
}

@test "libvexevt: the same from C++" {
  cp example.c example.cc
  # shellcheck disable=SC2046  # words
  "${CXX:-c++}" -std=c++11 -pedantic -Wall -Wextra -Werror $(flags --cflags) example.cc -o example $(flags --libs)
  run -0 ./example
  [ "$output" = "docs 10" ]
}

@test "libvexevt: nothing but the functions of the header is to be seen, all by one version" {
  library=$LD_LIBRARY_PATH/libvexevt.so.0
  nm -D --defined-only "$library" | awk '$2 == "T" { print $3 }' | sort >seen
  grep -o '\bvexevt_[a-z_]*(' "$root/include/vexevt/libvexevt.h" | tr -d '(' | sort -u | sed 's/$/@@VEXEVT_0/' >declared
  diff declared seen
  [[ $(readelf -d "$library") == *"SONAME"*"[libvexevt.so.0]"* ]]
}
