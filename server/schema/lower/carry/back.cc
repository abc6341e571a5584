#include <algorithm>
#include <set>
#include <string_view>
#include <variant>

#include "server/json/parse.h"
#include "server/schema/lower/carry/carry.h"
#include "server/schema/lower/carry/fit.h"

namespace extractd::schema::lower {
namespace {

size_t DepthOf(const json::Value& value) {
  size_t deepest = 0;
  for (const json::Value& child : value) deepest = std::max(deepest, DepthOf(child));
  return deepest + 1;
}

class Back {
 public:
  json::Document Carry(const Forms& forms, const json::Value& value) {
    const json::Value* inner = forms.wrapped ? value.Find(kRootMember) : nullptr;
    const bool unwraps = inner != nullptr && value.size() == 1;
    return Carry(*forms.root, unwraps ? *inner : value);
  }

  json::Document Carry(const Form& form, const json::Value& value) {
    Put(form, value);
    return out_.Finish();
  }

 private:
  void Put(const Form& form, const json::Value& value) {
    if (!form.carries) return out_.Copy(value);
    switch (form.kind) {
      case FormKind::kReference:
        return Put(*form.definition->form, value);
      case FormKind::kText:
        return PutText(value);
      case FormKind::kEnum:
        return PutEnum(form, value);
      case FormKind::kUnion:
        return PutUnion(form, value);
      case FormKind::kArray:
        return PutArray(form, value);
      case FormKind::kPairs:
        return PutMap(form, value);
      case FormKind::kObject:
        return PutObject(form, value);
      default:
        return out_.Copy(value);
    }
  }

  // A text that is no JSON, or nested deeper than answers may be, stays a string.
  void PutText(const json::Value& value) {
    if (!value.is_string()) return out_.Copy(value);
    const json::ParseResult parsed =
        json::ParseView(value.string(), {.duplicate_keys = json::DuplicateKeys::kReject});
    const auto* document = std::get_if<json::Document>(&parsed);
    if (document == nullptr || out_.depth() + DepthOf(document->root()) > json::kMaxDepth) {
      return out_.Copy(value);
    }
    out_.Copy(document->root());
  }

  void PutEnum(const Form& form, const json::Value& value) {
    const auto listed = std::ranges::find_if(form.values, [&value](const EnumValue& candidate) {
      return value.is_string() && value.string() == candidate.wire;
    });
    out_.Copy(form.as_text && listed != form.values.end() ? *listed->value : value);
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
      expected == nullptr ? out_.Copy(element) : Put(*expected, element);
    }
    out_.EndArray();
  }

  // Only a list in which every key stands once is a map: another would lose a value.
  static bool IsMap(const json::Value& list) {
    if (!list.is_array()) return false;
    std::set<std::string_view> keys;
    return std::ranges::all_of(list, [&keys](const json::Value& pair) {
      const json::Value* key = pair.Find(kPairKey);
      const json::Value* value = pair.Find(kPairValue);
      return pair.size() == 2 && key != nullptr && value != nullptr && key->is_string() &&
             keys.insert(key->string()).second;
    });
  }

  void PutMap(const Form& form, const json::Value& value) {
    if (!IsMap(value)) return out_.Copy(value);
    out_.BeginObject();
    PutPairs(form, value);
    out_.EndObject();
  }

  void PutPairs(const Form& form, const json::Value& list) {
    for (const json::Value& pair : list) {
      out_.Key(pair.Find(kPairKey)->string());
      Put(*form.rest, *pair.Find(kPairValue));
    }
  }

  void PutObject(const Form& form, const json::Value& value) {
    if (!value.is_object()) return out_.Copy(value);
    out_.BeginObject();
    for (const json::Value& given : value) PutGiven(form, given, value);
    out_.EndObject();
  }

  void PutGiven(const Form& form, const json::Value& given, const json::Value& object) {
    const FormMember* member = form.FindMember(given.key(), Side::kWire);
    if (member != nullptr) return PutMember(*member, given);
    const bool pairs = !form.pairs.empty() && given.key() == form.pairs;
    if (pairs && IsMap(given) && AddsNew(form, given, object)) return PutPairs(form, given);
    out_.Key(given.key());
    const bool open = form.rest != nullptr && form.pairs.empty();
    open ? Put(*form.rest, given) : out_.Copy(given);
  }

  // The list names nothing that the object has besides: two values of one name would be one too
  // many.
  static bool AddsNew(const Form& form, const json::Value& list, const json::Value& object) {
    std::set<std::string_view> names;
    for (const json::Value& given : object) {
      const FormMember* member = form.FindMember(given.key(), Side::kWire);
      names.insert(member == nullptr ? given.key() : std::string_view(member->name));
    }
    return std::ranges::none_of(list, [&names](const json::Value& pair) {
      return names.contains(pair.Find(kPairKey)->string());
    });
  }

  void PutMember(const FormMember& member, const json::Value& given) {
    if (member.nulled && given.is_null()) return;
    if (member.boxed && given.is_array()) {
      if (given.size() == 0) return;
      if (given.size() == 1) {
        out_.Key(member.name);
        return Put(*member.form, *given.begin());
      }
    }
    out_.Key(member.name);
    Put(*member.form, given);
  }

  json::Builder out_;
  Fitter fitter_{Side::kWire};
};

}  // namespace

json::Document CarryBack(const Forms& forms, const json::Value& value) {
  return Back().Carry(forms, value);
}

json::Document CarryBack(const Form& form, const json::Value& value) {
  return Back().Carry(form, value);
}

}  // namespace extractd::schema::lower
