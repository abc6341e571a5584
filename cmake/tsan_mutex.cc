// Tells the thread sanitizer what Debian's abseil, which is built without it, does not: that the
// holders of an absl::Mutex come one after the other. The linker leads each call here
// (options.cmake).
#include <absl/synchronization/mutex.h>
#include <sanitizer/tsan_interface.h>

// The names are those that abseil 20220623 mangles to.
#define EXTRACTD_WRAPPED(name) __wrap__ZN4absl7debian35Mutex##name
#define EXTRACTD_REAL(name) __real__ZN4absl7debian35Mutex##name

extern "C" {

void EXTRACTD_REAL(4LockEv)(absl::Mutex* mutex);
void EXTRACTD_REAL(6UnlockEv)(absl::Mutex* mutex);
void EXTRACTD_REAL(10ReaderLockEv)(absl::Mutex* mutex);
void EXTRACTD_REAL(12ReaderUnlockEv)(absl::Mutex* mutex);

void EXTRACTD_WRAPPED(4LockEv)(absl::Mutex* mutex) {
  EXTRACTD_REAL(4LockEv)(mutex);
  __tsan_acquire(mutex);
}

void EXTRACTD_WRAPPED(6UnlockEv)(absl::Mutex* mutex) {
  __tsan_release(mutex);
  EXTRACTD_REAL(6UnlockEv)(mutex);
}

void EXTRACTD_WRAPPED(10ReaderLockEv)(absl::Mutex* mutex) {
  EXTRACTD_REAL(10ReaderLockEv)(mutex);
  __tsan_acquire(mutex);
}

void EXTRACTD_WRAPPED(12ReaderUnlockEv)(absl::Mutex* mutex) {
  __tsan_release(mutex);
  EXTRACTD_REAL(12ReaderUnlockEv)(mutex);
}

}  // extern "C"
