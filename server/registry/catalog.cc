#include "server/registry/catalog.h"

#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/json/read.h"

namespace extractd {
namespace {

constexpr size_t kMaxNameBytes = 64;

bool IsName(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNameBytes && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
}

bool IsUsableUrl(std::string_view url) {
  const bool variable = url.starts_with("${");
  return (variable || url.starts_with("http://") || url.starts_with("https://")) &&
         !url.ends_with('/');
}

// The dialect of what stands at a row's responses_path.
constexpr std::string_view kResponsesDialect = "openai_responses";

// The one in which the mode is asked for; empty: the provider speaks none that fits.
std::string_view DialectFor(const ProviderRow& row, const ModeTraits& mode) {
  if (mode.dialect.empty() || mode.dialect == row.dialect) return row.dialect;
  const bool second = mode.dialect == kResponsesDialect && !row.responses_path.empty();
  return second ? kResponsesDialect : std::string_view();
}

absl::Status Wrong(const ProviderRow& row, std::string_view field, std::string_view problem) {
  return absl::InvalidArgumentError(fmt::format("provider '{}': {}: {}", row.name, field, problem));
}

absl::Status CheckModes(const ProviderRow& row) {
  if (row.modes.empty()) return Wrong(row, "modes", "at least one is needed");
  for (const std::string& mode : row.modes) {
    const ModeHandler* handler = FindModeHandler(mode);
    if (handler == nullptr) {
      return Wrong(row, "modes", fmt::format("there is no mode '{}'", mode));
    }
    if (DialectFor(row, handler->traits()).empty()) {
      return Wrong(row, "modes", fmt::format("mode '{}' needs responses_path", mode));
    }
  }
  return absl::OkStatus();
}

}  // namespace

Catalog::Catalog(Registry& registry, DialectTable dialects, std::vector<ModelFamily> families)
    : registry_(registry), dialects_(dialects) {
  for (ModelFamily& family : families) families_[family.provider].push_back(std::move(family));
  const auto length = [](const ModelFamily& family) { return family.prefix.size(); };
  for (auto& [provider, rows] : families_) {
    std::ranges::sort(rows, std::ranges::greater(), length);
  }
}

absl::Status Catalog::Check(const ProviderRow& row) const {
  if (!IsName(row.name)) return Wrong(row, "name", "use 1 to 64 of a-z 0-9 _ - .");
  for (const std::string& alias : row.aliases) {
    if (!IsName(alias)) return Wrong(row, "aliases", "use 1 to 64 of a-z 0-9 _ - . each");
  }
  if (dialects_(row.dialect) == nullptr) {
    return Wrong(row, "dialect", fmt::format("there is no dialect '{}'", row.dialect));
  }
  if (!IsUsableUrl(row.base_url)) {
    return Wrong(row, "base_url", "must begin with http:// or https:// and not end with /");
  }
  RETURN_IF_ERROR(CheckModes(row));
  for (const auto& [field, text] :
       {std::pair("body", &row.body), std::pair("responses_body", &row.responses_body)}) {
    if (!text->empty() && !json::IsJsonObject(*text))
      return Wrong(row, field, "must be a JSON object");
  }
  return absl::OkStatus();
}

absl::Status Catalog::CheckNames(const ProviderRow& row) const {
  const auto taken = [&row](std::string_view name) {
    return absl::AlreadyExistsError(
        fmt::format("provider '{}': the name '{}' belongs to another provider", row.name, name)
    );
  };
  if (aliases_.contains(row.name)) return taken(row.name);
  for (const std::string& alias : row.aliases) {
    const auto owner = aliases_.find(alias);
    if (rows_.contains(alias) || (owner != aliases_.end() && owner->second != row.name)) {
      return taken(alias);
    }
  }
  return absl::OkStatus();
}

absl::Status Catalog::Put(ProviderRow row) {
  RETURN_IF_ERROR(Check(row));
  const auto kept = std::make_shared<const ProviderRow>(std::move(row));
  {
    const absl::MutexLock lock(&mutex_);
    RETURN_IF_ERROR(CheckNames(*kept));
    absl::erase_if(aliases_, [&kept](const auto& alias) { return alias.second == kept->name; });
    for (const std::string& alias : kept->aliases) aliases_[alias] = kept->name;
    rows_[kept->name] = kept;
  }
  RegisterModes(kept);
  return absl::OkStatus();
}

// Registers the new modes before it removes the old ones, so that a call never finds a gap.
void Catalog::RegisterModes(const std::shared_ptr<const ProviderRow>& row) {
  const std::vector<std::string> before = registry_.ModesOf(row->name);
  for (const std::string& mode : row->modes) {
    Registration::Loader loader = [row, mode, dialects = dialects_]() -> absl::StatusOr<Handler> {
      const ModeHandler* handler = FindModeHandler(mode);
      return Handler{
          .row = row,
          .mode = handler,
          .dialect = dialects(DialectFor(*row, handler->traits())),
          .responses = row->responses_path.empty() ? nullptr : dialects(kResponsesDialect),
      };
    };
    // Cannot fail: a loader is given, and an earlier registration may be replaced.
    registry_.Register(row->name, mode, {.loader = std::move(loader), .replace = true})
        .IgnoreError();
  }
  for (const std::string& mode : before) {
    if (std::ranges::find(row->modes, mode) == row->modes.end()) {
      registry_.Unregister(row->name, mode).IgnoreError();
    }
  }
}

absl::Status Catalog::Remove(std::string_view name) {
  {
    const absl::MutexLock lock(&mutex_);
    const auto row = rows_.find(name);
    if (row == rows_.end()) {
      return absl::NotFoundError(fmt::format("there is no provider '{}'", name));
    }
    rows_.erase(row);
    absl::erase_if(aliases_, [name](const auto& alias) { return alias.second == name; });
  }
  registry_.UnregisterProvider(name);
  return absl::OkStatus();
}

std::shared_ptr<const ProviderRow> Catalog::Find(std::string_view name) const {
  const absl::ReaderMutexLock lock(&mutex_);
  auto row = rows_.find(name);
  if (row != rows_.end()) return row->second;
  const auto alias = aliases_.find(name);
  if (alias == aliases_.end()) return nullptr;
  row = rows_.find(alias->second);
  return row == rows_.end() ? nullptr : row->second;
}

std::vector<std::shared_ptr<const ProviderRow>> Catalog::Rows() const {
  std::vector<std::shared_ptr<const ProviderRow>> rows;
  {
    const absl::ReaderMutexLock lock(&mutex_);
    for (const auto& [name, row] : rows_) rows.push_back(row);
  }
  std::ranges::sort(rows, {}, [](const auto& row) { return row->name; });
  return rows;
}

const ModelFamily& Catalog::FamilyOf(std::string_view provider, std::string_view model) const {
  static const ModelFamily kUnknown;
  for (const std::string_view owner : {provider, std::string_view()}) {
    const auto rows = families_.find(owner);
    if (rows == families_.end()) continue;
    const auto family = std::ranges::find_if(rows->second, [model](const ModelFamily& row) {
      return model.starts_with(row.prefix);
    });
    if (family != rows->second.end()) return *family;
  }
  return kUnknown;
}

}  // namespace extractd
