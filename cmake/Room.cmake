# vexevt_room(NAME SOURCES a.cc… [LINK target…] [PRIVATE_LINK target…] [TESTS a_test.cc…] [TEST_LINK target…] [THREADS] [SHARED])
#
# One room of lib/: a static library vexevt_NAME, known as vexevt::NAME, and one test executable NAME_test that holds the
# room's *_test.cc files. LINK is what the room's headers need, PRIVATE_LINK what only its sources do. Each GoogleTest case is
# a CTest test named NAME.Suite.Case, so that `ctest -R` runs one by name. THREADS says that the room has threads of its own or
# shares memory: its tests are then also what the thread sanitizer runs (target threaded_tests, label unit-threads). SHARED
# says that libvexevt has the room in it: its code can lie anywhere, and, as no symbol is to be seen, is as fast as other code.
if(VEXEVT_TESTS)
  add_custom_target(threaded_tests)
endif()

function(vexevt_shared target)
  set_target_properties(${target} PROPERTIES
    POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
endfunction()

function(vexevt_room name)
  cmake_parse_arguments(room "THREADS;SHARED" "" "SOURCES;LINK;PRIVATE_LINK;TESTS;TEST_LINK" ${ARGN})
  add_library(vexevt_${name} STATIC ${room_SOURCES})
  add_library(vexevt::${name} ALIAS vexevt_${name})
  target_link_libraries(vexevt_${name}
    PUBLIC vexevt_settings ${room_LINK}
    PRIVATE vexevt_warnings ${room_PRIVATE_LINK})
  if(room_SHARED)
    vexevt_shared(vexevt_${name})
  endif()
  if(VEXEVT_TESTS AND room_TESTS)
    add_executable(${name}_test ${room_TESTS})
    target_link_libraries(${name}_test PRIVATE vexevt_${name} ${room_TEST_LINK})
    vexevt_test(${name}_test)
    set(label unit)
    if(room_THREADS)
      set(label unit-threads)  # one label that both regexes find: gtest_discover_tests takes no list
      add_dependencies(threaded_tests ${name}_test)
    endif()
    gtest_discover_tests(${name}_test TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60 PROPERTIES LABELS ${label})
  endif()
endfunction()

# vexevt_tool(NAME [SOURCES …] [LINK …]) in cmd/vexevt-NAME (or cmd/vexevt, for NAME vexevt, and fuse, for NAME fuse): the binary from main.cc, options.cc
# and run.cc. The options are a library of their own, so that man/gen, which writes option lists and completions, can link them:
# options.h has a constant kNameTool, a struct NameOptions and AddNameOptions(CLI::App&, NameOptions*).
function(vexevt_tool name)
  cmake_parse_arguments(tool "" "" "SOURCES;LINK" ${ARGN})
  set_property(GLOBAL APPEND PROPERTY VEXEVT_TOOLS ${name})
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set_property(GLOBAL PROPERTY VEXEVT_FOLDER_${name} ${folder})
  set(binary vexevt-${name})
  if(name STREQUAL vexevt)
    set(binary vexevt)
  endif()
  add_library(vexevt_${name}_options STATIC options.cc)
  target_link_libraries(vexevt_${name}_options PUBLIC vexevt::cli PRIVATE vexevt_warnings vexevt_cold CLI11::CLI11 ${tool_LINK})
  add_executable(${binary} main.cc run.cc ${tool_SOURCES})
  target_link_libraries(${binary} PRIVATE vexevt_${name}_options vexevt_warnings ${tool_LINK})
  set_target_properties(${binary} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  install(TARGETS ${binary} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()
