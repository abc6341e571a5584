// UndumpedAllocator: memory on pages that the kernel leaves out of core dumps, and that is wiped
// when it is given back. Thread-safe.
#ifndef EXTRACTD_SERVER_BASE_SECRET_MEMORY_H_
#define EXTRACTD_SERVER_BASE_SECRET_MEMORY_H_

#include <cstddef>

namespace extractd {

void* AllocateUndumped(size_t bytes);
// Wipes it first.
void FreeUndumped(void* memory, size_t bytes);

template <class T>
struct UndumpedAllocator {
  using value_type = T;

  UndumpedAllocator() = default;
  template <class Other>
  // NOLINTNEXTLINE(google-explicit-constructor): what an allocator has to be made from
  UndumpedAllocator(const UndumpedAllocator<Other>& /*other*/) {}

  T* allocate(size_t count) { return static_cast<T*>(AllocateUndumped(count * sizeof(T))); }
  void deallocate(T* memory, size_t count) { FreeUndumped(memory, count * sizeof(T)); }

  friend bool operator==(const UndumpedAllocator&, const UndumpedAllocator&) = default;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_BASE_SECRET_MEMORY_H_
