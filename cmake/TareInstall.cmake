# What `cmake --install` leaves: the tools; the runtime as one shared library with a C header, found by
# find_package(Tare) as Tare::Runtime and by pkg-config as tare; the compiler as another one, Tare::Driver; and the documentation. Tools and targets install
# themselves where they are defined.
include(CMakePackageConfigHelpers)

# All of the runtime in one library whose only symbols are the C API's: who embeds it needs nothing else of Tare.
add_library(tare-runtime SHARED cmake/runtime.map)
target_link_libraries(tare-runtime PRIVATE $<LINK_LIBRARY:WHOLE_ARCHIVE,TareRuntime>)
target_include_directories(tare-runtime INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_options(tare-runtime PRIVATE LINKER:--as-needed "LINKER:--version-script=${CMAKE_SOURCE_DIR}/cmake/runtime.map")
set_target_properties(tare-runtime PROPERTIES OUTPUT_NAME TareRuntime EXPORT_NAME Runtime
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR} LINKER_LANGUAGE CXX
  LINK_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/runtime.map)

# What the commands do, for programs of C++: Tare::Driver, whose headers show nothing of MLIR.
add_library(tare-driver SHARED cmake/driver.map)
target_link_libraries(tare-driver PRIVATE $<LINK_LIBRARY:WHOLE_ARCHIVE,TareDriver>)
target_include_directories(tare-driver INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(tare-driver INTERFACE cxx_std_20)
target_link_options(tare-driver PRIVATE LINKER:--as-needed "LINKER:--version-script=${CMAKE_SOURCE_DIR}/cmake/driver.map")
set_target_properties(tare-driver PROPERTIES OUTPUT_NAME TareDriver EXPORT_NAME Driver
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR} LINKER_LANGUAGE CXX
  LINK_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/driver.map)

install(TARGETS tare-runtime tare-driver EXPORT TareTargets)
install(DIRECTORY include/tare/Driver DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tare)
foreach(header Calibration/ExactSum Calibration/Histogram Calibration/RangeSearch Calibration/Ranges Calibration/SampleEnds
        Tensor/MemoryArrays Tensor/Npy Tensor/Result Tensor/Tensor)
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES include/tare/${header}.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tare/${folder})
endforeach()
install(FILES ${CMAKE_BINARY_DIR}/include/tare/Schema/element_type_generated.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tare/Schema)
install(FILES include/tare/tare.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tare)
install(EXPORT TareTargets NAMESPACE Tare:: FILE TareConfig.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Tare)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/TareConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/TareConfigVersion.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Tare)

# The folders may lie anywhere: a package that is moved, or staged by DESTDIR, is found where it is.
cmake_path(IS_ABSOLUTE CMAKE_INSTALL_LIBDIR is_absolute)
if(is_absolute)
  set(pkgconfig_prefix ${CMAKE_INSTALL_PREFIX})
else()
  file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  string(REGEX REPLACE "/$" "" up ${up})
  set(pkgconfig_prefix "\${pcfiledir}/${up}")
endif()
cmake_path(APPEND pkgconfig_libdir "\${prefix}" "${CMAKE_INSTALL_LIBDIR}")
cmake_path(APPEND pkgconfig_includedir "\${prefix}" "${CMAKE_INSTALL_INCLUDEDIR}")
configure_file(cmake/tare.pc.in ${CMAKE_BINARY_DIR}/tare.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/tare.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# In the folders of the sources, so that links from page to page lead somewhere.
install(FILES README.md CHANGELOG.md CONTRIBUTING.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs bench DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md")
install(FILES lib/Schema/program.fbs lib/Schema/statistics.fbs DESTINATION ${CMAKE_INSTALL_DOCDIR}/lib/Schema)
install(FILES include/tare/tare.h DESTINATION ${CMAKE_INSTALL_DOCDIR}/include/tare)
install(FILES examples/python.ipynb DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(FILES examples/compile/compile.cpp DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples/compile)

# All that is installed and must be built before: what `make build` makes.
add_custom_target(installable)
add_dependencies(installable manual tare tare-opt tare-reduce tare-lsp-server tare-runtime tare-driver)

# The names of all files, for scripts/uninstall. This is the last rule: it sees what the others have written.
install(CODE "set(list \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/tare/installed.txt\")")
install(CODE [[
  list(APPEND CMAKE_INSTALL_MANIFEST_FILES ${list})
  set(names "")
  foreach(file ${CMAKE_INSTALL_MANIFEST_FILES})
    file(RELATIVE_PATH name ${CMAKE_INSTALL_PREFIX} ${file})
    string(APPEND names "${name}\n")
  endforeach()
  file(WRITE "$ENV{DESTDIR}${list}" "${names}")]])
