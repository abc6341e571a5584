#include <algorithm>
#include <string_view>

#include <absl/container/flat_hash_map.h>

#include "server/json/write.h"
#include "server/schema/lower/carry/carry.h"
#include "server/schema/lower/carry/fit.h"

namespace extractd::schema::lower {
namespace {

class Forward {
 public:
  json::Document Carry(const Forms& forms, const json::Value& value) {
    if (forms.wrapped) {
      out_.BeginObject();
      out_.Key(kRootMember);
    }
    Put(*forms.root, value);
    if (forms.wrapped) out_.EndObject();
    return out_.Finish();
  }

 private:
  void Put(const Form& form, const json::Value& value) {
    switch (form.kind) {
      case FormKind::kReference:
        return Put(*form.definition->form, value);
      case FormKind::kText:
        return out_.String(json::ToText(value));
      case FormKind::kEnum:
        return PutEnum(form, value);
      case FormKind::kUnion:
        return PutUnion(form, value);
      case FormKind::kArray:
        return PutArray(form, value);
      case FormKind::kPairs:
        return value.is_object() ? PutPairs(form, value) : out_.Copy(value);
      case FormKind::kObject:
        return PutObject(form, value);
      default:
        return out_.Copy(value);
    }
  }

  void PutEnum(const Form& form, const json::Value& value) {
    if (!form.as_text) return out_.Copy(value);
    const auto listed = std::ranges::find_if(form.values, [&value](const EnumValue& candidate) {
      return json::Equal(*candidate.value, value);
    });
    listed == form.values.end() ? out_.Copy(value) : out_.String(listed->wire);
  }

  void PutUnion(const Form& form, const json::Value& value) {
    const Form* branch = fitter_.FindBranch(form, value);
    branch == nullptr ? out_.Copy(value) : Put(*branch, value);
  }

  void PutArray(const Form& form, const json::Value& value) {
    if (!value.is_array()) return out_.Copy(value);
    out_.BeginArray();
    size_t index = 0;
    for (const json::Value& element : value) {
      const Form* expected = form.ElementAt(index++);
      if (expected != nullptr) Put(*expected, element);
    }
    out_.EndArray();
  }

  void PutPair(const Form& form, const json::Value& member) {
    out_.BeginObject();
    out_.Key(kPairKey);
    out_.String(member.key());
    out_.Key(kPairValue);
    Put(*form.rest, member);
    out_.EndObject();
  }

  void PutPairs(const Form& form, const json::Value& map) {
    out_.BeginArray();
    for (const json::Value& member : map) PutPair(form, member);
    out_.EndArray();
  }

  void PutObject(const Form& form, const json::Value& value) {
    if (!value.is_object()) return out_.Copy(value);
    out_.BeginObject();
    absl::flat_hash_map<std::string_view, const json::Value*> given_members;
    for (const json::Value& given : value) given_members[given.key()] = &given;
    for (const FormMember& member : form.members) {
      const auto given = given_members.find(member.name);
      PutMember(member, given == given_members.end() ? nullptr : given->second);
    }
    if (!form.pairs.empty()) {
      out_.Key(form.pairs);
      out_.BeginArray();
    }
    for (const json::Value& given : value) {
      const bool declared = form.FindMember(given.key(), Side::kCaller) != nullptr;
      if (declared || form.rest == nullptr) continue;
      if (form.pairs.empty()) {
        out_.Key(given.key());
        Put(*form.rest, given);
      } else {
        PutPair(form, given);
      }
    }
    if (!form.pairs.empty()) out_.EndArray();
    out_.EndObject();
  }

  void PutMember(const FormMember& member, const json::Value* given) {
    if (given == nullptr && !member.nulled && !member.boxed) return;
    out_.Key(member.wire);
    if (!member.boxed) {
      given == nullptr ? out_.Null() : Put(*member.form, *given);
      return;
    }
    out_.BeginArray();
    if (given != nullptr) Put(*member.form, *given);
    out_.EndArray();
  }

  json::Builder out_;
  Fitter fitter_{Side::kCaller};
};

}  // namespace

json::Document CarryForward(const Forms& forms, const json::Value& value) {
  return Forward().Carry(forms, value);
}

}  // namespace extractd::schema::lower
