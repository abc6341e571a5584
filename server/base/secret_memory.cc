#include "server/base/secret_memory.h"

#include <cstddef>
#include <cstring>
#include <memory_resource>
#include <new>

#include <sys/mman.h>
#include <unistd.h>

namespace extractd {
namespace {

size_t WholePages(size_t bytes) {
  static const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

// Pages of their own.
class UndumpedPages final : public std::pmr::memory_resource {
 private:
  void* do_allocate(size_t bytes, size_t /*alignment*/) override {
    const size_t size = WholePages(bytes);
    void* const pages =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) throw std::bad_alloc();
    ::madvise(pages, size, MADV_DONTDUMP);
    return pages;
  }

  void do_deallocate(void* pages, size_t bytes, size_t /*alignment*/) override {
    ::munmap(pages, WholePages(bytes));
  }

  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

// The pools of libstdc++ give blocks of 24 bytes, whatever alignment is asked for.
constexpr size_t WholeUnits(size_t bytes) {
  constexpr size_t kUnit = alignof(std::max_align_t);
  return (bytes + kUnit - 1) / kUnit * kUnit;
}

// Never destroyed: secrets of static lifetime outlast everything.
std::pmr::memory_resource& Pool() {
  static std::pmr::memory_resource* const pool =
      new std::pmr::synchronized_pool_resource(new UndumpedPages);
  return *pool;
}

}  // namespace

void* AllocateUndumped(size_t bytes) {
  return Pool().allocate(WholeUnits(bytes));
}

void FreeUndumped(void* memory, size_t bytes) {
  ::explicit_bzero(memory, bytes);
  Pool().deallocate(memory, WholeUnits(bytes));
}

}  // namespace extractd
