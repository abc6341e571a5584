#include "server/providers/credentials.h"

#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include <absl/strings/ascii.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "server/base/error.h"

namespace extractd::providers {
namespace {

std::optional<std::string> Environment(const std::string& name) {
  if (name.empty()) return std::nullopt;
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): never set here
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

absl::Status Missing(const ProviderRow& row, std::string_view problem) {
  return MakeError(
      {.reason = Reason::kCredentialsMissing,
       .metadata =
           {{"provider", row.name}, {"variable", row.key_variable}, {"docs_url", row.docs_url}}},
      fmt::format("no key for provider '{}': {}", row.name, problem)
  );
}

// In the order in which they are read.
std::vector<std::string> KeyVariables(const ProviderRow& row) {
  if (row.key_variable.empty()) return {};
  std::vector<std::string> variables = {row.key_variable};
  variables.insert(variables.end(), row.other_key_variables.begin(), row.other_key_variables.end());
  return variables;
}

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError("cannot be opened");
  std::string text(Credentials::kMaxKeyBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > Credentials::kMaxKeyBytes) {
    return absl::ResourceExhaustedError(
        fmt::format("is larger than {} bytes", Credentials::kMaxKeyBytes)
    );
  }
  absl::StripAsciiWhitespace(&text);
  if (text.empty()) return absl::NotFoundError("is empty");
  // A header cannot carry it, and a line break would end the header.
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x21 || c == '\x7F') {
      return absl::InvalidArgumentError("holds spaces or control characters");
    }
  }
  return text;
}

}  // namespace

Credentials::Credentials(std::function<void(const Secret& key)> on_key)
    : on_key_(std::move(on_key)) {}

absl::StatusOr<Secret> Credentials::ReadFile(const std::string& path) {
  const auto now = std::chrono::steady_clock::now();
  const absl::MutexLock lock(&mutex_);
  const auto known = files_.find(path);
  if (known != files_.end() && now - known->second.checked < kFileCheckInterval) {
    return known->second.key;
  }
  std::error_code error;
  const auto changed = std::filesystem::last_write_time(path, error);
  if (known != files_.end() && !error && known->second.changed == changed) {
    known->second.checked = now;
    return known->second.key;
  }
  absl::StatusOr<std::string> text = ReadWhole(path);
  if (!text.ok()) {
    files_.erase(path);
    return text.status();
  }
  KeyFile& entry = files_[path];
  entry = {.key = Secret(*std::move(text)), .changed = changed, .checked = now};
  return entry.key;
}

absl::StatusOr<Secret> Credentials::FindKey(const ProviderRow& row) {
  std::string file = row.key_file;
  const std::vector<std::string> variables = KeyVariables(row);
  for (auto name = variables.begin(); name != variables.end() && file.empty(); ++name) {
    if (std::optional<std::string> key = Environment(*name)) return Secret(*std::move(key));
    file = Environment(*name + "_FILE").value_or("");
  }
  if (!file.empty()) {
    absl::StatusOr<Secret> key = ReadFile(file);
    if (key.ok()) return key;
    return Missing(row, fmt::format("its file '{}' {}", file, std::string(key.status().message())));
  }
  if (!row.key_required || variables.empty()) return Secret();
  return Missing(
      row,
      fmt::format(
          "set the environment variable {}, or {}_FILE to a file",
          fmt::join(variables, " or "),
          row.key_variable
      )
  );
}

absl::StatusOr<Secret> Credentials::KeyOf(const ProviderRow& row) {
  absl::StatusOr<Secret> key = FindKey(row);
  if (!key.ok() || key->empty()) return key;
  {
    const absl::MutexLock lock(&mutex_);
    Secret& seen = seen_[row.name];
    if (seen == *key) return key;
    seen = *key;
  }
  on_key_(*key);
  return key;
}

bool Credentials::IsConfigured(const ProviderRow& row) {
  const absl::StatusOr<Secret> key = KeyOf(row);
  return key.ok() && (!key->empty() || !row.key_required || row.key_variable.empty());
}

}  // namespace extractd::providers
