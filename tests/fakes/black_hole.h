// BlackHole: an address that takes no connection and refuses none, so that connecting to it hangs:
// a listener whose queue is full.
#ifndef EXTRACTD_TESTS_FAKES_BLACK_HOLE_H_
#define EXTRACTD_TESTS_FAKES_BLACK_HOLE_H_

#include <string>
#include <vector>

namespace extractd::fakes {

class BlackHole {
 public:
  BlackHole();
  ~BlackHole();
  BlackHole(const BlackHole&) = delete;
  BlackHole& operator=(const BlackHole&) = delete;

  // "http://127.0.0.1:<port>"
  const std::string& url() const { return url_; }

 private:
  std::string url_;
  std::vector<int> sockets_;  // the listener, then what fills its queue
};

}  // namespace extractd::fakes

#endif  // EXTRACTD_TESTS_FAKES_BLACK_HOLE_H_
