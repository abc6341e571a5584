// CallLedger: the tool calls of one extraction over all its turns. What was accepted stays accepted
// when the model is asked again; what was not has to be called again, and is never forgotten.
#ifndef EXTRACTD_SERVER_ENGINE_JUDGE_CALL_LEDGER_H_
#define EXTRACTD_SERVER_ENGINE_JUDGE_CALL_LEDGER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "server/engine/judge/answer.h"
#include "server/schema/issue.h"

namespace extractd {

class CallLedger {
 public:
  struct Entry {
    Item item = {};
    bool accepted = false;
    bool known_tool = true;
  };

  // Enters the calls of one reply, in its order. A call takes the place of a rejected one before
  // it, of the same tool if there is one; one that repeats an accepted call of an earlier turn adds
  // nothing; any other is added.
  void Enter(std::vector<Entry> calls);
  // Enters calls that were accepted elsewhere: in replies that broke off, or by another target.
  void Keep(std::vector<Item> accepted);
  // Rejects calls that were accepted: each that an issue names by the first token of its path, an
  // index of Items(), and all by an issue without one. What to tell the model: the paths begin with
  // the index of the call in the last reply, and are empty for calls of replies before it.
  schema::IssueList Reject(const schema::IssueList& issues);

  bool empty() const { return places_.empty(); }
  // There are calls, and all are accepted.
  bool complete() const;
  // Tools whose rejected calls the last reply did not repeat, one name a call.
  std::vector<std::string> Missing() const;
  // Every call that is in force, in the order of the first turn that made it.
  std::vector<Item> Items() const;

 private:
  struct Place {
    Entry entry;
    size_t turn = 0;  // that filled it
    size_t call = 0;  // its index in the reply of that turn
  };
  bool Repeats(const Entry& call) const;
  Place* OpenPlace(const Entry& call, bool same_tool);
  std::vector<Place*> PlacesOfItems();
  // Rejects the call; `issue` of it in the model's terms.
  schema::Issue Reject(Place& place, schema::Issue issue, std::string_view path) const;

  std::vector<Place> places_;
  size_t turn_ = 0;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_JUDGE_CALL_LEDGER_H_
