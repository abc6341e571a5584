# extractd_pytest(<name> FILES <files> [LABELS <labels>] [TIMEOUT <seconds>] [PROPERTIES …])
# A ctest test that runs pytest files by tests/run_pytest.py. They find the tree and the build in
# EXTRACTD_SOURCE_DIR and EXTRACTD_BUILD_DIR, and the tools of scripts/tools.sh on their PATH.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

function(extractd_pytest name)
  cmake_parse_arguments(arg "" "TIMEOUT" "FILES;LABELS;PROPERTIES" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  list(TRANSFORM arg_FILES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  add_test(NAME ${name}
    COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tests/run_pytest.py ${arg_FILES})
  set_tests_properties(${name} PROPERTIES
    LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} SKIP_RETURN_CODE 77
    ENVIRONMENT "EXTRACTD_SOURCE_DIR=${PROJECT_SOURCE_DIR};EXTRACTD_BUILD_DIR=${PROJECT_BINARY_DIR}"
    ${arg_PROPERTIES})
endfunction()
