# Everything comes from Debian 12's packages (scripts/packages.sh lists them).
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(CURL REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(fmt CONFIG REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED COMPONENTS core)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)

find_path(BOOST_ASIO_INCLUDE boost/asio.hpp REQUIRED)
add_library(asio INTERFACE)
target_include_directories(asio SYSTEM INTERFACE ${BOOST_ASIO_INCLUDE})
target_compile_definitions(asio INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)
# A call is a dozen coroutines deep. Asio keeps a few frames of at most 1 KB for the next one and
# gives one of them up for each that is larger; what it does not keep comes from aligned_alloc, which
# costs several times what malloc does. The server leaves frames to malloc, which is as quick.
if(EXTRACTD_LTO)
  target_compile_definitions(asio INTERFACE BOOST_ASIO_DISABLE_STD_ALIGNED_ALLOC
    BOOST_ASIO_DISABLE_BOOST_ALIGN BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=2)
else()
  target_compile_definitions(asio INTERFACE BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=12)
endif()
target_link_libraries(asio INTERFACE Threads::Threads)

# The allocator of optimised servers (docs/adr/2026-11-22-tcmalloc-in-releases.md). Its run-time
# package is enough: nothing of it is called by name.
if(EXTRACTD_LTO)
  find_library(TCMALLOC_LIBRARY NAMES libtcmalloc_minimal.so.4 REQUIRED)
endif()

if(EXTRACTD_GRPC)
  find_package(Protobuf REQUIRED)  # CMake's own module: Debian has no CONFIG package for it
  find_package(gRPC CONFIG REQUIRED)
  find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)
  find_package(yaml-cpp CONFIG REQUIRED)
  find_package(CLI11 CONFIG REQUIRED)
endif()
if(EXTRACTD_TESTS)
  find_package(GTest CONFIG REQUIRED)
  find_package(nlohmann_json CONFIG REQUIRED)  # the tests' own reading of recorded JSON
endif()
if(EXTRACTD_BENCH)
  find_package(benchmark CONFIG REQUIRED)
  find_package(simdjson CONFIG REQUIRED)
endif()
