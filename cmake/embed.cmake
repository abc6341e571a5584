# extractd_embed(<target> FILE <file> NAME <symbol> HEADER <header that declares it>)
# Compiles a text file into the target as `const std::string_view extractd::providers::<symbol>`.
function(extractd_embed target)
  cmake_parse_arguments(arg "" "FILE;NAME;HEADER" "" ${ARGN})
  file(READ "${CMAKE_CURRENT_SOURCE_DIR}/${arg_FILE}" text)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${arg_FILE}")
  set(generated "${PROJECT_BINARY_DIR}/gen/${arg_NAME}.cc")
  set(new "// Generated from ${arg_FILE} by cmake/embed.cmake.
#include \"${arg_HEADER}\"

namespace extractd::providers {

const std::string_view ${arg_NAME} = R\"~(${text})~\";

}  // namespace extractd::providers
")
  file(GENERATE OUTPUT "${generated}" CONTENT "${new}")
  target_sources(${target} PRIVATE "${generated}")
endfunction()
