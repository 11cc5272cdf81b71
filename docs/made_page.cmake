# Makes a page with a program of this project. With UPDATE it replaces PAGE, without it fails where PAGE is out of date.
string(REPLACE "|" ";" ARGUMENTS "${ARGUMENTS}")
execute_process(COMMAND ${MAKER} ${ARGUMENTS} OUTPUT_VARIABLE text RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "${MAKER} failed")
endif()
include(${CMAKE_CURRENT_LIST_DIR}/update_page.cmake)
