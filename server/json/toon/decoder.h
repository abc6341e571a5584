// Reads a TOON document into a builder, scope by scope.
#ifndef EXTRACTD_SERVER_JSON_TOON_DECODER_H_
#define EXTRACTD_SERVER_JSON_TOON_DECODER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/json/tolerant/repair_log.h"
#include "server/json/toon/header.h"
#include "server/json/toon/lines.h"
#include "server/json/toon/toon.h"
#include "server/json/value.h"

namespace extractd::json::toon {

// One document. Recursion is bounded by kMaxDepth (parse.h).
//
// A scope is what stands deeper than the line that opened it: its parent, whose column is the
// number of spaces before it. Strict reading wants exactly one unit more, lenient reading any
// number. The first member of an object in a list stands one unit behind its hyphen.
class Decoder {
 public:
  // `text` must outlive the documents of `out`.
  Decoder(std::string_view text, const DecodeOptions& options, Builder& out);

  // False: error() says why; the builder's content is worth nothing then.
  bool Read();
  const DecodeError& error() const { return error_; }
  RepairLog& log() { return log_; }

 private:
  using Column = std::ptrdiff_t;

  // One key or value, at its place in the text.
  struct Token {
    std::string_view text;
    size_t line;
  };
  // A line, or what stands behind a hyphen, at the column where it counts.
  struct Item {
    std::string_view content;
    Column column;
    size_t line;
    bool in_list = false;  // of a list: what it opens cannot go on at its own column
  };
  // A member whose name the object had already, until its new value is read.
  struct Duplicate {
    bool is = false;
    Value earlier = {};
    const Value* member = nullptr;
  };

  // Lines.
  const Line* Next(Column parent);
  bool Take(Item& item);
  bool CheckColumn(const Line& line, Column parent);
  Column ColumnOf(const Line& line) const;

  // Scopes.
  bool ReadRoot();
  bool IsLoneScalar() const;
  bool ReadRootEnd();
  bool ReadObject(Column parent, const Item* first);
  bool ReadMember(const Item& item);
  bool ReadPlainMember(const Item& item, size_t colon);
  bool ReadNested(const Item& opened);
  bool ReadHeaderValue(const Header& header, const Item& item);
  bool ReadInlineArray(const Header& header, size_t line);
  bool ReadList(std::optional<size_t> length, const Item& opened);
  bool ReadItem(const Item& item);
  bool ReadTable(const Header& header, const Item& item);
  bool IsRow(const Line& line, char delimiter) const;
  bool ReadKeyedTable(const Header& header, const Item& item);
  bool ReadEntry(const Header& header, const Item& item);
  bool ReadRow(const Header& header, Token row);
  bool ReadCells(const std::vector<Field>& fields, size_t& cell, size_t line);
  void SplitLeniently(const Header& header, std::string_view row);

  // Keys and values.
  bool ReadKey(Token key, Duplicate& duplicate);
  bool PutKey(std::string_view key, size_t line, Duplicate& duplicate);
  void EndDuplicate(const Duplicate& duplicate);
  bool ReadValue(Token token);
  bool ReadScalar(Token token);
  bool PutEmptyObject(size_t line);
  bool BeginObject(size_t line);
  bool BeginArray(size_t line);
  void EndObject();
  void EndArray();

  // What is not as it should be: false in strict reading, else a repair and true.
  bool Mend(std::string_view kind, RepairLog::Change change, Token at, std::string_view error);
  bool MendHeader(const Item& opened);
  bool MendLayout(Token at, std::string_view error);
  bool MendLength(size_t declared, size_t found, size_t line);
  bool Drop(Token dropped, std::string_view error);
  bool Fail(size_t line, std::string_view error);

  DecodeOptions options_;
  Column unit_;
  LineReader lines_;
  Builder& out_;
  RepairLog log_;
  DecodeError error_;
  size_t open_spans_ = 0;  // arrays and tables whose first item was read: no blank lines in them
  bool layout_mended_ = false;
  std::vector<std::string_view> cells_;
};

}  // namespace extractd::json::toon

#endif  // EXTRACTD_SERVER_JSON_TOON_DECODER_H_
