// ShownValue: what was shown of an answer, as JSON text that only ever grows: each call costs what
// it adds.
#ifndef EXTRACTD_SERVER_ENGINE_STREAM_SHOWN_VALUE_H_
#define EXTRACTD_SERVER_ENGINE_STREAM_SHOWN_VALUE_H_

#include <string>
#include <string_view>
#include <vector>

#include "server/json/value.h"

namespace extractd {

class ShownValue {
 public:
  // The name of the value that comes next, in the innermost open object.
  void Name(std::string_view name);
  // An array or object begins.
  void Begin(json::Type type);
  void End();
  // A string begins with `text`.
  void BeginText(std::string_view text);
  void AppendText(std::string_view text);
  void EndText();
  // A value as a whole.
  void Add(std::string_view json);
  void Clear();

  bool empty() const { return text_.empty(); }
  // All of it as JSON, what is open closed. Empty if nothing was shown.
  std::string Text() const;

  // Notes that the value at `path` is complete. With it, the largest complete ones are known.
  void NoteComplete(std::string_view path);
  const std::vector<std::string>& complete_paths() const { return complete_paths_; }

 private:
  void BeginValue();

  std::string text_;
  std::string closers_;  // of what is open, the innermost last
  bool first_ = true;    // nothing stands in the innermost open array or object
  bool named_ = false;
  bool in_text_ = false;
  std::vector<std::string> complete_paths_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_STREAM_SHOWN_VALUE_H_
