#include <algorithm>
#include <string>
#include <string_view>

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include "server/base/strings.h"
#include "server/json/toon/number.h"
#include "server/json/toon/scalar.h"
#include "server/json/toon/shapes.h"
#include "server/json/toon/toon.h"

namespace extractd::json::toon {
namespace {

bool IsScalar(const Value& value) {
  return !value.is_array() && !value.is_object();
}

class Encoder {
 public:
  Encoder(const Value& root, const EncodeOptions& options) : options_(options), shapes_(root) {}

  std::string Encode(const Value& root) {
    if (root.is_object()) {
      if (IsKeyedTable(root)) {
        PutKeyedTable(root, 0);
      } else {
        PutMembers(root, 0);
      }
    } else if (root.is_array() && root.size() == 0) {
      out_ += "[]";
    } else if (root.is_array()) {
      PutArray(root, 0, /*table=*/shapes_.AreRows(root));
    } else {
      PutScalar(root);
    }
    return std::move(out_);
  }

 private:
  bool IsKeyedTable(const Value& object) const {
    return object.size() >= 2 && shapes_.AreRows(object);
  }

  // Begins a line. The first one of an object in a list stands behind the hyphen, a level higher.
  void NewLine(size_t depth) {
    if (hyphen_pending_) {
      hyphen_pending_ = false;
      out_ += "- ";
      return;
    }
    if (!out_.empty()) out_ += '\n';
    out_.append(depth * options_.indent, ' ');
  }

  void PutScalar(const Value& value) {
    switch (value.type()) {
      case Type::kBoolean:
        out_ += value.boolean() ? "true" : "false";
        return;
      case Type::kNumber:
        return AppendCanonicalNumber(value.number(), out_);
      case Type::kString:
        return AppendString(value.string(), options_.delimiter, out_);
      default:
        out_ += "null";
    }
  }

  void PutMembers(const Value& object, size_t depth) {
    for (const Value& member : object) {
      NewLine(depth);
      AppendKey(member.key(), out_);
      PutMemberValue(member, depth);
    }
  }

  void PutMemberValue(const Value& value, size_t depth) {
    if (value.is_array()) {
      if (value.size() == 0) {
        out_ += ": []";
      } else {
        PutArray(value, depth, /*table=*/shapes_.AreRows(value));
      }
    } else if (value.is_object()) {
      if (IsKeyedTable(value)) return PutKeyedTable(value, depth);
      out_ += ':';
      PutMembers(value, depth + 1);
    } else {
      out_ += ": ";
      PutScalar(value);
    }
  }

  // The length in brackets, and the delimiter if it is not the comma.
  void PutLength(size_t size, bool keyed) {
    fmt::format_to(std::back_inserter(out_), "[{}{}", size, keyed ? ":" : "");
    if (options_.delimiter != ',') out_ += options_.delimiter;
    out_ += ']';
  }

  void PutFields(const Value& row) {
    char before = '{';
    for (const Value& member : row) {
      out_ += before;
      before = options_.delimiter;
      AppendKey(member.key(), out_);
      if (member.is_object()) PutFields(member);
    }
    out_ += '}';
  }

  // Everything of an array behind its key.
  void PutArray(const Value& array, size_t depth, bool table) {
    PutLength(array.size(), /*keyed=*/false);
    if (table) {
      PutFields(*array.begin());
      out_ += ':';
      for (const Value& row : array) {
        NewLine(depth + 1);
        PutRow(row, *array.begin());
      }
      return;
    }
    out_ += ':';
    if (std::ranges::all_of(array, IsScalar)) {
      char before = ' ';
      for (const Value& element : array) {
        out_ += before;
        before = options_.delimiter;
        PutScalar(element);
      }
      return;
    }
    for (const Value& element : array) PutItem(element, depth + 1);
  }

  void PutKeyedTable(const Value& object, size_t depth) {
    PutLength(object.size(), /*keyed=*/true);
    PutFields(*object.begin());
    out_ += ':';
    for (const Value& row : object) {
      NewLine(depth + 1);
      AppendKey(row.key(), out_);
      out_ += ": ";
      PutRow(row, *object.begin());
    }
  }

  void PutRow(const Value& row, const Value& first) {
    bool begun = false;
    PutCells(row, first, begun);
  }

  // The scalars of `row` in the order that `first`, which has the same members, has them in.
  void PutCells(const Value& row, const Value& first, bool& begun) {
    const bool same_order = std::ranges::equal(row, first, {}, &Value::key, &Value::key);
    absl::flat_hash_map<absl::string_view, const Value*> members;
    if (!same_order) {
      for (const Value& member : row) members[Absl(member.key())] = &member;
    }
    Value::Iterator in_order = row.begin();
    for (const Value& field : first) {
      const Value& cell = same_order ? *in_order++ : *members.at(Absl(field.key()));
      if (cell.is_object()) {
        PutCells(cell, field, begun);
        continue;
      }
      if (begun) out_ += options_.delimiter;
      begun = true;
      PutScalar(cell);
    }
  }

  // An element of a list; a table cannot be one, as it would need a key.
  void PutItem(const Value& value, size_t depth) {
    NewLine(depth);
    if (value.is_object() && value.size() == 0) {
      out_ += '-';
    } else if (value.is_object()) {
      hyphen_pending_ = true;
      PutMembers(value, depth + 1);
    } else if (value.is_array()) {
      out_ += "- ";
      PutArray(value, depth, /*table=*/false);
    } else {
      out_ += "- ";
      PutScalar(value);
    }
  }

  EncodeOptions options_;
  Shapes shapes_;
  std::string out_;
  bool hyphen_pending_ = false;
};

}  // namespace

std::string Encode(const Value& value, const EncodeOptions& options) {
  return Encoder(value, options).Encode(value);
}

}  // namespace extractd::json::toon
