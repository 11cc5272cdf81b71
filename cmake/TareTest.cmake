include(GoogleTest)

# Where files of pytest's say what they left out.
set(TARE_SKIPS ${CMAKE_BINARY_DIR}/test/skips)

# tare_unit_test(NAME SOURCES... LINK targets... [MLIR]): the GoogleTest binary build/bin/<NAME>, each of its tests a
# test of ctest. MLIR: compile with MLIR's precompiled headers. TARE_PYTHON and TARE_TEST_DATA (the test's source
# folder) reach the test as macros.
function(tare_unit_test name)
  cmake_parse_arguments(ARG "MLIR" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE
    TARE_PYTHON="${TARE_PYTHON}" TARE_TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}")
  if(ARG_MLIR)
    target_link_libraries(${name} PRIVATE tare-mlir)
    add_dependencies(${name} tare-tablegen)
    tare_use_mlir_headers(${name})
  endif()
  gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 120 PROPERTIES TIMEOUT 600)
endfunction()

# tare_pytest(NAME FILE LABEL): a file of pytest's as a test of ctest; what it skips for want of something is told by the test `skips`.
function(tare_pytest name file label)
  get_filename_component(folder ${file} DIRECTORY)
  add_test(NAME ${name}
           COMMAND ${TARE_PYTHON} -m pytest -c ${CMAKE_SOURCE_DIR}/test/e2e/pytest.ini -p skips --rootdir=${folder} ${file}
           WORKING_DIRECTORY ${folder})
  set_tests_properties(${name} PROPERTIES
    ENVIRONMENT "TARE_BIN=${CMAKE_BINARY_DIR}/bin;TARE_SKIPS=${TARE_SKIPS}/${name}.txt;PYTHONPATH=${CMAKE_SOURCE_DIR}/test/e2e;PYTHONDONTWRITEBYTECODE=1"
    TIMEOUT 1800 LABELS ${label})
  set_property(GLOBAL APPEND PROPERTY TARE_PYTESTS ${name})
endfunction()

# tare_told_skips(): behind all files of pytest's, a test that is skipped where they left something out.
function(tare_told_skips)
  get_property(files GLOBAL PROPERTY TARE_PYTESTS)
  add_test(NAME skips COMMAND ${TARE_PYTHON} ${CMAKE_SOURCE_DIR}/test/e2e/skips.py ${TARE_SKIPS})
  set_tests_properties(skips PROPERTIES DEPENDS "${files}" SKIP_REGULAR_EXPRESSION "NOT TESTED")
endfunction()

# tare_lit_suite(): the lit tests of test/, once as they are and once with every run of tare-opt round-tripping.
function(tare_lit_suite)
  if(NOT TARGET tare-opt)
    return()
  endif()
  configure_file(lit.site.cfg.py.in ${CMAKE_CURRENT_BINARY_DIR}/lit.site.cfg.py @ONLY)
  set(lit ${TARE_LLVM_TOOLS}/lit -sv --config-prefix=lit ${CMAKE_CURRENT_BINARY_DIR})
  add_test(NAME lit COMMAND ${lit})
  add_test(NAME lit.round_trip COMMAND ${lit} -Dround_trip=1 --filter "mlir$")
  set_tests_properties(lit lit.round_trip PROPERTIES TIMEOUT 1200)
  add_custom_target(check-lit COMMAND ${lit} DEPENDS tare-opt tare-reduce $<$<TARGET_EXISTS:tare>:tare> USES_TERMINAL)
endfunction()
