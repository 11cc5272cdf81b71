# tare_flatbuffers(TARGET SCHEMA OUTPUT_FOLDER): include/tare/<OUTPUT_FOLDER>/<schema>_generated.h in the build tree.
function(tare_flatbuffers target schema folder)
  get_filename_component(stem ${schema} NAME_WE)
  set(out ${CMAKE_BINARY_DIR}/include/tare/${folder})
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/${schema})
  add_custom_command(OUTPUT ${out}/${stem}_generated.h
    COMMAND ${FLATC} --cpp --gen-object-api --reflect-types --cpp-std c++17 --scoped-enums --include-prefix tare/Tensor
            -I ${CMAKE_SOURCE_DIR}/lib/Tensor -o ${out} ${source}
    DEPENDS ${source} ${CMAKE_SOURCE_DIR}/lib/Tensor/element_type.fbs
    COMMENT "FlatBuffers: ${schema}")
  add_custom_target(${target} DEPENDS ${out}/${stem}_generated.h)
endfunction()
