// StreamUpstream: a provider that streams answers of any size, one chunk with each write, as fast
// as its reader takes them. What it does is named by the model that it is asked for:
//
//   stream-100000-6800   100 kB in 6,800 chunks
//   paced-100000-6800    the same, with a pause before the first chunk and after it
//   held-100000-6800     the same, but for the last chunk: that waits for Release
#ifndef EXTRACTD_TESTS_BENCH_E2E_STREAM_UPSTREAM_H_
#define EXTRACTD_TESTS_BENCH_E2E_STREAM_UPSTREAM_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace extractd::bench {

class StreamUpstream {
 public:
  StreamUpstream();
  // All its connections must be closed by their peers.
  ~StreamUpstream();
  StreamUpstream(const StreamUpstream&) = delete;
  StreamUpstream& operator=(const StreamUpstream&) = delete;

  // "http://127.0.0.1:<port>"
  const std::string& url() const { return url_; }
  // Just before the first byte of the last answer's body was written.
  std::chrono::steady_clock::time_point first_byte() const { return first_byte_.load(); }
  // Lets the answers end that are held.
  void Release();

 private:
  void Listen();
  void Serve(int fd);
  // False: the peer is gone.
  bool Answer(int fd, const std::string& request);

  int listener_ = -1;
  std::string url_;
  std::atomic<std::chrono::steady_clock::time_point> first_byte_{};
  std::mutex mutex_;
  std::condition_variable released_changed_;
  bool released_ = false;
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

}  // namespace extractd::bench

#endif  // EXTRACTD_TESTS_BENCH_E2E_STREAM_UPSTREAM_H_
