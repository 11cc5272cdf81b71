# tare_flatbuffers(TARGET SCHEMA): include/tare/Schema/<schema>_generated.h in the build tree.
function(tare_flatbuffers target schema)
  get_filename_component(stem ${schema} NAME_WE)
  set(out ${CMAKE_BINARY_DIR}/include/tare/Schema)
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/${schema})
  add_custom_command(OUTPUT ${out}/${stem}_generated.h
    COMMAND ${FLATC} --cpp --gen-object-api --reflect-types --cpp-std c++17 --scoped-enums --include-prefix tare/Schema
            -I ${CMAKE_CURRENT_SOURCE_DIR} -o ${out} ${source}
    DEPENDS ${source} ${CMAKE_CURRENT_SOURCE_DIR}/element_type.fbs
    COMMENT "FlatBuffers: ${schema}")
  add_custom_target(${target} DEPENDS ${out}/${stem}_generated.h)
endfunction()
