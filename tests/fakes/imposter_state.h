// ImposterState: what an HttpImposter is to answer and what it has seen. Thread-safe.
#ifndef EXTRACTD_TESTS_FAKES_IMPOSTER_STATE_H_
#define EXTRACTD_TESTS_FAKES_IMPOSTER_STATE_H_

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "tests/fakes/http_imposter.h"

namespace extractd::fakes {

class ImposterState {
 public:
  using Answer = std::function<ScriptedReply(const SeenRequest&)>;

  void Queue(ScriptedReply reply);
  void SetDefault(Answer answer);

  // The index of the new connection.
  size_t NoteConnection();
  void NoteBytes(size_t connection, size_t bytes);
  void NoteSent(size_t connection, size_t bytes);
  // Only the first closing of a connection counts.
  void NoteClosed(size_t connection, bool by_peer);
  // What to answer.
  ScriptedReply NoteRequest(SeenRequest request);

  std::vector<SeenRequest> requests() const;
  std::vector<SeenConnection> connections() const;

  struct Counts {
    size_t requests = 0;
    size_t connections = 0;
    size_t closed_by_peer = 0;
    size_t closed = 0;
  };
  Counts counts() const;
  bool WaitFor(std::chrono::milliseconds patience, const std::function<bool(const Counts&)>& holds)
      const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::deque<ScriptedReply> queue_;
  Answer default_;
  std::vector<SeenRequest> requests_;
  std::vector<SeenConnection> connections_;
  Counts counts_;
};

}  // namespace extractd::fakes

#endif  // EXTRACTD_TESTS_FAKES_IMPOSTER_STATE_H_
