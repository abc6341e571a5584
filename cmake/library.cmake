# extractd_library(<name> [COROUTINES] SOURCES <files> [DEPS <targets>] [PRIVATE_DEPS <targets>])
# One folder of server/ as the static library extractd_<name>. DEPS mirror the layers that
# scripts/checks/layers.py enforces. COROUTINES: precompile the coroutine headers, which cost about
# half a second of every file that includes them.
function(extractd_library name)
  cmake_parse_arguments(arg "COROUTINES" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  set(target extractd_${name})
  add_library(${target} STATIC ${arg_SOURCES})
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.h)
  if(headers)
    target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${headers})
    set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  endif()
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${target} PUBLIC ${arg_DEPS} PRIVATE extractd_options ${arg_PRIVATE_DEPS})
  if(arg_COROUTINES)
    target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/server/base/task.h)
  endif()
endfunction()
