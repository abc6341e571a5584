#include "server/json/tolerant/repair_log.h"

#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "server/base/utf8.h"
#include "server/json/pointer.h"

namespace extractd::json {

std::string Place::ContainerPointer() const {
  return Pointer(steps_.empty() ? 0 : steps_.size() - 1);
}

std::string Place::ChildPointer() const {
  return Pointer(steps_.size());
}

std::string Place::Pointer(size_t steps) const {
  std::string pointer;
  for (size_t i = 0; i < steps && steps_[i].children > 0; ++i) {
    const size_t parent_size = pointer.size();
    if (!steps_[i].object) {
      AppendToken(steps_[i].children - 1, pointer);
    } else if (steps_[i].key.size() <= kMaxRepairPathBytes) {
      AppendToken(steps_[i].key, pointer);
    }
    if (pointer.size() == parent_size || pointer.size() > kMaxRepairPathBytes) {
      pointer.resize(parent_size);
      break;
    }
  }
  return IsValidUtf8(pointer) ? pointer : ReplaceInvalidUtf8(pointer);
}

void RepairLog::AddToChild(std::string_view kind, Change change) {
  Add(place_.ChildPointer(), kind, std::move(change));
}

void RepairLog::AddToContainer(std::string_view kind, Change change) {
  Add(place_.ContainerPointer(), kind, std::move(change));
}

void RepairLog::Add(std::string path, std::string_view kind, Change change) {
  if (overflows()) return;
  repairs_.push_back(
      {.path = std::move(path),
       .kind = std::string(kind),
       .before = std::move(change.before),
       .after = std::move(change.after),
       .lossless = change.lossless}
  );
}

bool RepairLog::overflows() const {
  return repairs_.size() > kMaxRepairs;
}

std::vector<Repair> RepairLog::Take() {
  return std::exchange(repairs_, {});
}

void RepairLog::Clear() {
  place_.Clear();
  repairs_.clear();
}

std::string RepairText(std::string_view text) {
  const std::string_view cut = CutUtf8(text, kMaxRepairTextBytes);
  if (IsValidUtf8(cut)) return std::string(cut);
  std::string shown;
  while (!text.empty()) {
    const size_t before = shown.size();
    const size_t size = DecodeUtf8(text).size;
    if (size > 0) {
      shown += text.substr(0, size);
    } else {
      fmt::format_to(std::back_inserter(shown), "\\x{:02X}", static_cast<unsigned char>(text[0]));
    }
    if (shown.size() > kMaxRepairTextBytes) {
      shown.resize(before);
      break;
    }
    text.remove_prefix(size > 0 ? size : 1);
  }
  return shown;
}

}  // namespace extractd::json
