// How the providers of the benchmarks find the end of a request.
#ifndef EXTRACTD_TESTS_BENCH_E2E_REQUEST_SIZE_H_
#define EXTRACTD_TESTS_BENCH_E2E_REQUEST_SIZE_H_

#include <charconv>
#include <cstddef>
#include <string_view>

namespace extractd::bench {

// The size of the first request in `bytes`, head and body; 0 if it is not whole.
inline size_t RequestSize(std::string_view bytes) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  constexpr std::string_view kLength = "ength: ";  // clients write Content-Length in several cases
  const size_t head = bytes.find(kEnd);
  if (head == std::string_view::npos) return 0;
  const size_t field = bytes.substr(0, head).find(kLength);
  size_t body = 0;
  if (field != std::string_view::npos) {
    const char* const digits = bytes.data() + field + kLength.size();
    std::from_chars(digits, bytes.data() + head, body);
  }
  const size_t size = head + kEnd.size() + body;
  return bytes.size() < size ? 0 : size;
}

}  // namespace extractd::bench

#endif  // EXTRACTD_TESTS_BENCH_E2E_REQUEST_SIZE_H_
