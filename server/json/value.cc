#include "server/json/value.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "server/json/decimal.h"

namespace extractd::json {
namespace {

// The first block is large enough for a usual answer; each further one is twice as large.
constexpr size_t kFirstBlockBytes = 4096;
constexpr size_t kLargestBlockBytes = size_t{1} << 18U;

constexpr size_t kUsualDepth = 16;

// From so many members on, names are looked up in a hash table.
constexpr size_t kManyMembers = 16;

// A first block that is in no use, kept because malloc works hard for blocks of this size.
struct Spare {
  ~Spare() { over = true; }
  std::unique_ptr<char[]> block;
  // The thread is ending: documents with static storage go after its own variables.
  static thread_local bool over;
};
thread_local bool Spare::over = false;
thread_local Spare spare;

// Memory that is given back all at once.
class Arena {
 public:
  Arena() = default;
  ~Arena() {
    if (blocks_.empty() || first_block_bytes_ != kFirstBlockBytes || Spare::over) return;
    spare.block = std::move(blocks_.front());
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  void* Allocate(size_t size, size_t alignment) {
    size_t start = (used_ + alignment - 1) & ~(alignment - 1);
    if (start + size > block_size_) {
      AddBlock(size);
      start = 0;
    }
    used_ = start + size;
    return blocks_.back().get() + start;
  }

  // A single block is kept for the next use.
  void Clear() {
    if (blocks_.size() > 1) {
      blocks_.clear();
      block_size_ = bytes_ = 0;
    }
    used_ = 0;
  }

  size_t bytes() const { return bytes_; }

 private:
  void AddBlock(size_t size) {
    block_size_ = std::max({size, kFirstBlockBytes, std::min(block_size_ * 2, kLargestBlockBytes)});
    if (blocks_.empty()) first_block_bytes_ = block_size_;
    blocks_.push_back(NewBlock(block_size_));
    bytes_ += block_size_;
  }

  static std::unique_ptr<char[]> NewBlock(size_t size) {
    const bool usual = size == kFirstBlockBytes && !Spare::over && spare.block != nullptr;
    return usual ? std::move(spare.block) : std::make_unique_for_overwrite<char[]>(size);
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t first_block_bytes_ = 0;
  size_t block_size_ = 0;  // of the last block
  size_t used_ = 0;
  size_t bytes_ = 0;
};

// The members from the iterators on, in any order. Linear in their number.
bool EqualInAnyOrder(Value::Iterator a, const Value& b) {
  absl::flat_hash_map<std::string_view, const Value*> members;
  if (b.size() >= kManyMembers) {
    members.reserve(b.size());
    for (const Value& member : b) members.insert_or_assign(member.key(), &member);
  }
  return std::all_of(a, Value::Iterator(), [&](const Value& member) {
    const Value* other = nullptr;
    if (members.empty()) {
      other = b.Find(member.key());
    } else if (const auto found = members.find(member.key()); found != members.end()) {
      other = found->second;
    }
    return other != nullptr && Equal(member, *other);
  });
}

bool EqualMembers(const Value& a, const Value& b) {
  auto right = b.begin();
  for (auto left = a.begin(); left != a.end(); ++left, ++right) {
    if (left->key() != right->key()) return EqualInAnyOrder(left, b);
    if (!Equal(*left, *right)) return false;
  }
  return true;
}

bool EqualElements(const Value& a, const Value& b) {
  return std::ranges::equal(a, b, Equal);
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
  Arena arena;
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
  return storage_ ? storage_->arena.bytes() : 0;
}

struct Builder::Index {
  absl::flat_hash_map<std::pair<const Value*, std::string_view>, Value*> members;
};

Builder::Builder() {
  open_.reserve(kUsualDepth);
}
Builder::~Builder() = default;

// Made when first needed: a builder ends without one.
Document::Storage& Builder::storage() {
  if (storage_ == nullptr) storage_ = std::make_unique<Document::Storage>();
  return *storage_;
}

std::string_view Builder::KeepText(std::string text) {
  storage().text = std::move(text);
  return storage().text;
}

char* Builder::ReserveText(size_t bytes) {
  return static_cast<char*>(storage().arena.Allocate(bytes, 1));
}

std::string_view Builder::CopyText(std::string_view text) {
  if (text.empty()) return {};
  char* bytes = ReserveText(text.size());
  std::memcpy(bytes, text.data(), text.size());
  return {bytes, text.size()};
}

Value& Builder::Add(Type type) {
  if (Value* value = std::exchange(replaced_, nullptr); value != nullptr) {
    value->type_ = type;
    value->size_ = 0;
    return *value;
  }
  auto* value = new (storage().arena.Allocate(sizeof(Value), alignof(Value))) Value;
  value->type_ = type;
  if (open_.empty()) {
    root_ = value;
    return *value;
  }
  Open& parent = open_.back();
  value->key_ = key_.data();
  value->key_size_ = static_cast<std::uint32_t>(key_.size());
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
  key_ = kept;
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

void Builder::Begin(Type type) {
  Value& value = Add(type);
  value.first_ = nullptr;
  open_.push_back({.container = &value, .last = nullptr, .indexed = nullptr});
}

void Builder::BeginArray() {
  Begin(Type::kArray);
}
void Builder::BeginObject() {
  Begin(Type::kObject);
}
void Builder::EndArray() {
  open_.pop_back();
}
void Builder::EndObject() {
  open_.pop_back();
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

Value* Builder::FindIndexed(Open& open, std::string_view key) {
  if (index_ == nullptr) index_ = std::make_unique<Index>();
  Value* next = open.indexed == nullptr ? open.container->first_ : open.indexed->next_;
  for (; next != nullptr; next = next->next_) {
    index_->members.insert_or_assign({open.container, next->key()}, next);
    open.indexed = next;
  }
  const auto found = index_->members.find({open.container, key});
  return found == index_->members.end() ? nullptr : found->second;
}

Value* Builder::FindMember(std::string_view key) {
  if (!in_object()) return nullptr;
  Open& open = open_.back();
  if (open.container->size() >= kManyMembers) return FindIndexed(open, key);
  Value* member = open.container->first_;
  while (member != nullptr && member->key() != key) member = member->next_;
  return member;
}

void Builder::ReplaceMember(Value& member) {
  replaced_ = &member;
}

Document Builder::Finish() {
  Document document;
  document.storage_ = std::move(storage_);
  document.root_ = root_;
  Clear();
  return document;
}

void Builder::Clear() {
  if (storage_ != nullptr) storage_->arena.Clear();
  index_.reset();
  open_.clear();
  root_ = nullptr;
  replaced_ = nullptr;
  key_ = {};
}

}  // namespace extractd::json
