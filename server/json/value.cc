#include "server/json/value.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

#include <absl/container/flat_hash_map.h>

#include "server/json/decimal.h"

namespace extractd::json {
namespace {

// The first block is large enough for a usual answer; each further one is twice as large.
constexpr size_t kFirstBlockBytes = 4096;
constexpr size_t kLargestBlockBytes = size_t{1} << 18U;

// From so many members on, names are looked up in a hash table.
constexpr size_t kManyMembers = 16;

// A piece of memory; its bytes follow.
struct Block {
  Block* previous;
  size_t size;
  char* bytes() { return reinterpret_cast<char*>(this + 1); }
};

Block* NewBlock(size_t size, Block* previous) {
  return new (::operator new(sizeof(Block) + size)) Block{.previous = previous, .size = size};
}

// A first block that is in no use, kept because malloc works hard for blocks of this size.
struct Spare {
  ~Spare() {
    ::operator delete(block);
    over = true;
  }
  Block* block = nullptr;
  // The thread is ending: documents with static storage go after its own variables.
  static thread_local bool over;
};
thread_local bool Spare::over = false;
thread_local Spare spare;

Block* NewFirstBlock() {
  const bool has_spare = !Spare::over && spare.block != nullptr;
  return has_spare ? std::exchange(spare.block, nullptr) : NewBlock(kFirstBlockBytes, nullptr);
}

void Discard(Block* block) {
  if (block->size == kFirstBlockBytes && !Spare::over && spare.block == nullptr) {
    block->previous = nullptr;
    spare.block = block;
  } else {
    ::operator delete(block);
  }
}

// Memory that is given back all at once.
class Arena {
 public:
  Arena() = default;
  ~Arena() { DiscardDownTo(nullptr); }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  void* Allocate(size_t size, size_t alignment) {
    const size_t padding = -reinterpret_cast<std::uintptr_t>(next_) & (alignment - 1);
    if (size + padding > static_cast<size_t>(end_ - next_)) return AllocateInNewBlock(size);
    char* const start = next_ + padding;
    next_ = start + size;
    return start;
  }

  // The first block is kept for the next use.
  void Clear() {
    if (last_ == nullptr) return;
    Block* first = last_;
    while (first->previous != nullptr) first = first->previous;
    DiscardDownTo(first);
    bytes_ = 0;
    Use(first);
  }

  size_t bytes() const { return bytes_; }

 private:
  // A block is aligned for everything.
  [[gnu::noinline]] void* AllocateInNewBlock(size_t size) {
    if (last_ == nullptr && size <= kFirstBlockBytes) {
      Use(NewFirstBlock());
    } else {
      const size_t twice = last_ == nullptr ? 0 : last_->size * 2;
      Use(NewBlock(std::max({size, kFirstBlockBytes, std::min(twice, kLargestBlockBytes)}), last_));
    }
    char* const start = next_;
    next_ += size;
    return start;
  }

  void Use(Block* block) {
    last_ = block;
    next_ = block->bytes();
    end_ = next_ + block->size;
    bytes_ += block->size;
  }

  void DiscardDownTo(const Block* kept) {
    while (last_ != kept) Discard(std::exchange(last_, last_->previous));
  }

  Block* last_ = nullptr;
  char* next_ = nullptr;  // in the last block
  char* end_ = nullptr;
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
  Clear();
}
Builder::~Builder() = default;

// Made when first needed: a builder ends without one.
Document::Storage& Builder::storage() {
  if (storage_ == nullptr) [[unlikely]] {
    storage_ = std::make_unique<Document::Storage>();
  }
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
  value->key_ = key_.data();
  value->key_size_ = static_cast<std::uint32_t>(key_.size());
  *inner_.end = value;
  inner_.end = &value->next_;
  ++inner_.container->size_;
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
  outer_.push_back(inner_);
  inner_ = {.container = &value, .end = &value.first_, .indexed = nullptr};
}

void Builder::End() {
  inner_ = outer_.back();
  outer_.pop_back();
}

void Builder::BeginArray() {
  Begin(Type::kArray);
}
void Builder::BeginObject() {
  Begin(Type::kObject);
}
void Builder::EndArray() {
  End();
}
void Builder::EndObject() {
  End();
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

Value* Builder::FindIndexed(std::string_view key) {
  Open& open = inner_;
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
  if (inner_.container->size() >= kManyMembers) return FindIndexed(key);
  Value* member = inner_.container->first_;
  while (member != nullptr && member->key() != key) member = member->next_;
  return member;
}

void Builder::ReplaceMember(Value& member) {
  replaced_ = &member;
}

Document Builder::Finish() {
  Document document;
  document.storage_ = std::move(storage_);
  document.root_ = top_.first_;
  Clear();
  return document;
}

void Builder::Clear() {
  if (storage_ != nullptr) storage_->arena.Clear();
  index_.reset();
  outer_.clear();
  top_ = {};
  top_.type_ = Type::kArray;
  top_.first_ = nullptr;
  inner_ = {.container = &top_, .end = &top_.first_, .indexed = nullptr};
  replaced_ = nullptr;
  key_ = {};
}

}  // namespace extractd::json
