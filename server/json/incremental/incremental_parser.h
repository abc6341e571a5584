// The incremental parser: shows a value while its text comes, piece by piece, and then reads it as
// the tolerant parser does. Start here; then: start_search.h finds where the value begins,
// growing_value.h reads it, path_reporter.h tells what is new.
#ifndef EXTRACTD_SERVER_JSON_INCREMENTAL_INCREMENTAL_PARSER_H_
#define EXTRACTD_SERVER_JSON_INCREMENTAL_INCREMENTAL_PARSER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/json/incremental/growing_value.h"
#include "server/json/incremental/path_event.h"
#include "server/json/incremental/path_reporter.h"
#include "server/json/incremental/start_search.h"
#include "server/json/tolerant.h"

namespace extractd::json {

// For one text and one thread. Time and memory are linear in the text, however many pieces it comes
// in; a piece costs what it brings.
//
// What was told to be finished or appended stays so, with one exception that is told itself, as
// kRestarted: the rest of the text gave what came before another meaning. It named a member twice,
// another value followed, a think block ended that had no beginning, or a string went on behind
// what looked like its end. Each of these is a repair of the result. A text that is JSON without
// doubled names never restarts.
class IncrementalParser {
 public:
  IncrementalParser() = default;
  IncrementalParser(const IncrementalParser&) = delete;
  IncrementalParser& operator=(const IncrementalParser&) = delete;

  // The next piece, of any size: it may end inside a code point.
  void Feed(std::string_view piece, PathListener listener);

  // All pieces so far, at most kMaxTextBytes.
  std::string_view text() const { return text_; }
  // Nothing in the value had to be repaired so far.
  bool strict() const { return value_.strict(); }

  // The value if the text ended here: strings, arrays and objects are closed, the last number is
  // taken as it is. Linear in the text so far. The result lives until the next call of Feed.
  TolerantResult Snapshot() const;

  // The text is whole. Equal to ParseTolerant(text()), without reading a text again that is JSON.
  // If the value is complete, the events have told all of it. The result lives as long as the
  // parser.
  TolerantResult Finish(PathListener listener);

 private:
  enum class Phase : std::uint8_t {
    kSearching,  // for the value
    kReading,
    kStanding,  // at the end of the value, or where only the whole text tells how it goes on
  };

  bool Advance(PathListener listener);
  bool Search();
  bool Read(PathListener listener);
  bool LookForThoughtsEnd(PathListener listener);
  bool IsJson() const;

  std::string text_;
  bool too_large_ = false;
  Phase phase_ = Phase::kSearching;
  bool complete_ = false;
  size_t begin_ = 0;          // of the value
  size_t thoughts_read_ = 0;  // no end tag of a think block ends before
  StartSearch search_;
  GrowingValue value_;
  PathReporter reporter_;
};

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_INCREMENTAL_INCREMENTAL_PARSER_H_
