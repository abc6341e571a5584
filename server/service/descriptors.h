// File descriptors: what is open and what may be. A daemon that has none left can neither accept a
// connection nor make one, so it stops taking calls while some are left.
#ifndef EXTRACTD_SERVER_SERVICE_DESCRIPTORS_H_
#define EXTRACTD_SERVER_SERVICE_DESCRIPTORS_H_

#include <cstdint>

namespace extractd {

// As many as this process may have, from now on.
void RaiseDescriptorLimit();

struct Descriptors {
  std::int64_t open = 0;
  std::int64_t limit = 0;

  // Somebody should know.
  bool low() const { return open * 10 > limit * 8; }
  // The rest is for what runs already.
  bool exhausted() const { return open * 10 > limit * 9; }
};
Descriptors CountDescriptors();

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_DESCRIPTORS_H_
