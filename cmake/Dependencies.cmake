# Everything that vexevt links, with the oldest version that it is built against (Debian 12's).
# The Debian packages that provide them stand in packaging/build-depends.
find_package(PkgConfig REQUIRED)
pkg_check_modules(capnp REQUIRED IMPORTED_TARGET capnp>=0.9)
find_package(fmt 9.1 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(simdjson 3.0 REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(hyperscan REQUIRED IMPORTED_TARGET libhs>=5.4)
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium>=1.0.18)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd>=1.5)
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus>=3.3)

pkg_check_modules(fuse3 REQUIRED IMPORTED_TARGET fuse3>=3.14)

if(VEXEVT_TESTS)
  find_package(GTest 1.12 REQUIRED)
  find_package(rapidcheck REQUIRED)
endif()
if(VEXEVT_BENCH)
  find_package(benchmark 1.7 REQUIRED)
endif()
