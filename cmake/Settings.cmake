# Two interface targets that every target of ours links: how we compile, and what we warn about.
add_library(vexevt_settings INTERFACE)
target_compile_features(vexevt_settings INTERFACE cxx_std_20)
target_include_directories(vexevt_settings INTERFACE
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
target_compile_options(vexevt_settings INTERFACE -fno-omit-frame-pointer)

add_library(vexevt_warnings INTERFACE)
target_compile_options(vexevt_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-align -Woverloaded-virtual
  -Wconversion -Wsign-conversion -Wformat=2
  -Wno-missing-field-initializers  # designated initialisers name what matters
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)  # g++ 12 sees overlaps in "text" + std::string that are not there: GCC bug 105651
# Not for g++ with sanitizers: what they insert sets off its flow-based warnings (array-bounds, maybe-uninitialized) where there
# is nothing wrong, as its manual says. The same sources are built with every warning an error by the other presets.
if(VEXEVT_WERROR AND NOT (VEXEVT_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU"))
  target_compile_options(vexevt_warnings INTERFACE -Werror)
endif()

# For code that no event passes through: less optimisation takes two thirds of the time to compile. RelWithDebInfo is the
# sanitizers' (CMakePresets.json), which have -O1 for the rest.
add_library(vexevt_cold INTERFACE)
target_compile_options(vexevt_cold INTERFACE $<$<CONFIG:Release>:-O1> $<$<CONFIG:RelWithDebInfo>:-O0>)

# vexevt_test(TARGET): makes TARGET a GoogleTest executable. Its own code is cold, what it tests is the code that is shipped. Its
# files are compiled as one (a "unity build"), since most of what each would take is GoogleTest's headers: a name in an anonymous
# namespace must be the only one among them.
function(vexevt_test target)
  target_link_libraries(${target} PRIVATE
    vexevt_settings vexevt_warnings vexevt_cold GTest::gtest GTest::gmock GTest::gtest_main)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
endfunction()

# With sanitizers the files of a room are compiled as one, which takes a third of the time. So a name in an anonymous namespace
# is the only one among them, in rooms as in tests.
if(VEXEVT_SANITIZE)
  set(CMAKE_UNITY_BUILD ON)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 0)
  target_compile_options(vexevt_settings INTERFACE -fsanitize=${VEXEVT_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(vexevt_settings INTERFACE -fsanitize=${VEXEVT_SANITIZE})
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
