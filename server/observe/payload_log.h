// PayloadLog: what was asked and answered, word by word, for an operator who wants to see it: a
// file of its own, one JSON object a line, readable by its owner alone. Every known secret is taken
// out.
//
// Add only keeps lines; Flush writes them. At its greatest size the file becomes <path>.1, which
// replaces the one before, so that both together take twice that size at most. Thread-safe.
#ifndef EXTRACTD_SERVER_OBSERVE_PAYLOAD_LOG_H_
#define EXTRACTD_SERVER_OBSERVE_PAYLOAD_LOG_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include "server/observe/redactor.h"

namespace extractd::observe {

// One send.
struct Exchange {
  std::string_view request_id = {};
  int attempt = 0;
  std::string_view provider = {};
  std::string_view model = {};
  std::string_view mode = {};
  std::string_view url = {};
  std::string_view request = {};  // the body
  std::string_view reply = {};    // the body, of a stream all of its bytes
  int http_status = 0;
  std::string_view failure = {};  // empty: none
};

class PayloadLog {
 public:
  static constexpr size_t kMaxBodyBytes = size_t{256} << 10U;    // of each body; the rest is cut
  static constexpr size_t kMaxWaitingBytes = size_t{16} << 20U;  // between two flushes

  struct Options {
    std::string path = {};
    std::int64_t max_bytes = 0;
    double sample_percent = 100;
  };
  // `redactor` outlives it. InvalidArgument: the file cannot be written, or is not the daemon's
  // own.
  static absl::StatusOr<std::unique_ptr<PayloadLog>> Open(
      const Options& options, const Redactor& redactor
  );
  ~PayloadLog();
  PayloadLog(const PayloadLog&) = delete;
  PayloadLog& operator=(const PayloadLog&) = delete;

  // Draws whether the next exchange is one of those that are logged.
  bool Wants() const;
  // What comes above kMaxWaitingBytes is lost, and counted.
  void Add(const Exchange& exchange);
  // May wait for the disk.
  void Flush();
  std::int64_t lost() const { return lost_.load(); }

 private:
  PayloadLog(Options options, const Redactor& redactor)
      : options_(std::move(options)), redactor_(redactor) {}
  absl::Status OpenFile() ABSL_EXCLUSIVE_LOCKS_REQUIRED(file_mutex_);
  // False: it is not there.
  bool WriteLine(std::string_view line) ABSL_EXCLUSIVE_LOCKS_REQUIRED(file_mutex_);
  void Rotate() ABSL_EXCLUSIVE_LOCKS_REQUIRED(file_mutex_);

  const Options options_;
  const Redactor& redactor_;
  std::atomic<std::int64_t> lost_ = 0;  // exchanges
  absl::Mutex mutex_;
  std::string waiting_ ABSL_GUARDED_BY(mutex_);
  std::int64_t lines_ ABSL_GUARDED_BY(mutex_) = 0;  // in waiting_
  absl::Mutex file_mutex_;
  int fd_ ABSL_GUARDED_BY(file_mutex_) = -1;
  std::int64_t bytes_ ABSL_GUARDED_BY(file_mutex_) = 0;  // of the file
};

}  // namespace extractd::observe

#endif  // EXTRACTD_SERVER_OBSERVE_PAYLOAD_LOG_H_
