# tare-mlir: MLIR and the part of LLVM that it stands on, as archives. The dynamic libraries hold all of both: the loader
# binds 50,000 of their symbols at each start, which takes longer (60 ms) than most of what tare is called for.
set(roots MLIRBytecodeWriter MLIRFuncDialect MLIRFuncTransforms MLIRLspServerLib MLIROptLib MLIRParser MLIRQuantDialect MLIRReduceLib MLIRTransforms
  # The archives' own list names the whole of LLVM for these.
  LLVMSupport LLVMSupportLSP LLVMTargetParser LLVMRemarks LLVMBitstreamReader)
set(archives)
set(system)
while(roots)
  list(POP_FRONT roots library)
  if(library MATCHES "^(MLIR|LLVM).+" AND TARGET ${library})
    if(NOT "$<TARGET_FILE:${library}>" IN_LIST archives)
      list(APPEND archives $<TARGET_FILE:${library}>)
      get_target_property(needed ${library} INTERFACE_LINK_LIBRARIES)
      if(needed)
        list(APPEND roots ${needed})
      endif()
    endif()
  elseif(NOT library STREQUAL "LLVM" AND (TARGET ${library} OR NOT library MATCHES "::|\\$<"))
    list(APPEND system ${library})
  endif()
endwhile()
list(REMOVE_DUPLICATES system)
add_library(tare-mlir INTERFACE)
# lld finds what archives need of each other in any order.
target_link_libraries(tare-mlir INTERFACE ${archives} ${system} PkgConfig::zstd)
target_link_options(tare-mlir INTERFACE LINKER:--as-needed LINKER:--gc-sections)
