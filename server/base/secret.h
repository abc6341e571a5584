// Secret: the one type that holds a key or token in memory. It has no conversion to text, no
// operator<< and no format support; whoever must send it says Reveal(), which is easy to search
// for. It is kept out of core dumps, and wiped when it ends.
#ifndef EXTRACTD_SERVER_BASE_SECRET_H_
#define EXTRACTD_SERVER_BASE_SECRET_H_

#include <string>
#include <string_view>
#include <vector>

#include "server/base/secret_memory.h"

namespace extractd {

class Secret {
 public:
  static constexpr std::string_view kRedacted = "[redacted]";

  Secret() = default;
  explicit Secret(std::string value);

  bool empty() const { return value_.empty(); }
  // The value itself. Never log it, never put it into an error.
  std::string_view Reveal() const { return {value_.data(), value_.size()}; }
  // `text` with every occurrence of the value replaced by kRedacted.
  std::string ScrubFrom(std::string_view text) const;

  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::vector<char, UndumpedAllocator<char>> value_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_BASE_SECRET_H_
