#include "server/json/toon/decoder.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "server/json/toon/scalar.h"

namespace extractd::json::toon {
namespace {

bool IsItem(std::string_view content) {
  return content == "-" || content.starts_with("- ");
}

// Holds a counter up while a scope is read.
class Span {
 public:
  explicit Span(size_t& open) : open_(open) {}
  ~Span() { open_ -= begun_ ? 1U : 0U; }
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;
  // After the first line of the scope; again for the others.
  void Begin() {
    if (!std::exchange(begun_, true)) ++open_;
  }

 private:
  size_t& open_;
  bool begun_ = false;
};

size_t FirstIndentation(std::string_view text, size_t otherwise) {
  for (LineReader lines(text); lines.next() != nullptr; lines.Advance()) {
    if (lines.next()->spaces > 0) return lines.next()->spaces;
  }
  return otherwise;
}

}  // namespace

Decoder::Decoder(std::string_view text, const DecodeOptions& options, Builder& out)
    : options_(options),
      unit_(static_cast<Column>(
          options.strict ? options.indent : FirstIndentation(text, options.indent)
      )),
      lines_(text),
      out_(out) {}

bool Decoder::Read() {
  return ReadRoot() && ReadRootEnd();
}

Decoder::Column Decoder::ColumnOf(const Line& line) const {
  return static_cast<Column>(line.spaces) + static_cast<Column>(line.tabs) * unit_;
}

// The next line if it belongs to the scope of `parent`.
const Line* Decoder::Next(Column parent) {
  const Line* line = lines_.next();
  return line != nullptr && ColumnOf(*line) > parent ? line : nullptr;
}

bool Decoder::CheckColumn(const Line& line, Column parent) {
  const Token at = {line.content, line.number};
  if (line.tabs > 0 && !MendLayout(at, "indentation is by spaces, not by tabs")) return false;
  if (ColumnOf(line) % unit_ != 0 &&
      !MendLayout(at, "the indentation is no multiple of the spaces a level")) {
    return false;
  }
  return ColumnOf(line) == parent + unit_ ||
         MendLayout(at, "the line stands deeper than what it could belong to");
}

// Moves past the next line, which is `item` then.
bool Decoder::Take(Item& item) {
  const Line& line = *lines_.next();
  if (line.after_blank && open_spans_ > 0 &&
      !MendLayout({line.content, line.number}, "an array holds a blank line")) {
    return false;
  }
  item = {line.content, ColumnOf(line), line.number};
  lines_.Advance();
  return true;
}

bool Decoder::ReadRoot() {
  const Line* line = lines_.next();
  if (line == nullptr) return PutEmptyObject(1);
  const Column parent = -unit_;
  const HeaderReading reading = ReadHeader(line->content, !options_.strict);
  const bool array = reading.header.has_value() && !reading.header->key.has_value();
  const bool plain = !reading.header.has_value() && reading.error.empty();
  if (array || line->content == "[]" || (plain && IsLoneScalar())) {
    Item item;
    if (!CheckColumn(*line, parent) || !Take(item)) return false;
    return array ? ReadHeaderValue(*reading.header, item) : ReadValue({item.content, item.line});
  }
  if (!options_.strict && IsItem(line->content)) {
    const Item opened = {.content = line->content, .column = parent, .line = line->number};
    return MendHeader(opened) && ReadList(std::nullopt, opened);
  }
  return ReadObject(parent, nullptr);
}

// The next line is the last one and has no colon.
bool Decoder::IsLoneScalar() const {
  LineReader ahead = lines_;
  ahead.Advance();
  const std::string_view content = lines_.next()->content;
  return ahead.next() == nullptr && FindUnquoted(content, ":") == content.size();
}

bool Decoder::ReadRootEnd() {
  while (lines_.next() != nullptr) {
    const Line& line = *lines_.next();
    if (!Drop({line.content, line.number}, "the document goes on behind its root")) return false;
    lines_.Advance();
  }
  return true;
}

// The members of the scope of `parent`; `first` is one that does not stand on a line of its own.
bool Decoder::ReadObject(Column parent, const Item* first) {
  if (!BeginObject(first != nullptr ? first->line : lines_.next()->number)) return false;
  if (first != nullptr && !ReadMember(*first)) return false;
  while (const Line* line = Next(parent)) {
    Item item;
    if (!CheckColumn(*line, parent) || !Take(item) || !ReadMember(item)) return false;
  }
  EndObject();
  return true;
}

bool Decoder::ReadMember(const Item& item) {
  const HeaderReading reading = ReadHeader(item.content, !options_.strict);
  if (reading.header.has_value() && reading.header->key.has_value()) {
    Duplicate duplicate;
    if (!PutKey(out_.CopyText(*reading.header->key), item.line, duplicate)) return false;
    if (!ReadHeaderValue(*reading.header, item)) return false;
    EndDuplicate(duplicate);
    return true;
  }
  const size_t colon = FindUnquoted(item.content, ":");
  const Token line = {item.content, item.line};
  if (colon == item.content.size()) return Drop(line, "a member has a colon behind its key");
  const bool keyless = reading.header.has_value();
  const std::string_view error =
      keyless ? "a header without a key stands only at the root or in a list" : reading.error;
  if (!error.empty()) {
    const RepairLog::Change change = {.before = RepairText(item.content)};
    if (!Mend(repair_kind::kToonHeader, change, line, error)) return false;
  }
  return ReadPlainMember(item, colon);
}

bool Decoder::ReadPlainMember(const Item& item, size_t colon) {
  Duplicate duplicate;
  const std::string_view key = TrimSpaces(item.content.substr(0, colon));
  if (!ReadKey({key, item.line}, duplicate)) return false;
  const std::string_view value = TrimSpaces(item.content.substr(colon + 1));
  bool read = false;
  if (value.empty()) {
    read = ReadNested(item);
  } else {
    read = ReadValue({value, item.line});
  }
  EndDuplicate(duplicate);
  return read;
}

// The value of a key with nothing behind its colon.
bool Decoder::ReadNested(const Item& opened) {
  const Line* line = lines_.next();
  const bool listed = line != nullptr && !options_.strict && IsItem(line->content) &&
                      ColumnOf(*line) >= opened.column;
  if (listed) {
    return MendHeader(opened) && ReadList(std::nullopt, opened);
  }
  if (Next(opened.column) != nullptr) return ReadObject(opened.column, nullptr);
  return PutEmptyObject(opened.line);
}

bool Decoder::ReadHeaderValue(const Header& header, const Item& item) {
  if (header.keyed) return ReadKeyedTable(header, item);
  if (!header.fields.empty()) return ReadTable(header, item);
  if (!header.rest.empty()) return ReadInlineArray(header, item.line);
  return ReadList(header.length, item);
}

bool Decoder::ReadInlineArray(const Header& header, size_t line) {
  if (!BeginArray(line)) return false;
  std::vector<std::string_view> cells;
  Split(header.rest, header.delimiter, cells);
  for (const std::string_view cell : cells) {
    log_.place().NextElement();
    if (!ReadScalar({cell, line})) return false;
  }
  EndArray();
  return MendLength(header.length, cells.size(), line);
}

// The items of an array, and how many were declared, if that is known. Leniently, those of a member
// may stand at its own column.
bool Decoder::ReadList(std::optional<size_t> length, const Item& opened) {
  if (!BeginArray(opened.line)) return false;
  const Column parent = opened.column;
  Span span(open_spans_);
  size_t found = 0;
  while (const Line* line = lines_.next()) {
    const bool flush =
        !options_.strict && !opened.in_list && ColumnOf(*line) == parent && IsItem(line->content);
    if (ColumnOf(*line) <= parent && !flush) break;
    if (!flush && !CheckColumn(*line, parent)) return false;
    if (!IsItem(line->content) &&
        !MendLayout({line->content, line->number}, "an item of a list begins with a hyphen")) {
      return false;
    }
    Item item;
    if (!Take(item)) return false;
    span.Begin();
    ++found;
    log_.place().NextElement();
    if (!ReadItem(item)) return false;
  }
  EndArray();
  return !length.has_value() || MendLength(*length, found, opened.line);
}

bool Decoder::ReadItem(const Item& item) {
  Item inner = item;
  if (IsItem(item.content)) {
    inner.content = TrimSpaces(item.content.substr(1));
    inner.column += unit_;
  }
  if (inner.content.empty()) {
    if (Next(item.column) != nullptr) return ReadObject(item.column, nullptr);
    return PutEmptyObject(item.line);
  }
  const HeaderReading reading = ReadHeader(inner.content, !options_.strict);
  if (reading.header.has_value() && !reading.header->key.has_value()) {
    const Token at = {inner.content, item.line};
    if (!reading.header->fields.empty() &&
        !MendLayout(at, "an item of a list is no table: a table there has a key")) {
      return false;
    }
    Item opened = item;
    opened.in_list = true;
    return ReadHeaderValue(*reading.header, opened);
  }
  const bool object =
      reading.header.has_value() || FindUnquoted(inner.content, ":") < inner.content.size();
  return object ? ReadObject(item.column, &inner) : ReadValue({inner.content, item.line});
}

// Strictly, a key before the first delimiter makes a member of a line at the place of a row.
bool Decoder::IsRow(const Line& line, char delimiter) const {
  if (!options_.strict) return true;
  const std::string wanted = {':', delimiter};
  const size_t at = FindUnquoted(line.content, wanted);
  return at == line.content.size() || line.content[at] != ':';
}

bool Decoder::ReadTable(const Header& header, const Item& opened) {
  if (!BeginArray(opened.line)) return false;
  Span span(open_spans_);
  size_t found = 0;
  while (const Line* line = Next(opened.column)) {
    if (!IsRow(*line, header.delimiter)) break;
    Item item;
    if (!CheckColumn(*line, opened.column) || !Take(item)) return false;
    span.Begin();
    ++found;
    log_.place().NextElement();
    if (!ReadRow(header, {item.content, item.line})) return false;
  }
  EndArray();
  return MendLength(header.length, found, opened.line);
}

bool Decoder::ReadKeyedTable(const Header& header, const Item& opened) {
  if (!BeginObject(opened.line)) return false;
  Span span(open_spans_);
  size_t found = 0;
  while (const Line* line = Next(opened.column)) {
    Item item;
    if (!CheckColumn(*line, opened.column) || !Take(item)) return false;
    span.Begin();
    ++found;
    if (!ReadEntry(header, item)) return false;
  }
  EndObject();
  return MendLength(header.length, found, opened.line);
}

bool Decoder::ReadEntry(const Header& header, const Item& item) {
  const size_t colon = FindUnquoted(item.content, ":");
  if (colon == item.content.size()) {
    return Drop({item.content, item.line}, "a row of a keyed table begins with a key and a colon");
  }
  Duplicate duplicate;
  if (!ReadKey({TrimSpaces(item.content.substr(0, colon)), item.line}, duplicate)) return false;
  const std::string_view row = TrimSpaces(item.content.substr(colon + 1));
  if (!ReadRow(header, {row, item.line})) return false;
  EndDuplicate(duplicate);
  return true;
}

// Cuts the row at another delimiter if only that one gives the cells that the header declares.
void Decoder::SplitLeniently(const Header& header, std::string_view row) {
  for (const char delimiter : {'|', '\t', ','}) {
    if (delimiter == header.delimiter) continue;
    std::vector<std::string_view> cells;
    Split(row, delimiter, cells);
    if (cells.size() != header.columns) continue;
    cells_ = std::move(cells);
    return;
  }
}

bool Decoder::ReadRow(const Header& header, Token row) {
  Split(row.text, header.delimiter, cells_);
  if (row.text.empty()) cells_.clear();
  if (cells_.size() != header.columns && !options_.strict) SplitLeniently(header, row.text);
  if (cells_.size() != header.columns) {
    const bool long_row = cells_.size() > header.columns;
    const std::string_view further =
        long_row
            ? row.text.substr(static_cast<size_t>(cells_[header.columns].data() - row.text.data()))
            : row.text;
    const RepairLog::Change change = {.before = RepairText(further), .lossless = false};
    const std::string error =
        fmt::format("a row has {} cells, its header {} columns", cells_.size(), header.columns);
    if (!Mend(repair_kind::kToonWidth, change, row, error)) return false;
  }
  size_t cell = 0;
  return ReadCells(header.fields, cell, row.line);
}

// An object of `fields` from the cells on from `cell`; fields without a cell are left out.
bool Decoder::ReadCells(const std::vector<Field>& fields, size_t& cell, size_t line) {
  if (!BeginObject(line)) return false;
  for (const Field& field : fields) {
    if (cell >= cells_.size()) break;
    Duplicate duplicate;
    if (!PutKey(out_.CopyText(field.name), line, duplicate)) return false;
    const bool read = field.fields.empty() ? ReadScalar({cells_[cell++], line})
                                           : ReadCells(field.fields, cell, line);
    if (!read) return false;
    EndDuplicate(duplicate);
  }
  EndObject();
  return true;
}

}  // namespace extractd::json::toon
