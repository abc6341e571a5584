// What this process has allocated, for tests that hold a count against it.
#ifndef EXTRACTD_TESTS_UNIT_SCHEMA_ALLOCATED_BYTES_H_
#define EXTRACTD_TESTS_UNIT_SCHEMA_ALLOCATED_BYTES_H_

#include <cstddef>

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#include <sanitizer/allocator_interface.h>
#else
#include <malloc.h>
#endif

namespace extractd::schema {

inline size_t AllocatedBytes() {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return __sanitizer_get_current_allocated_bytes();
#else
  return mallinfo2().uordblks;
#endif
}

}  // namespace extractd::schema

#endif  // EXTRACTD_TESTS_UNIT_SCHEMA_ALLOCATED_BYTES_H_
