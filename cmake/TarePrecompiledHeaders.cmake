# One precompiled header for all that is built with MLIR: it takes the better part of the compile time off each source.
option(TARE_PRECOMPILE "Precompile MLIR's headers" ON)
# What fuzzers explore counts its edges. A precompiled header and its users must agree on that, so all of them do.
set(TARE_COVERAGE)
if(TARE_BUILD_FUZZERS)
  set(TARE_COVERAGE -fsanitize=fuzzer-no-link)
endif()

if(TARE_PRECOMPILE)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # A time stamp in the precompiled header would defeat ccache.
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  else()
    # What ccache needs from g++.
    add_compile_options(-fpch-preprocess)
  endif()
  add_library(tare-mlir-pch OBJECT ${CMAKE_SOURCE_DIR}/cmake/TareMlirPch.cpp)
  target_compile_options(tare-mlir-pch PRIVATE ${TARE_COVERAGE})
  # What nearly every compiler source reads.
  target_precompile_headers(tare-mlir-pch PRIVATE
    <mlir/Dialect/Func/IR/FuncOps.h>
    <mlir/Dialect/Quant/IR/Quant.h>
    <mlir/Dialect/Quant/IR/QuantTypes.h>
    <mlir/IR/Builders.h>
    <mlir/IR/BuiltinAttributes.h>
    <mlir/IR/BuiltinOps.h>
    <mlir/IR/BuiltinTypes.h>
    <mlir/IR/DialectImplementation.h>
    <mlir/IR/DialectResourceBlobManager.h>
    <mlir/IR/Matchers.h>
    <mlir/IR/OpImplementation.h>
    <mlir/IR/PatternMatch.h>
    <mlir/Interfaces/InferTypeOpInterface.h>
    <mlir/Interfaces/SideEffectInterfaces.h>
    <mlir/Pass/Pass.h>
    <mlir/Pass/PassManager.h>
    <mlir/Transforms/DialectConversion.h>
    <mlir/Transforms/GreedyPatternRewriteDriver.h>)
endif()

# tare_use_mlir_headers(TARGET): compile TARGET with the precompiled headers.
function(tare_use_mlir_headers target)
  target_compile_options(${target} PRIVATE ${TARE_COVERAGE})
  if(TARE_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM tare-mlir-pch)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "EXECUTABLE")
      # CMake compiles executables with -fPIE, with which clang refuses headers that were precompiled with -fPIC.
      target_compile_options(${target} PRIVATE -fPIC)
    endif()
  endif()
endfunction()
