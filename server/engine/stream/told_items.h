// ToldItems: the items of a list that the caller of a stream has got. Told is told: they stay,
// whatever becomes of the answer that they came in, and later answers are asked for the rest alone.
#ifndef EXTRACTD_SERVER_ENGINE_STREAM_TOLD_ITEMS_H_
#define EXTRACTD_SERVER_ENGINE_STREAM_TOLD_ITEMS_H_

#include <cstddef>
#include <span>
#include <vector>

#include <absl/functional/function_ref.h>

#include "server/engine/judge/answer.h"

namespace extractd {

class ToldItems {
 public:
  // `index`: among all that were told.
  using Listener = absl::FunctionRef<void(const Item& item, size_t index)>;

  // Another answer begins. If it begins with all that was told before, though it was asked for the
  // rest, these are passed over; they wait until that is sure.
  void BeginAnswer();
  // The next item of the answer.
  void Take(Item item, Listener tell);
  // The answer has ended, and has these items: tells those that were not taken. False, and nothing
  // is told: those that were taken are not what it begins with.
  bool Settle(const std::vector<Item>& items, Listener tell);

  // The next call of an answer of several tools. One that was told before the answer began adds
  // nothing.
  void TakeCall(Item call, Listener tell);
  // The calls in force are these: tells those that were not told. False, and nothing is told: they
  // do not begin with what was.
  bool SettleCalls(const std::vector<Item>& calls, Listener tell);

  const std::vector<Item>& all() const { return told_; }
  // Those that were told before the answer began.
  std::span<const Item> before() const { return std::span(told_).first(before_); }
  // Items of the answer so far.
  size_t taken() const { return taken_; }
  // Items of the answer that were passed over.
  size_t passed_over() const { return passed_over_; }

 private:
  void Tell(Item item, Listener tell);
  // What was held as a repetition is none.
  void Release(Listener tell);

  std::vector<Item> told_;
  size_t before_ = 0;  // told when the answer began
  size_t begin_ = 0;   // where the first item of the answer stands in told_
  size_t taken_ = 0;
  bool repeating_ = false;  // all that was taken is what was told before
  size_t passed_over_ = 0;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_STREAM_TOLD_ITEMS_H_
