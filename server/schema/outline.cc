#include "server/schema/outline.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "server/base/utf8.h"
#include "server/json/pointer.h"
#include "server/json/read.h"
#include "server/json/write.h"

namespace extractd::schema {
namespace {

constexpr std::string_view kAnything = "any";
constexpr std::string_view kMore = "…";
// What nests deeper is left out: nobody reads it, and it would cost stack.
constexpr size_t kMaxLevels = 64;

class OutlineWriter {
 public:
  explicit OutlineWriter(const json::Value& root) : root_(root) {}

  std::string Write() {
    Put(root_);
    if (out_.size() <= kMaxOutlineBytes) return std::move(out_);
    return std::string(CutUtf8(out_, kMaxOutlineBytes)) + std::string(kMore);
  }

 private:
  void Put(const json::Value& schema) {
    if (out_.size() > kMaxOutlineBytes) return;
    if (level_ == kMaxLevels) {
      out_ += kMore;
      return;
    }
    ++level_;
    PutKeywords(schema);
    --level_;
  }

  void PutKeywords(const json::Value& schema) {
    if (!schema.is_object()) {
      out_ += kAnything;
    } else if (const json::Value* reference = schema.Find("$ref")) {
      PutReference(*reference);
    } else if (const json::Value* constant = schema.Find("const")) {
      json::Write(*constant, out_);
    } else if (const json::Value* values = schema.Find("enum")) {
      PutJoined(*values, [this](const json::Value& value) { json::Write(value, out_); });
    } else if (const json::Value* branches = Branches(schema)) {
      PutJoined(*branches, [this](const json::Value& branch) { Put(branch); });
    } else {
      PutType(schema);
    }
  }

  static const json::Value* Branches(const json::Value& schema) {
    const json::Value* any_of = schema.Find("anyOf");
    return any_of != nullptr ? any_of : schema.Find("oneOf");
  }

  template <class Each>
  void PutJoined(const json::Value& list, Each each) {
    bool first = true;
    for (const json::Value& element : list) {
      if (!first) out_ += " | ";
      first = false;
      each(element);
    }
  }

  void PutReference(const json::Value& reference) {
    const std::string_view text = reference.is_string() ? reference.string() : "";
    const json::Value* target =
        text.starts_with('#') ? json::Resolve(root_, text.substr(1)) : nullptr;
    const bool recurs = std::ranges::find(open_, target) != open_.end();
    if (target == nullptr || recurs) {
      out_ += text.substr(text.rfind('/') + 1);
      return;
    }
    open_.push_back(target);
    Put(*target);
    open_.pop_back();
  }

  void PutType(const json::Value& schema) {
    const json::Value* type = schema.Find("type");
    if (type != nullptr && type->is_array()) {
      PutJoined(*type, [this, &schema](const json::Value& name) {
        PutTypeName(schema, name.is_string() ? name.string() : "");
      });
    } else if (type != nullptr && type->is_string()) {
      PutTypeName(schema, type->string());
    } else if (schema.Find("properties") != nullptr) {
      PutObject(schema);
    } else {
      out_ += kAnything;
    }
  }

  void PutTypeName(const json::Value& schema, std::string_view name) {
    if (name == "object") {
      PutObject(schema);
    } else if (name == "array") {
      PutArray(schema);
    } else if (const std::string_view format = json::StringMember(schema, "format");
               name == "string" && !format.empty()) {
      out_.append("string(").append(format).append(")");
    } else {
      out_ += name;
    }
  }

  void PutObject(const json::Value& schema) {
    const json::Value* properties = schema.Find("properties");
    if (properties == nullptr || properties->size() == 0) {
      out_ += "object";
      return;
    }
    const json::Value* required = schema.Find("required");
    out_ += '{';
    bool first = true;
    for (const json::Value& property : *properties) {
      if (!first) out_ += ", ";
      first = false;
      out_ += property.key();
      if (!IsRequired(required, property.key())) out_ += '?';
      out_ += ": ";
      Put(property);
    }
    out_ += '}';
  }

  static bool IsRequired(const json::Value* required, std::string_view name) {
    if (required == nullptr) return false;
    return std::ranges::any_of(*required, [name](const json::Value& entry) {
      return entry.is_string() && entry.string() == name;
    });
  }

  void PutArray(const json::Value& schema) {
    const json::Value* items = schema.Find("items");
    if (items == nullptr) {
      out_ += kAnything;
    } else if (items->is_object() &&
               (Branches(*items) != nullptr || items->Find("enum") != nullptr)) {
      out_ += '(';
      Put(*items);
      out_ += ')';
    } else {
      Put(*items);
    }
    out_ += "[]";
  }

  const json::Value& root_;
  std::vector<const json::Value*> open_;  // targets of the references around the current place
  size_t level_ = 0;
  std::string out_;
};

}  // namespace

std::string Outline(const json::Value& schema) {
  return OutlineWriter(schema).Write();
}

}  // namespace extractd::schema
