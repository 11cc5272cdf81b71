# What `cmake --install` leaves: the tools, and the runtime as one shared library with a C header, found by
# find_package(Tare) as Tare::Runtime. Tools install themselves where they are defined.
include(CMakePackageConfigHelpers)

# All of the runtime in one library whose only symbols are the C API's: who embeds it needs nothing else of Tare.
add_library(tare-runtime SHARED cmake/runtime.map)
target_link_libraries(tare-runtime PRIVATE $<LINK_LIBRARY:WHOLE_ARCHIVE,TareRuntime>)
target_include_directories(tare-runtime INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_options(tare-runtime PRIVATE LINKER:--as-needed "LINKER:--version-script=${CMAKE_SOURCE_DIR}/cmake/runtime.map")
set_target_properties(tare-runtime PROPERTIES OUTPUT_NAME TareRuntime EXPORT_NAME Runtime
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR} LINKER_LANGUAGE CXX
  LINK_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/runtime.map)

install(TARGETS tare-runtime EXPORT TareTargets)
install(FILES include/tare/tare.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tare)
install(EXPORT TareTargets NAMESPACE Tare:: FILE TareConfig.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Tare)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/TareConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/TareConfigVersion.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Tare)
