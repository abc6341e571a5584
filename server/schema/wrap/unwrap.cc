#include "server/schema/wrap/unwrap.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include <absl/strings/numbers.h>

#include "server/json/parse.h"
#include "server/json/read.h"
#include "server/json/write.h"
#include "server/schema/wrap/members.h"

namespace extractd::schema {
namespace {

class Unwrapper {
 public:
  Unwrapper(Wrapping wrapping, Verdict verdict)
      : wrapping_(wrapping), text_(std::move(verdict.json)) {
    out_.verdict = std::move(verdict);
    out_.verdict.json.clear();
  }

  Unwrapped Take() {
    const json::ParseResult parsed = json::ParseView(text_);
    if (const auto* document = std::get_if<json::Document>(&parsed);
        document != nullptr && document->root().is_object()) {
      TakeParts(document->root());
    }
    out_.wrapped_issues = out_.verdict.issues;
    MoveIssues();
    MoveRepairs();
    return std::move(out_);
  }

 private:
  void TakeParts(const json::Value& answer) {
    if (wrapping_ == Wrapping::kList) {
      if (const json::Value* items = answer.Find(wrapper::kItems)) TakeItems(*items);
      return;
    }
    const json::Value* value = answer.Find(wrapper::kValue);
    if (value == nullptr) return;
    if (wrapping_ == Wrapping::kMaybe && value->is_null()) {
      TakeAbsence(json::StringMember(answer, wrapper::kAbsentReason));
    } else {
      out_.verdict.json = json::ToText(*value);
    }
  }

  void TakeItems(const json::Value& items) {
    if (!items.is_array()) return;
    for (const json::Value& item : items) out_.items.push_back({.json = json::ToText(item)});
  }

  void TakeAbsence(std::string_view reason) {
    if (!reason.empty()) {
      out_.absent_reason = reason;
      return;
    }
    if (!out_.verdict.valid) return;
    out_.verdict.valid = false;
    out_.verdict.issues.listed.push_back({
        .path = "/absent_reason",
        .keyword = "required",
        .message = "the value is null and no reason is given: give the value, or say why the text "
                   "does not have it",
        .expected = "a reason",
    });
    ++out_.verdict.issues.total;
  }

  void MoveIssues() {
    for (Issue& issue : out_.verdict.issues.listed) {
      issue.path = CallersPath(wrapping_, issue.path);
      issue.schema_path = CallersSchemaPath(wrapping_, issue.schema_path);
    }
  }

  // The item in whose inside a path points, which becomes relative to it; null: none.
  UnwrappedItem* ItemAt(std::string& path) {
    if (wrapping_ != Wrapping::kList || path.empty()) return nullptr;
    const size_t end = std::min(path.find('/', 1), path.size());
    size_t index = 0;
    if (!absl::SimpleAtoi(path.substr(1, end - 1), &index) || index >= out_.items.size()) {
      return nullptr;
    }
    path.erase(0, end);
    return &out_.items[index];
  }

  void MoveRepairs() {
    std::vector<json::Repair> around;
    for (json::Repair& repair : out_.verdict.repairs) {
      repair.path = CallersPath(wrapping_, repair.path);
      UnwrappedItem* item = ItemAt(repair.path);
      (item == nullptr ? around : item->repairs).push_back(std::move(repair));
    }
    out_.verdict.repairs = std::move(around);
  }

  Wrapping wrapping_;
  std::string text_;
  Unwrapped out_;
};

}  // namespace

Unwrapped Unwrap(Wrapping wrapping, Verdict verdict) {
  return Unwrapper(wrapping, std::move(verdict)).Take();
}

}  // namespace extractd::schema
