// Tells a listener what is new in a value that is being built.
#ifndef EXTRACTD_SERVER_JSON_INCREMENTAL_PATH_REPORTER_H_
#define EXTRACTD_SERVER_JSON_INCREMENTAL_PATH_REPORTER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/json/incremental/path_event.h"
#include "server/json/value.h"

namespace extractd::json {

// Keeps a cursor into the tree: each call costs what is new in it, not what is there. A finished
// child is told as a whole, however much is in it.
class PathReporter {
 public:
  // Tells what was added to the value of `builder` since the last call. `open_string`: the string
  // that is being read and is not in the builder yet.
  void Report(
      const Builder& builder, std::optional<std::string_view> open_string, PathListener listener
  );

  // The value is known now, and is `root`. If it goes on from what was told, the rest is told; else
  // kRestarted and the whole. Linear in what was told.
  void Settle(const Value& root, PathListener listener);
  // There is no such value, or its text ended open: nothing more is told of it, and where it does
  // not go on from what was told, that is void. `root`: null if there is none.
  void Abandon(const Value* root, PathListener listener);
  // What was told is void.
  void Restart(PathListener listener);

 private:
  // An array or object that began and has not finished.
  struct Frame {
    const Value* container = nullptr;
    const Value* last = nullptr;  // its last child that was told of
    size_t children = 0;          // told of
    size_t parent_path = 0;       // size of its parent's path
  };

  void Begin(const Value& root, bool open, PathListener listener);
  void Advance(const Builder* builder, PathListener listener);
  void Grow(const Builder& builder, std::string_view string, PathListener listener);
  void TellGrowth(std::string_view string, PathListener listener);
  void TellFinished(const Value& value, PathListener listener);
  void AppendChild(std::string_view key);
  bool Rebase(const Value& root);
  bool HoldsOpenString(const Value* value) const;
  bool RebaseFrame(size_t level, const Value& container, const Value*& child);

  std::vector<Frame> frames_;
  const Value* finished_root_ = nullptr;
  std::string path_;
  // The string that grows is the last thing in path_, which then is longer than its parent's.
  bool string_open_ = false;
  size_t string_parent_path_ = 0;
  std::string string_told_;
};

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_INCREMENTAL_PATH_REPORTER_H_
