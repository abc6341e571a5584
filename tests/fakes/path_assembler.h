// Rebuilds a value from the events of the incremental parser, as a client would, and holds the
// parser to what it promises about them.
#ifndef EXTRACTD_TESTS_FAKES_PATH_ASSEMBLER_H_
#define EXTRACTD_TESTS_FAKES_PATH_ASSEMBLER_H_

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/json/incremental/path_event.h"
#include "server/json/tolerant.h"

namespace extractd::json {

class PathAssembler {
 public:
  // What `event` breaks; empty: nothing.
  std::string Apply(const PathEvent& event);

  // Something was told that still counts.
  bool begun() const { return root_ != nullptr; }
  size_t restarts() const { return restarts_; }
  // The value so far as JSON.
  std::string Text() const;
  // What was told goes on to `value`: what is finished is equal, what grows is a beginning of it.
  bool IsBeginningOf(const Value& value) const;
  // All of it is finished.
  bool finished() const { return root_ != nullptr && root_->finished; }

 private:
  struct Node {
    Type type = Type::kNull;
    std::string text = {};  // of a string; of other plain values, and of those told whole, as JSON
    bool whole = false;     // `text` is the JSON of all of it
    bool finished = false;
    std::vector<std::pair<std::string, std::unique_ptr<Node>>> children = {};
  };

  std::string Begin(const PathEvent& event);
  std::string Finish(const PathEvent& event);
  // The place for what is new at `path`; null if there is no open parent for it.
  std::unique_ptr<Node>* Add(const std::vector<std::string>& path);
  Node* Find(const std::vector<std::string>& path, size_t size);
  static void Write(const Node& node, std::string& out);
  static bool IsBeginning(const Node& node, const Value& value);

  std::unique_ptr<Node> root_;
  size_t restarts_ = 0;
};

// Feeds `text` in pieces that end at `ends`, which rise, and compares with `whole`, the result of
// ParseTolerant(text). Returns what does not hold; empty if all does.
std::string CheckPieces(
    std::string_view text, std::span<const size_t> ends, const TolerantResult& whole
);

}  // namespace extractd::json

#endif  // EXTRACTD_TESTS_FAKES_PATH_ASSEMBLER_H_
