// The elements of one JSON array, each handed over when its last byte has come. A body that is one
// value and no array, as errors are, is a single event. What stands in the elements is not checked
// but for where they end.
#ifndef EXTRACTD_SERVER_NET_STREAMS_JSON_ARRAY_READER_H_
#define EXTRACTD_SERVER_NET_STREAMS_JSON_ARRAY_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/net/streams/event_reader.h"

namespace extractd::net {

class JsonArrayReader final : public EventReader {
 public:
  explicit JsonArrayReader(size_t max_event_bytes = kMaxEventBytes)
      : max_event_bytes_(max_event_bytes) {}

  Progress Read(std::string_view bytes, OnEvent on_event) override;
  Progress Finish(OnEvent on_event) override;

 private:
  enum class Place : std::uint8_t {
    kBefore,   // the array
    kBetween,  // its elements
    kInside,   // an element
    kBehind,   // the array
  };

  // What becomes of an element with its next byte.
  enum class Step : std::uint8_t {
    kGoesOn,
    kEnds,        // with this byte
    kEndsBefore,  // a number or word
    kFails,
  };

  // Reads from `at` on; where it stopped. Outside elements, then in one.
  size_t SkipOutside(std::string_view bytes, size_t at);
  size_t ReadElement(std::string_view bytes, size_t at, OnEvent on_event);
  Step StepOver(char c);
  // True: `c` is the last byte of the element.
  bool EndsElement(char c);
  void HandOver(std::string_view element, OnEvent on_event);

  size_t max_event_bytes_;
  Progress progress_ = Progress::kGoesOn;
  Place place_ = Place::kBefore;
  bool in_array_ = false;
  bool in_string_ = false;
  bool escaped_ = false;
  size_t depth_ = 0;     // of brackets in the element
  std::string element_;  // begun in an earlier piece
};

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_STREAMS_JSON_ARRAY_READER_H_
