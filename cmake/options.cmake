# Warnings travel with one INTERFACE target; sanitizers, LTO and the linker are global, so that
# every object of a build agrees.
add_library(extractd_options INTERFACE)
target_compile_options(extractd_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Werror
  -Wthread-safety)

add_link_options(-fuse-ld=lld-19)
if(EXTRACTD_SANITIZE)
  add_compile_options(-fsanitize=${EXTRACTD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${EXTRACTD_SANITIZE})
endif()
if(EXTRACTD_SANITIZE STREQUAL "thread")
  add_library(extractd_tsan_mutex STATIC cmake/tsan_mutex.cc)
  target_link_libraries(extractd_options INTERFACE extractd_tsan_mutex)
  foreach(call Lock Unlock ReaderLock ReaderUnlock)
    string(LENGTH ${call} length)
    add_link_options(-Wl,--wrap=_ZN4absl7debian35Mutex${length}${call}Ev)
  endforeach()
endif()
if(EXTRACTD_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(EXTRACTD_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()
if(EXTRACTD_LTO)
  add_compile_options(-flto=thin)
  add_link_options(-flto=thin -Wl,--thinlto-jobs=2 -Wl,--thinlto-cache-dir=${CMAKE_BINARY_DIR}/thinlto-cache)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
# Needed by ccache to share precompiled headers: clang writes a timestamp into them otherwise.
add_compile_options($<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang\ -fno-pch-timestamp>)
# __FILE__ and debug paths relative to the tree, so that ccache hits from any clone.
add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
