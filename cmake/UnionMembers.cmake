# A script: writes OUT, a header with the members of the union UNION as a list for the preprocessor, from HEADER, which flatc made of
# the schema. What does the same for each operator asks for the list, so that an operator that is new in the schema is in all of them.
file(READ ${HEADER} text)
if(NOT text MATCHES "enum class ${UNION} : uint8_t {([^}]*)}")
  message(FATAL_ERROR "${HEADER}: there is no union ${UNION}")
endif()
string(REGEX MATCHALL "[A-Za-z0-9_]+ = [0-9]+" members "${CMAKE_MATCH_1}")
set(list)
foreach(member ${members})
  string(REGEX REPLACE " = .*" "" member "${member}")
  if(NOT member STREQUAL NONE)
    string(SUBSTRING ${member} 0 1 first)
    string(TOLOWER ${first} first)
    string(SUBSTRING ${member} 1 -1 rest)
    string(APPEND list " \\\n  MEMBER(${member}, ${first}${rest})")
  endif()
endforeach()
string(TOUPPER ${UNION} name)
file(WRITE ${OUT} "// Made of the schema by cmake/UnionMembers.cmake: the union ${UNION}, in its order. A member's second name is for what is called
// after it.
#ifndef TARE_SCHEMA_${name}_MEMBERS_H
#define TARE_SCHEMA_${name}_MEMBERS_H

#define TARE_${name}_MEMBERS(MEMBER)${list}

#endif // TARE_SCHEMA_${name}_MEMBERS_H
")
