# Compiler flags that hold for the whole tree.
add_compile_options(-Wall -Wextra -Wno-unused-parameter -fno-semantic-interposition)
# Floating-point contraction would make results depend on the compiler: determinism first.
add_compile_options(-ffp-contract=off)
add_link_options(-fuse-ld=lld)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Without this g++ finds another release's lld.
  add_link_options(-B${TARE_LLVM_TOOLS})
  # g++ 12 warns of what cannot happen in the standard library, and of braces in GoogleTest's macros.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-dangling-else)
endif()
if(TARE_SANITIZE)
  add_compile_options(-fsanitize=${TARE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=${TARE_SANITIZE})
  # Made now, as it goes into each program's link.
  set(options ${CMAKE_BINARY_DIR}/SanitizerOptions.o)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -c ${CMAKE_SOURCE_DIR}/cmake/SanitizerOptions.cpp -o ${options} COMMAND_ERROR_IS_FATAL ANY)
  add_link_options(${options})
endif()
set(CMAKE_INSTALL_RPATH "$ORIGIN/../lib")

find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers need the sloppiness; the base folder lets clones of the project share what they compile.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
endif()
