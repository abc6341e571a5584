// JSON in memory: an immutable tree over the text it was read from. Key order is the text's,
// numbers keep their text (so that no digit is lost), strings without escapes are slices of it.
//
// A Document owns the text and the nodes; a Value is a node and lives as long as its Document.
// Thread-safe once built: nothing changes after Parse, Builder or a repair returned it.
#ifndef EXTRACTD_SERVER_JSON_VALUE_H_
#define EXTRACTD_SERVER_JSON_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace extractd::json {

enum class Type : std::uint8_t { kNull, kBoolean, kNumber, kString, kArray, kObject };

// "null", "boolean", "number" …
std::string_view TypeName(Type type);

class Value {
 public:
  // Steps through the elements of an array or the members of an object.
  class Iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = const Value;
    Iterator() = default;
    explicit Iterator(const Value* at) : at_(at) {}
    const Value& operator*() const { return *at_; }
    const Value* operator->() const { return at_; }
    Iterator& operator++() {
      at_ = at_->next_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(Iterator, Iterator) = default;

   private:
    const Value* at_ = nullptr;
  };

  Type type() const { return type_; }
  bool is_null() const { return type_ == Type::kNull; }
  bool is_boolean() const { return type_ == Type::kBoolean; }
  bool is_number() const { return type_ == Type::kNumber; }
  bool is_string() const { return type_ == Type::kString; }
  bool is_array() const { return type_ == Type::kArray; }
  bool is_object() const { return type_ == Type::kObject; }

  // REQUIRES: is_boolean().
  bool boolean() const { return size_ != 0; }
  // The number as it was written, e.g. "1.50" or "1e400". REQUIRES: is_number().
  std::string_view number() const { return {text_, size_}; }
  // The string without quotes and escapes, in UTF-8; an unpaired surrogate stands as three bytes
  // (WTF-8). REQUIRES: is_string().
  std::string_view string() const { return {text_, size_}; }

  // Name of this member. REQUIRES: the parent is an object.
  std::string_view key() const { return {key_, key_size_}; }

  // Number of elements or members; 0 for the other types.
  size_t size() const { return type_ >= Type::kArray ? size_ : 0; }
  Iterator begin() const { return Iterator(type_ >= Type::kArray ? first_ : nullptr); }
  Iterator end() const { return {}; }

  // The last member of that name; null if there is none or this is no object. Linear.
  const Value* Find(std::string_view key) const;
  // The element at `index`; null beyond the end. Linear.
  const Value* At(size_t index) const;

  // A string outside any document: lives as long as `text` and `key`, which names it.
  static Value OfString(std::string_view text, std::string_view key = {}) {
    Value value;
    value.type_ = Type::kString;
    value.text_ = text.data();
    value.size_ = static_cast<std::uint32_t>(text.size());
    value.key_ = key.data();
    value.key_size_ = static_cast<std::uint32_t>(key.size());
    return value;
  }

 private:
  friend class Builder;

  const char* key_ = nullptr;
  union {
    const char* text_ = nullptr;
    Value* first_;
  };
  Value* next_ = nullptr;
  std::uint32_t key_size_ = 0;
  std::uint32_t size_ = 0;  // bytes, elements, members; a boolean's value
  Type type_ = Type::kNull;
};

// Equality of JSON Schema: 1.0 equals 1, the order of members does not count.
bool Equal(const Value& a, const Value& b);

class Document {
 public:
  Document();  // null
  ~Document();
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;

  const Value& root() const { return *root_; }
  // What the nodes and the copied strings take, without the text.
  size_t memory_bytes() const;

 private:
  friend class Builder;
  struct Storage;
  std::unique_ptr<Storage> storage_;
  const Value* root_;
};

// Makes a Document, depth first. Calls must nest properly: each array or object that is begun is
// ended, each member has a key before its value.
class Builder {
 public:
  Builder();
  ~Builder();
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  // Keeps `text` alive with the document; slices of the result may be passed to the *Slice calls.
  std::string_view KeepText(std::string text);
  // Room for `bytes` of text, which the caller fills, that lives as long as the document.
  char* ReserveText(size_t bytes);
  // A copy of `text` that lives as long as the document.
  std::string_view CopyText(std::string_view text);

  void Null();
  void Boolean(bool value);
  void Number(std::string_view text);  // copied
  void String(std::string_view text);  // copied
  void NumberSlice(std::string_view kept);
  void StringSlice(std::string_view kept);
  void Key(std::string_view text);  // copied
  void KeySlice(std::string_view kept);
  void BeginArray();
  void EndArray();
  void BeginObject();
  void EndObject();
  // A deep copy of `value`; its texts are copied too.
  void Copy(const Value& value);

  // Open arrays and objects.
  size_t depth() const { return open_.size(); }
  // The innermost of them is an object.
  bool in_object() const { return !open_.empty() && open_.back().container->is_object(); }

  // The member of that name in the innermost open object, any of several; null if there is none.
  // Constant time, amortised.
  Value* FindMember(std::string_view key);
  // Instead of Key: the next value takes the place of `member`, which keeps its name. REQUIRES:
  // FindMember returned it for the innermost open object.
  void ReplaceMember(Value& member);

  // What the value is so far, while it is being made; null before its beginning. Its parts stay
  // where they are when others are added, and in the finished document.
  const Value* root() const { return root_; }
  // The array or object that is open at `level`, from 0. REQUIRES: level < depth().
  const Value& open(size_t level) const { return *open_[level].container; }
  // The name of the next member of the innermost open object.
  std::string_view next_key() const { return key_; }

  // The finished document; the builder is empty then. REQUIRES: depth() == 0 and one value was
  // added.
  Document Finish();
  // Forgets everything but the kept text.
  void Clear();

 private:
  // An array or object whose end has not come yet.
  struct Open {
    Value* container;
    Value* last;           // its last child so far
    const Value* indexed;  // the last child that index_ knows; null: none
  };
  struct Index;

  Document::Storage& storage();
  Value& Add(Type type);
  void Begin(Type type);
  Value* FindIndexed(Open& open, std::string_view key);

  std::unique_ptr<Document::Storage> storage_;
  std::unique_ptr<Index> index_;  // members of large objects by name; made when first needed
  std::vector<Open> open_;
  Value* root_ = nullptr;
  Value* replaced_ = nullptr;
  std::string_view key_;
};

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_VALUE_H_
