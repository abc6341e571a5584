#include "server/providers/credentials.h"

#include <optional>
#include <utility>
#include <vector>

#include <absl/strings/ascii.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/providers/auth/environment.h"
#include "server/providers/auth/signers.h"

namespace extractd::providers {
namespace {

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
  ASSIGN_OR_RETURN(std::string text, ReadSmallFile(path));
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
  if (!row.key_required || variables.empty() || !row.signer.empty()) return Secret();
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
  if (key.ok() && key->empty() && !row.signer.empty()) return SignerIsConfigured(row);
  return key.ok() && (!key->empty() || !row.key_required || row.key_variable.empty());
}

}  // namespace extractd::providers
