include(GoogleTest)

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
