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
  -Wno-missing-field-initializers)  # designated initialisers name what matters
if(VEXEVT_WERROR)
  target_compile_options(vexevt_warnings INTERFACE -Werror)
endif()

if(VEXEVT_SANITIZE)
  target_compile_options(vexevt_settings INTERFACE -fsanitize=${VEXEVT_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(vexevt_settings INTERFACE -fsanitize=${VEXEVT_SANITIZE})
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
