// The lines of a TOON text that mean something: no blank ones and no comments.
#ifndef EXTRACTD_SERVER_JSON_TOON_LINES_H_
#define EXTRACTD_SERVER_JSON_TOON_LINES_H_

#include <cstddef>
#include <string_view>

namespace extractd::json::toon {

struct Line {
  std::string_view content = {};  // without indentation, line break and spaces at the end
  size_t number = 0;              // from 1
  size_t spaces = 0;              // of the indentation
  size_t tabs = 0;                // in the indentation
  bool after_blank = false;       // blank lines stand before it
};

class LineReader {
 public:
  explicit LineReader(std::string_view text) : rest_(text) { Advance(); }

  // The line that comes next; null behind the last one.
  const Line* next() const { return at_end_ ? nullptr : &line_; }
  void Advance();

 private:
  // Takes one line off rest_, without its line break.
  std::string_view TakeLine();

  std::string_view rest_;
  bool ended_ = false;  // rest_ is behind the last line
  bool at_end_ = false;
  Line line_;
};

}  // namespace extractd::json::toon

#endif  // EXTRACTD_SERVER_JSON_TOON_LINES_H_
