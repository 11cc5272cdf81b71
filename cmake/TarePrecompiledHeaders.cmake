# One precompiled header for all that is built with MLIR: it takes the better part of the compile time off each source.
option(TARE_PRECOMPILE "Precompile MLIR's headers" ON)

if(TARE_PRECOMPILE)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # A time stamp in the precompiled header would defeat ccache.
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  else()
    # What ccache needs from g++.
    add_compile_options(-fpch-preprocess)
  endif()
  add_library(tare-mlir-pch OBJECT ${CMAKE_SOURCE_DIR}/cmake/TareMlirPch.cpp)
  target_precompile_headers(tare-mlir-pch PRIVATE ${CMAKE_SOURCE_DIR}/cmake/TareMlirPch.h)
endif()

# tare_use_mlir_headers(TARGET): compile TARGET with the precompiled headers.
function(tare_use_mlir_headers target)
  if(TARE_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM tare-mlir-pch)
  endif()
endfunction()
