// JsonEnd: where the object or array ends that a text in pieces is.
#ifndef EXTRACTD_SERVER_ENGINE_STREAM_JSON_END_H_
#define EXTRACTD_SERVER_ENGINE_STREAM_JSON_END_H_

#include <cstddef>
#include <string_view>

namespace extractd {

// Counts brackets outside of strings. Of a text that is not JSON it may say anything: whoever asks
// parses the text before using it.
class JsonEnd {
 public:
  void Feed(std::string_view piece) {
    for (const char c : piece) Take(c);
  }
  // The bracket that was opened first is closed.
  bool reached() const { return reached_; }

 private:
  void Take(char c) {
    if (in_string_) {
      in_string_ = escaped_ || c != '"';
      escaped_ = !escaped_ && c == '\\';
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if ((c == '}' || c == ']') && depth_ > 0) {
      reached_ = --depth_ == 0 || reached_;
    }
  }

  size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool reached_ = false;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_STREAM_JSON_END_H_
