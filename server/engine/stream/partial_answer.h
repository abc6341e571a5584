// PartialAnswer: shows an answer while the model writes it. Start here.
//
// The text goes through the incremental parser. What that finds is carried back to the caller's
// form, where the provider got a lowered schema, held against the schema part by part, and told as
// changes of the caller's value:
//
// - A string grows by appended text. Where a part of it would not be valid (enum, pattern, format,
//   fewer characters than minLength), it waits until it is.
// - Numbers, literals and what is marked `x-stream: atomic` come whole.
// - A part that has ended is judged at once. What coercion makes valid is shown in its new form;
//   what is not valid is not shown.
//
// What was shown is not taken back, unless the text itself takes it back (see
// incremental_parser.h) or the end gives it another meaning, as repairs can: then the whole is set.
// Of an answer within an object of ours (schema/wrap/), the caller's part is shown. The items of a
// list are told one by one when they have ended, from the first to the last before one that is not
// valid or not sure to stay: such a list is not told further, and the end tells the rest.
// Each piece of text costs what it brings.
#ifndef EXTRACTD_SERVER_ENGINE_STREAM_PARTIAL_ANSWER_H_
#define EXTRACTD_SERVER_ENGINE_STREAM_PARTIAL_ANSWER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/engine/stream/partial_op.h"
#include "server/engine/stream/shown_value.h"
#include "server/json/incremental/incremental_parser.h"
#include "server/schema/compiled_schema.h"
#include "server/schema/issue.h"
#include "server/schema/lower/form.h"
#include "server/schema/partial/partial_schema.h"
#include "server/schema/verdict.h"
#include "server/schema/wrap/wrap.h"

namespace extractd {

class PartialAnswer {
 public:
  // Both outlive this. `wrapping`: of the caller's schema in `schema`.
  PartialAnswer(
      const schema::CompiledSchema& schema,
      const schema::JudgeOptions& options,
      schema::Wrapping wrapping = schema::Wrapping::kNone
  );
  PartialAnswer(const PartialAnswer&) = delete;
  PartialAnswer& operator=(const PartialAnswer&) = delete;

  // The next piece of the model's text, of any size.
  void Feed(std::string_view piece, OpListener listener);
  // The answer is `json`: tells what is missing.
  void Settle(std::string_view json, OpListener listener);

  // What is wrong with the first part that makes the answer invalid whatever follows; empty while
  // there is none.
  const schema::IssueList& hopeless() const { return hopeless_; }
  // All that was fed.
  std::string_view text() const { return parser_.text(); }
  // What was shown so far.
  const ShownValue& shown() const { return shown_; }
  // Lets shown() know the complete paths. Before the first piece.
  void TrackCompletePaths() { tracks_paths_ = true; }

 private:
  enum class Mode : std::uint8_t {
    kShown,   // what is in it is told as it comes
    kWaits,   // it is told as a whole when it has ended
    kHidden,  // it is not told, or part of something that waits
  };

  // A value on its way, as far as its place tells.
  struct Node {
    Mode mode = Mode::kShown;
    schema::BlockIndex block = schema::kNoBlock;
    const schema::lower::Form* form = nullptr;          // how it differs; null: not at all
    const schema::lower::FormMember* member = nullptr;  // of the lowered schema; or null
    bool is_member = false;
    bool is_element = false;
    bool is_list = false;   // the items of an answer
    bool is_item = false;   // one of them
    size_t index = 0;       // of an element
    std::string name = {};  // of a member, as the caller has it
  };

  // A value that began and has not ended.
  struct Frame {
    Node node = {};
    json::Type type = json::Type::kNull;
    size_t wire_path = 0;    // size of its path in the model's text
    size_t parent_path = 0;  // size of its parent's path for the caller
    size_t read = 0;         // children that came
    bool stopped = false;    // an element was not shown, so that no later one can be
    bool wrapper = false;    // the object around the caller's value
    bool begun = false;      // of a string: it was shown
    size_t characters = 0;   // of a string: that came
    std::string held = {};   // of a string: until it is shown
  };

  void OnEvent(const json::PathEvent& event, OpListener listener);
  void Begin(const json::PathEvent& event, OpListener listener);
  void Grow(std::string_view text, OpListener listener);
  void Finish(const json::PathEvent& event, OpListener listener);
  void FinishFrame(const json::Value& value, OpListener listener);
  void Restart(OpListener listener);

  // The place of the value of `event`: the root, or the next child of the innermost frame.
  Node Enter(const json::PathEvent& event);
  Node EnterRoot(json::Type type);
  // The place of the caller's value within the object around it.
  Node EnterWrapped(json::Type type);
  // The same, what is known of it from the schema alone.
  Node WrappedPlace(json::Type type);
  void EnterMember(const Frame& parent, const json::PathEvent& event, Node& node);
  Mode ModeOf(const Node& node, json::Type type);
  // Makes path_ that of the child; the size that it had.
  size_t ExtendPath(const Node& node);

  // Says that `node` has a new value: `text`, JSON. `parent`: the frame around it; null: none.
  void Announce(
      const Frame* parent,
      size_t parent_path,
      const Node& node,
      std::string_view text,
      OpListener listener
  );
  // Tells a value that has ended, and of which nothing was told.
  void TellWhole(
      Frame* parent,
      size_t parent_path,
      const Node& node,
      const json::Value& value,
      OpListener listener
  );
  // The same, in the caller's form.
  void TellValue(
      Frame* parent,
      size_t parent_path,
      const Node& node,
      const json::Value& value,
      OpListener listener
  );
  // Tells the caller's value in an object around it that came whole.
  void TellWrapped(const json::Value& object, OpListener listener);
  void TellItems(const Node& list, const json::Value& items, OpListener listener);
  // False: the items behind it must wait.
  bool TellItem(const Node& item, const json::Value& value, OpListener listener);
  // What was read is JSON, so that no repair can change what was told.
  bool IsSure() const;
  // Judges what was told piece by piece and has ended.
  void Close(const Node& node, const json::Value& value, OpListener listener);
  void TellComplete(OpListener listener);
  void GiveUp(const Node& node, const json::Value& value);

  const schema::lower::Forms* forms_;  // null: the model writes the caller's form
  const schema::Wrapping wrapping_;
  const bool repairs_;
  const std::string_view wrapper_;  // the member around the caller's value; empty: there is none
  schema::PartialSchema schema_;
  json::IncrementalParser parser_;
  ShownValue shown_;
  std::vector<Frame> frames_;
  std::string path_;  // of the innermost frame, for the caller
  schema::IssueList hopeless_;
  bool tracks_paths_ = false;
  bool list_began_ = false;
  bool items_stopped_ = false;  // no further item can be told before the end
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_STREAM_PARTIAL_ANSWER_H_
