#include "server/schema/lower/writer.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "server/json/decimal.h"
#include "server/json/write.h"

namespace extractd::schema::lower {
namespace {

std::string_view TypeOf(const Form& form) {
  switch (form.kind) {
    case FormKind::kNull:
      return "null";
    case FormKind::kBoolean:
      return "boolean";
    case FormKind::kInteger:
      return "integer";
    case FormKind::kNumber:
      return "number";
    case FormKind::kString:
    case FormKind::kText:
      return "string";
    case FormKind::kArray:
    case FormKind::kPairs:
      return "array";
    case FormKind::kObject:
      return "object";
    default:
      return "";
  }
}

std::string_view TypeOfValues(const Form& form) {
  if (form.as_text) return "string";
  const json::Value& first = *form.values.front().value;
  if (!first.is_number()) return json::TypeName(first.type());
  const bool integers = std::ranges::all_of(form.values, [](const EnumValue& value) {
    return json::IsInteger(value.value->number());
  });
  return integers ? "integer" : "number";
}

class Writer {
 public:
  explicit Writer(const Subset& subset) : subset_(subset) {}

  std::string Write(const Forms& forms) {
    Open("type");
    out_ += "\"object\"";
    if (forms.wrapped) {
      PutWrappedRoot(*forms.root);
    } else {
      out_.clear();
      open_ = false;
      Put(*forms.root);
      out_.pop_back();
    }
    PutDefinitions();
    out_ += '}';
    return std::move(out_);
  }

 private:
  // Begins an object or goes on with it: then comes the value of `key`.
  void Open(std::string_view key) {
    out_ += open_ ? ',' : '{';
    open_ = true;
    json::WriteString(key, out_);
    out_ += ':';
  }
  void PutText(std::string_view key, std::string_view text) {
    Open(key);
    json::WriteString(text, out_);
  }
  void Close() {
    if (!open_) out_ += '{';
    out_ += '}';
    open_ = true;
  }

  // A schema as the value of what was written last.
  void PutBelow(const Form& form, bool or_null = false) {
    const bool outer = open_;
    open_ = false;
    Put(form, or_null);
    open_ = outer;
  }

  void PutWrappedRoot(const Form& root) {
    Open("properties");
    out_ += '{';
    json::WriteString(kRootMember, out_);
    out_ += ':';
    PutBelow(root);
    out_ += '}';
    Open("required");
    out_ += "[\"";
    out_ += kRootMember;
    out_ += "\"]";
    PutClosed();
  }

  void PutClosed() {
    if (!subset_.says_closed) return;
    Open("additionalProperties");
    out_ += "false";
  }

  void Put(const Form& form, bool or_null = false) {
    if (form.kind == FormKind::kUnion) {
      PutUnion(form, or_null);
    } else if (or_null && form.kind != FormKind::kNull && form.kind != FormKind::kAny) {
      PutOrNull(form);
    } else {
      PutOne(form, false);
    }
    Close();
  }

  void PutUnion(const Form& form, bool or_null) {
    const Form* null = nullptr;
    std::vector<const Form*> others;
    for (const Form* branch : form.branches) {
      if (branch->kind == FormKind::kNull) {
        null = branch;
      } else {
        others.push_back(branch);
      }
    }
    or_null = or_null || null != nullptr;
    if (others.size() == 1 && or_null) return PutOrNull(*others.front(), form.description);
    PutDescription(form.description);
    PutAnyOf(others, or_null);
  }

  void PutAnyOf(const std::vector<const Form*>& branches, bool or_null) {
    Open("anyOf");
    out_ += '[';
    bool first = true;
    for (const Form* branch : branches) {
      if (!first) out_ += ',';
      first = false;
      PutBelow(*branch);
    }
    const bool flag = subset_.null_form == NullForm::kFlag;
    if (or_null && !flag) out_ += R"(,{"type":"null"})";
    out_ += ']';
    if (or_null && flag) PutNullable();
  }

  void PutNullable() {
    Open("nullable");
    out_ += "true";
  }

  void PutOrNull(const Form& form, std::string_view description = {}) {
    const bool nested = form.kind == FormKind::kReference || form.kind == FormKind::kUnion;
    if (subset_.null_form == NullForm::kFlag) {
      if (form.description.empty()) PutDescription(description);
      if (form.kind == FormKind::kUnion) return PutUnion(form, true);
      PutOne(form, false);
      return PutNullable();
    }
    if (subset_.null_form == NullForm::kTypeList && !nested) {
      if (form.description.empty()) PutDescription(description);
      return PutOne(form, true);
    }
    PutDescription(description);
    PutAnyOf({&form}, true);
  }

  void PutDescription(std::string_view description) {
    if (!description.empty()) PutText("description", description);
  }

  void PutType(std::string_view type, bool or_null) {
    if (!or_null) return PutText("type", type);
    Open("type");
    out_ += "[\"";
    out_ += type;
    out_ += "\",\"null\"]";
  }

  void PutOne(const Form& form, bool or_null) {
    switch (form.kind) {
      case FormKind::kAny:
        PutDescription(form.description);
        break;
      case FormKind::kReference:
        PutReference(form);
        break;
      case FormKind::kEnum:
        PutEnum(form, or_null);
        break;
      default:
        PutType(TypeOf(form), or_null);
        PutDescription(form.description);
        PutKept(form);
        PutParts(form);
    }
  }

  void PutParts(const Form& form) {
    if (form.kind == FormKind::kObject) PutMembers(form);
    if (form.kind == FormKind::kArray) PutElements(form);
    if (form.kind == FormKind::kPairs) PutPairs(*form.rest);
  }

  void PutKept(const Form& form) {
    for (const json::Value* constraint : form.kept) {
      Open(constraint->key());
      json::Write(*constraint, out_);
    }
  }

  // What nothing may stand beside is wrapped where it has something to say.
  void PutReference(const Form& form) {
    if (used_.insert(form.definition).second) waiting_.push_back(form.definition);
    const std::string target = "#/$defs/" + form.definition->name;
    if (form.description.empty() || subset_.reference_siblings) {
      PutText("$ref", target);
      return PutDescription(form.description);
    }
    if (!subset_.unions || subset_.limits.unions > 0) return PutText("$ref", target);
    PutDescription(form.description);
    Open("anyOf");
    out_ += R"([{"$ref":)";
    json::WriteString(target, out_);
    out_ += "}]";
  }

  void PutEnum(const Form& form, bool or_null) {
    if (subset_.typed_enums) PutType(TypeOfValues(form), or_null);
    PutDescription(form.description);
    PutKept(form);
    const auto put = [this, &form](const EnumValue& value) {
      form.as_text ? json::WriteString(value.wire, out_) : json::Write(*value.value, out_);
    };
    if (form.values.size() == 1 && subset_.constants && !or_null) {
      Open("const");
      return put(form.values.front());
    }
    Open("enum");
    out_ += '[';
    bool first = true;
    for (const EnumValue& value : form.values) {
      if (!first) out_ += ',';
      first = false;
      put(value);
    }
    out_ += or_null ? ",null]" : "]";
  }

  void PutMembers(const Form& form) {
    const bool map = form.says_rest && form.rest != nullptr && form.pairs.empty();
    // Some providers refuse an empty list of properties.
    if (!map || !form.members.empty()) PutProperties(form);
    PutRequired(form);
    if (map) {
      Open("additionalProperties");
      form.rest->kind == FormKind::kAny ? void(out_ += "true") : PutBelow(*form.rest);
    } else if (form.says_rest) {
      PutClosed();
    }
  }

  void PutProperties(const Form& form) {
    Open("properties");
    out_ += '{';
    bool first = true;
    for (const FormMember& member : form.members) {
      if (!first) out_ += ',';
      first = false;
      json::WriteString(member.wire, out_);
      out_ += ':';
      member.boxed ? PutBox(*member.form) : PutBelow(*member.form, member.nulled);
    }
    if (!form.pairs.empty()) {
      if (!first) out_ += ',';
      json::WriteString(form.pairs, out_);
      out_ += R"(:{"type":"array")";
      const bool outer = open_;
      PutPairs(*form.rest);
      open_ = outer;
      out_ += '}';
    }
    out_ += '}';
  }

  void PutRequired(const Form& form) {
    std::vector<std::string_view> names;
    for (const FormMember& member : form.members) {
      if (member.required || member.nulled || member.boxed) names.push_back(member.wire);
    }
    if (!form.pairs.empty()) names.push_back(form.pairs);
    if (!names.empty() || subset_.all_required) PutNames("required", names);
    if (!subset_.property_ordering || form.members.size() < 2) return;
    names.clear();
    for (const FormMember& member : form.members) names.push_back(member.wire);
    if (!form.pairs.empty()) names.push_back(form.pairs);
    PutNames("propertyOrdering", names);
  }

  void PutNames(std::string_view keyword, const std::vector<std::string_view>& names) {
    Open(keyword);
    out_ += '[';
    for (size_t i = 0; i < names.size(); ++i) {
      if (i > 0) out_ += ',';
      json::WriteString(names[i], out_);
    }
    out_ += ']';
  }

  void PutBox(const Form& form) {
    out_ += R"({"type":"array","description":"The value; empty if there is none.","items":)";
    PutBelow(form);
    const bool bounded = std::ranges::find(subset_.keywords, "maxItems") != subset_.keywords.end();
    out_ += bounded ? R"(,"maxItems":1})" : "}";
  }

  void PutPairs(const Form& value) {
    Open("items");
    out_ += R"({"type":"object","properties":{"key":{"type":"string"},"value":)";
    PutBelow(value);
    out_ += R"(},"required":["key","value"])";
    out_ += subset_.says_closed ? R"(,"additionalProperties":false})" : "}";
  }

  void PutElements(const Form& form) {
    if (!form.prefix.empty()) {
      Open("prefixItems");
      out_ += '[';
      for (size_t i = 0; i < form.prefix.size(); ++i) {
        if (i > 0) out_ += ',';
        PutBelow(*form.prefix[i]);
      }
      out_ += ']';
    }
    Open("items");
    form.rest == nullptr ? void(out_ += "false") : PutBelow(*form.rest);
  }

  // Of the definitions only what the schema refers to.
  void PutDefinitions() {
    if (waiting_.empty()) return;
    Open("$defs");
    out_ += '{';
    for (size_t i = 0; i < waiting_.size(); ++i) {
      const FormDefinition& definition = *waiting_[i];
      if (i > 0) out_ += ',';
      json::WriteString(definition.name, out_);
      out_ += ':';
      PutBelow(*definition.form);
    }
    out_ += '}';
  }

  const Subset& subset_;
  std::string out_;
  bool open_ = false;  // the object that is being written has a member
  std::unordered_set<const FormDefinition*> used_;
  std::vector<const FormDefinition*> waiting_;
};

}  // namespace

std::string WriteSchema(const Forms& forms, const Subset& subset) {
  return Writer(subset).Write(forms);
}

}  // namespace extractd::schema::lower
