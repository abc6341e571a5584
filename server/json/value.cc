#include "server/json/value.h"

#include <algorithm>
#include <cstring>
#include <memory_resource>
#include <utility>
#include <vector>

#include "server/json/decimal.h"

namespace extractd::json {
namespace {

// Blocks are this large at least, so that a usual answer takes one.
constexpr size_t kFirstBlockBytes = 4096;

bool EqualMembers(const Value& a, const Value& b) {
  return std::ranges::all_of(a, [&b](const Value& member) {
    const Value* other = b.Find(member.key());
    return other != nullptr && Equal(member, *other);
  });
}

bool EqualElements(const Value& a, const Value& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), Equal);
}

}  // namespace

std::string_view TypeName(Type type) {
  switch (type) {
    case Type::kNull:
      return "null";
    case Type::kBoolean:
      return "boolean";
    case Type::kNumber:
      return "number";
    case Type::kString:
      return "string";
    case Type::kArray:
      return "array";
    case Type::kObject:
      return "object";
  }
  return "null";
}

const Value* Value::Find(std::string_view key) const {
  const Value* found = nullptr;
  if (!is_object()) return found;
  for (const Value& member : *this) {
    if (member.key() == key) found = &member;
  }
  return found;
}

const Value* Value::At(size_t index) const {
  if (index >= size()) return nullptr;
  return &*std::next(begin(), static_cast<std::ptrdiff_t>(index));
}

bool Equal(const Value& a, const Value& b) {
  if (a.type() != b.type() || a.size() != b.size()) return false;
  switch (a.type()) {
    case Type::kNull:
      return true;
    case Type::kBoolean:
      return a.boolean() == b.boolean();
    case Type::kNumber:
      return CompareNumbers(a.number(), b.number()) == 0;
    case Type::kString:
      return a.string() == b.string();
    case Type::kArray:
      return EqualElements(a, b);
    case Type::kObject:
      return EqualMembers(a, b);
  }
  return false;
}

struct Document::Storage {
  std::string text;
  std::pmr::monotonic_buffer_resource arena{kFirstBlockBytes};
  size_t bytes = 0;

  void* Allocate(size_t size, size_t alignment) {
    bytes += size;
    return arena.allocate(size, alignment);
  }
};

namespace {
const Value kNull{};
}  // namespace

Document::Document() : root_(&kNull) {}
Document::~Document() = default;
Document::Document(Document&& other) noexcept
    : storage_(std::move(other.storage_)), root_(std::exchange(other.root_, &kNull)) {}
Document& Document::operator=(Document&& other) noexcept {
  storage_ = std::move(other.storage_);
  root_ = std::exchange(other.root_, &kNull);
  return *this;
}

size_t Document::memory_bytes() const {
  return storage_ ? storage_->bytes : 0;
}

// An array or object whose end has not come yet.
struct Builder::Open {
  Value* container;
  Value* last;
};

struct Builder::State {
  std::unique_ptr<Document::Storage> storage = std::make_unique<Document::Storage>();
  std::vector<Open> open;
  Value* root = nullptr;
  std::string_view key;
};

Builder::Builder() : state_(std::make_unique<State>()) {}
Builder::~Builder() = default;

std::string_view Builder::KeepText(std::string text) {
  state_->storage->text = std::move(text);
  return state_->storage->text;
}

std::string_view Builder::CopyText(std::string_view text) {
  if (text.empty()) return {};
  auto* bytes = static_cast<char*>(state_->storage->Allocate(text.size(), 1));
  std::memcpy(bytes, text.data(), text.size());
  return {bytes, text.size()};
}

Value& Builder::Add(Type type) {
  auto* value = new (state_->storage->Allocate(sizeof(Value), alignof(Value))) Value;
  value->type_ = type;
  if (state_->open.empty()) {
    state_->root = value;
    return *value;
  }
  Open& parent = state_->open.back();
  value->key_ = state_->key.data();
  value->key_size_ = static_cast<std::uint32_t>(state_->key.size());
  (parent.last == nullptr ? parent.container->first_ : parent.last->next_) = value;
  parent.last = value;
  ++parent.container->size_;
  return *value;
}

void Builder::Null() {
  Add(Type::kNull);
}
void Builder::Boolean(bool value) {
  Add(Type::kBoolean).size_ = value ? 1 : 0;
}
void Builder::Number(std::string_view text) {
  NumberSlice(CopyText(text));
}
void Builder::String(std::string_view text) {
  StringSlice(CopyText(text));
}
void Builder::Key(std::string_view text) {
  KeySlice(CopyText(text));
}
void Builder::KeySlice(std::string_view kept) {
  state_->key = kept;
}

void Builder::NumberSlice(std::string_view kept) {
  Value& value = Add(Type::kNumber);
  value.text_ = kept.data();
  value.size_ = static_cast<std::uint32_t>(kept.size());
}

void Builder::StringSlice(std::string_view kept) {
  Value& value = Add(Type::kString);
  value.text_ = kept.data();
  value.size_ = static_cast<std::uint32_t>(kept.size());
}

void Builder::BeginArray() {
  Value& value = Add(Type::kArray);
  value.first_ = nullptr;
  state_->open.push_back({&value, nullptr});
}

void Builder::BeginObject() {
  Value& value = Add(Type::kObject);
  value.first_ = nullptr;
  state_->open.push_back({&value, nullptr});
}

void Builder::EndArray() {
  state_->open.pop_back();
}
void Builder::EndObject() {
  state_->open.pop_back();
}

void Builder::Copy(const Value& value) {
  switch (value.type()) {
    case Type::kNull:
      return Null();
    case Type::kBoolean:
      return Boolean(value.boolean());
    case Type::kNumber:
      return Number(value.number());
    case Type::kString:
      return String(value.string());
    case Type::kArray:
      BeginArray();
      for (const Value& element : value) Copy(element);
      return EndArray();
    case Type::kObject:
      BeginObject();
      for (const Value& member : value) {
        Key(member.key());
        Copy(member);
      }
      return EndObject();
  }
}

size_t Builder::depth() const {
  return state_->open.size();
}

bool Builder::HasMember(std::string_view key) const {
  return !state_->open.empty() && state_->open.back().container->Find(key) != nullptr;
}

Document Builder::Finish() {
  Document document;
  document.storage_ = std::move(state_->storage);
  document.root_ = state_->root;
  state_ = std::make_unique<State>();
  return document;
}

}  // namespace extractd::json
