# tare_flatbuffers(TARGET SCHEMA [UNION name]): in the build tree's include/tare/Schema
#   <schema>_generated.h       its types
#   <schema>_bfbs_generated.h  the schema itself, for reflection
#   <schema>_<union>.h         the list of a union's members (UnionMembers.cmake)
function(tare_flatbuffers target schema)
  cmake_parse_arguments(ARG "" "UNION" "" ${ARGN})
  get_filename_component(stem ${schema} NAME_WE)
  set(out ${CMAKE_BINARY_DIR}/include/tare/Schema)
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/${schema})
  set(made ${out}/${stem}_generated.h ${out}/${stem}_bfbs_generated.h)
  add_custom_command(OUTPUT ${out}/${stem}_generated.h ${out}/${stem}_bfbs_generated.h
    COMMAND ${FLATC} --cpp --gen-object-api --reflect-types --bfbs-gen-embed --cpp-std c++17 --scoped-enums --include-prefix tare/Schema
            -I ${CMAKE_CURRENT_SOURCE_DIR} -o ${out} ${source}
    DEPENDS ${source} ${CMAKE_CURRENT_SOURCE_DIR}/element_type.fbs
    COMMENT "FlatBuffers: ${schema}")
  if(ARG_UNION)
    string(TOLOWER ${ARG_UNION} union)
    set(script ${CMAKE_SOURCE_DIR}/cmake/UnionMembers.cmake)
    add_custom_command(OUTPUT ${out}/${stem}_${union}.h
      COMMAND ${CMAKE_COMMAND} -DUNION=${ARG_UNION} -DHEADER=${out}/${stem}_generated.h -DOUT=${out}/${stem}_${union}.h -P ${script}
      DEPENDS ${out}/${stem}_generated.h ${script}
      COMMENT "FlatBuffers: the union ${ARG_UNION} of ${schema}")
    list(APPEND made ${out}/${stem}_${union}.h)
  endif()
  add_custom_target(${target} DEPENDS ${made})
endfunction()
