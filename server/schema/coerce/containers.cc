// Coercion of arrays and objects: their children, the names of members, what is wrapped too much or
// too little.
#include <algorithm>
#include <array>
#include <utility>

#include "server/json/parse.h"
#include "server/json/write.h"
#include "server/schema/coerce/coercer.h"
#include "server/schema/coerce/words.h"

namespace extractd::schema {
namespace {

using json::Type;

// More elements are not searched for the one that fits.
constexpr size_t kMaxSearchedElements = 100;

// Names that say nothing but that a value follows.
bool IsEmptyName(std::string_view folded) {
  constexpr std::array<std::string_view, 12> kNames = {
      "result",
      "results",
      "answer",
      "data",
      "response",
      "output",
      "json",
      "object",
      "value",
      "item",
      "items",
      "arguments"
  };
  return std::ranges::find(kNames, folded) != kNames.end();
}

// `folded` is the title, or its plural.
bool NamesTitle(std::string_view folded, const std::string& title) {
  const std::string one = FoldPunctuation(title);
  if (one.empty() || !folded.starts_with(one)) return false;
  const std::string_view rest = folded.substr(one.size());
  return rest.empty() || rest == "s" || rest == "es" || rest == "list";
}

// The one member that an object of this form has; null if it may have others.
const FormMember* OnlyMember(const Form& form) {
  if (form.members.size() != 1 || !form.members[0].required) return nullptr;
  return form.members.data();
}

}  // namespace

std::vector<BlockIndex> Coercer::ItemBlocks(const Form& form, size_t index) {
  if (form.items == nullptr) return {};
  const std::vector<BlockIndex>& prefix = form.items->prefix;
  const BlockIndex block = index < prefix.size() ? prefix[index] : form.items->rest;
  return block == kNoBlock ? std::vector<BlockIndex>() : std::vector{block};
}

// A name that tells nothing which the schema does not: a list may be named after its elements.
bool Coercer::IsWrapperName(std::string_view name, const Form& form) {
  const std::string folded = FoldPunctuation(name);
  if (IsEmptyName(folded) || NamesTitle(folded, form.title)) return true;
  const std::vector<BlockIndex> element = ItemBlocks(form, 0);
  return !element.empty() && NamesTitle(folded, forms_.Of(element).title);
}

// An object that can't be meant as one of this form: it has none of the members that the form
// declares.
bool Coercer::IsStranger(const Form& form, const json::Value& value) {
  if (!value.is_object() || value.size() == 0) return false;
  if (form.branches != nullptr) {
    for (size_t branch = 0; branch < form.branches->size(); ++branch) {
      if (!Spend(1) || !IsStranger(forms_.OfBranch(form, branch), value)) return false;
    }
    return true;
  }
  return !form.members.empty() && std::ranges::none_of(value, [&](const json::Value& member) {
    return FindMember(form, value, member.key()) != nullptr;
  });
}

Coercer::Made Coercer::CoerceArray(const Form& form, const json::Value& value) {
  if (form.items == nullptr) return SameAs(value);
  Node list = {.type = Type::kArray};
  bool changed = false;
  for (const json::Value& element : value) {
    const size_t index = list.children.size();
    Made made = CoerceChild(ItemBlocks(form, index), element, std::to_string(index));
    if (!made.has_value()) return std::nullopt;
    changed = changed || made->same != &element;
    list.children.push_back(std::move(*made));
  }
  return changed ? std::move(list) : SameAs(value);
}

// The declared member that `name` means: by that name, its alias, or both without case and
// punctuation; one that the object has by its own name is meant by no other.
const FormMember* Coercer::FindMember(
    const Form& form, const json::Value& object, std::string_view name
) {
  if (const FormMember* member = form.Find(name)) return member;
  if (!Spend(form.members.size() + object.size())) return nullptr;
  const FormMember* found = nullptr;
  const std::string folded = FoldPunctuation(name);
  for (const FormMember& member : form.members) {
    const bool alias = !member.alias.empty() && member.alias == name;
    const bool similar = !folded.empty() && (FoldPunctuation(member.name) == folded ||
                                             FoldPunctuation(member.alias) == folded);
    if ((!alias && !similar) || object.Find(member.name) != nullptr) continue;
    if (alias) return &member;
    if (found != nullptr) return nullptr;
    found = &member;
  }
  return found;
}

Coercer::Made Coercer::CoerceObject(const Form& form, const json::Value& value) {
  if (Made made = CoerceStrange(form, value)) return made;
  Node object = {.type = Type::kObject};
  bool changed = false;
  std::vector<std::string_view> renamed;
  for (const json::Value& member : value) {
    const FormMember* target = FindMember(form, value, member.key());
    if (target != nullptr && target->name != member.key()) {
      const bool again = std::ranges::find(renamed, target->name) != renamed.end();
      if (again) {
        target = nullptr;
      } else {
        renamed.push_back(target->name);
      }
    }
    path_.emplace_back(target != nullptr ? target->name : member.key());
    const size_t size = object.children.size();
    const bool fits = PutMember(form, member, target, object);
    path_.pop_back();
    if (!fits) return std::nullopt;
    const bool same = object.children.size() > size && object.children.back().same == &member &&
                      object.children.back().name == member.key();
    changed = changed || !same;
  }
  return changed ? std::move(object) : SameAs(value);
}

bool Coercer::HoldsOneList(const Form& form) {
  const FormMember* only = OnlyMember(form);
  return only != nullptr && !only->blocks.empty() && forms_.Of(only->blocks).Wants(Type::kArray);
}

// A list whose elements can be meant as those of the only member.
Coercer::Made Coercer::WrapList(const Form& form, const json::Value& array) {
  if (!HoldsOneList(form)) return std::nullopt;
  const FormMember& only = *OnlyMember(form);
  const std::vector<BlockIndex> element = ItemBlocks(forms_.Of(only.blocks), 0);
  const auto foreign = [&](const json::Value& value) {
    const bool wrapper = value.is_object() && value.Find(only.name) != nullptr;
    return wrapper || (!element.empty() && IsStranger(forms_.Of(element), value));
  };
  return std::ranges::any_of(array, foreign) ? std::nullopt : WrapInObject(form, array);
}

// Of an object that lacks what is required and has no member that the schema names: it may be
// wrapped too much or too little.
Coercer::Made Coercer::CoerceStrange(const Form& form, const json::Value& value) {
  const auto meant = [&](const json::Value& member) {
    return FindMember(form, value, member.key()) != nullptr;
  };
  const bool lacks = std::ranges::any_of(form.members, &FormMember::required);
  if (!lacks || value.size() == 0 || std::ranges::any_of(value, meant)) return std::nullopt;
  // A list by another name stays a list.
  auto ways = std::array{&Coercer::UnwrapMember, &Coercer::WrapInObject};
  if (HoldsOneList(form)) std::ranges::reverse(ways);
  const size_t mark = repairs_.size();
  for (const auto way : ways) {
    if (Made made = (this->*way)(form, value)) return made;
    repairs_.resize(mark);
  }
  return std::nullopt;
}

// Adds what `member` becomes, which is meant as `target` (null: none of the schema's), or drops it.
bool Coercer::PutMember(
    const Form& form, const json::Value& member, const FormMember* target, Node& object
) {
  if (target == nullptr && form.Forbids(member.key())) {
    return Log(coercion_kind::kExtraMember, Short(member), "", /*lossless=*/false);
  }
  const std::string_view name = target != nullptr ? target->name : member.key();
  const std::vector<BlockIndex> blocks = form.BlocksOf(name, target);
  if (target == nullptr && blocks.empty() && !form.members.empty()) ++strangers_;
  if (name != member.key()) Log(coercion_kind::kKeyName, Short(member.key()), Short(name));
  Made made = Coerce(blocks, member);
  if (!made.has_value()) {
    const bool optional = target != nullptr && !target->required;
    return optional && member.is_null() && Log(coercion_kind::kNull, "null", "");
  }
  made->name = name;
  object.children.push_back(std::move(*made));
  return true;
}

Coercer::Made Coercer::WrapInArray(const Form& form, const json::Value& value) {
  const std::vector<BlockIndex> blocks = ItemBlocks(form, 0);
  if (!blocks.empty() && IsStranger(forms_.Of(blocks), value)) return std::nullopt;
  if (!Log(coercion_kind::kWrapped, Short(value), "[…]")) return std::nullopt;
  Made made = CoerceChild(blocks, value, "0");
  if (!made.has_value()) return std::nullopt;
  Node list = {.type = Type::kArray};
  list.children.push_back(std::move(*made));
  return list;
}

// Not of texts, which may be anything, also an excuse; and not of a number or literal that would
// have to be changed besides.
Coercer::Made Coercer::WrapInObject(const Form& form, const json::Value& value) {
  const FormMember* only = OnlyMember(form);
  if (only == nullptr || value.is_string() || value.is_null() || !form.Wants(Type::kObject)) {
    return std::nullopt;
  }
  if (!Log(coercion_kind::kWrapped, Short(value), "{…}")) return std::nullopt;
  const std::vector<BlockIndex> blocks = form.BlocksOf(only->name, only);
  Made made = CoerceChild(blocks, value, std::string(only->name));
  const bool container = value.is_array() || value.is_object();
  if (!made.has_value() || (!container && made->same != &value)) return std::nullopt;
  const bool holds =
      std::ranges::all_of(blocks, [&](BlockIndex block) { return Holds(block, *made); });
  if (!holds) return std::nullopt;
  Node object = {.type = Type::kObject};
  made->name = only->name;
  object.children.push_back(std::move(*made));
  return object;
}

// An object with one member, which is the value: {"Person": {…}}.
Coercer::Made Coercer::UnwrapMember(const Form& form, const json::Value& object) {
  if (object.size() != 1) return std::nullopt;
  const json::Value& member = *object.begin();
  const bool wrapper = IsWrapperName(member.key(), form);
  const bool container = member.is_object() || member.is_array();
  if (!wrapper && !container) return std::nullopt;
  if (form.Wants(Type::kString) && container) return std::nullopt;
  if (!Log(coercion_kind::kUnwrapped, Short(member.key()), "", wrapper)) return std::nullopt;
  return Spend(1) ? CoerceAs(form, member) : std::nullopt;
}

// The only element, or the only one that fits.
Coercer::Made Coercer::UnwrapElement(const Form& form, const json::Value& array) {
  if (array.size() == 0 || array.size() > kMaxSearchedElements) return std::nullopt;
  const size_t mark = repairs_.size();
  if (!Log(coercion_kind::kUnwrapped, Short(array), "", array.size() == 1)) return std::nullopt;
  Made found;
  for (const json::Value& element : array) {
    const size_t before = repairs_.size();
    Made made = element.is_array() || !Spend(1) ? std::nullopt : CoerceAs(form, element);
    if (made.has_value() && found.has_value()) {
      repairs_.resize(mark);
      return std::nullopt;
    }
    if (made.has_value()) {
      found = std::move(made);
    } else {
      repairs_.resize(before);
    }
  }
  if (!found.has_value()) repairs_.resize(mark);
  return found;
}

}  // namespace extractd::schema
