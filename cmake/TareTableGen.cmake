# What TableGen makes lies in the build tree's include/tare; every library that is built with MLIR waits for it.
add_custom_target(tare-tablegen)

# tare_tablegen(TD OUTPUT FLAGS...): one generated file, in the folder of the build tree that mirrors the current one.
function(tare_tablegen td output)
  set(LLVM_TARGET_DEFINITIONS ${td})
  mlir_tablegen(${output} ${ARGN})
  file(RELATIVE_PATH folder ${CMAKE_BINARY_DIR} ${CMAKE_CURRENT_BINARY_DIR})
  string(MAKE_C_IDENTIFIER "tablegen_${folder}_${output}" target)
  add_custom_target(${target} DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/${output})
  add_dependencies(tare-tablegen ${target})
endfunction()

# tare_dialect(NAME MNEMONIC [SHARDS n]): the generated files of a dialect, each from its .td where there is one:
#   <NAME>Ops.td         <NAME>Dialect.{h,cpp}.inc, <NAME>Ops.{h,cpp}.inc (sharded: see tare_op_shards)
#   <NAME>Types.td       <NAME>Types.{h,cpp}.inc
#   <NAME>Attributes.td  <NAME>Attributes.{h,cpp}.inc, <NAME>Enums.{h,cpp}.inc where it defines enums and no <NAME>Enums.td does
#   <NAME>Enums.td       <NAME>Enums.{h,cpp}.inc
#   <NAME>Interfaces.td  <NAME>Interfaces.{h,cpp}.inc
function(tare_dialect name mnemonic)
  cmake_parse_arguments(ARG "" "SHARDS" "" ${ARGN})
  set(shards)
  if(ARG_SHARDS)
    set(shards -op-shard-count=${ARG_SHARDS})
  endif()
  tare_tablegen(${name}Ops.td ${name}Dialect.h.inc -gen-dialect-decls -dialect=${mnemonic})
  tare_tablegen(${name}Ops.td ${name}Dialect.cpp.inc -gen-dialect-defs -dialect=${mnemonic})
  tare_tablegen(${name}Ops.td ${name}Ops.h.inc -gen-op-decls ${shards})
  tare_tablegen(${name}Ops.td ${name}Ops.cpp.inc -gen-op-defs ${shards})
  # With shards there is no list of all ops (GET_OP_LIST), for code that does the same for each.
  if(ARG_SHARDS)
    tare_tablegen(${name}Ops.td ${name}OpList.inc -gen-op-defs)
  endif()
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${name}Types.td)
    tare_tablegen(${name}Types.td ${name}Types.h.inc -gen-typedef-decls -typedefs-dialect=${mnemonic})
    tare_tablegen(${name}Types.td ${name}Types.cpp.inc -gen-typedef-defs -typedefs-dialect=${mnemonic})
  endif()
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${name}Attributes.td)
    tare_tablegen(${name}Attributes.td ${name}Attributes.h.inc -gen-attrdef-decls -attrdefs-dialect=${mnemonic})
    tare_tablegen(${name}Attributes.td ${name}Attributes.cpp.inc -gen-attrdef-defs -attrdefs-dialect=${mnemonic})
  endif()
  foreach(source ${name}Enums.td ${name}Attributes.td)
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${source})
      tare_tablegen(${source} ${name}Enums.h.inc -gen-enum-decls)
      tare_tablegen(${source} ${name}Enums.cpp.inc -gen-enum-defs)
      break()
    endif()
  endforeach()
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${name}Interfaces.td)
    tare_tablegen(${name}Interfaces.td ${name}Interfaces.h.inc -gen-op-interface-decls)
    tare_tablegen(${name}Interfaces.td ${name}Interfaces.cpp.inc -gen-op-interface-defs)
  endif()
endfunction()

# tare_op_shards(OUT NAME SHARDS HEADER): sets OUT to SHARDS generated .cpp files, each compiling one share of the ops
# of <NAME>Ops.td (generated with -op-shard-count). HEADER declares the ops and all that their definitions use.
# The dialect's initialize() then calls register<Name>DialectOperations(this) from the generated header.
function(tare_op_shards out name shards header)
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR}/lib ${CMAKE_CURRENT_SOURCE_DIR})
  set(sources)
  math(EXPR last "${shards} - 1")
  foreach(index RANGE ${last})
    set(source ${CMAKE_CURRENT_BINARY_DIR}/${name}Ops.${index}.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT
"// One share of the ops of ${name}Ops.td, so that they compile in parallel.
#include \"${header}\"

#define GET_OP_DEFS_${index}
#include \"tare/${folder}/${name}Ops.cpp.inc\"
")
    list(APPEND sources ${source})
  endforeach()
  set(${out} ${sources} PARENT_SCOPE)
endfunction()
