#include "server/plugins/trusted_path.h"

#include <filesystem>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/status_macros.h"

namespace extractd::plugins {
namespace {

absl::Status Unreadable(const std::filesystem::path& path, const std::error_code& error) {
  return absl::InvalidArgumentError(
      fmt::format("{}: cannot be read: {}", path.string(), error.message())
  );
}

absl::Status CheckOne(const std::filesystem::path& path) {
  struct stat facts = {};
  if (::stat(path.c_str(), &facts) != 0) {
    return Unreadable(path, std::error_code(errno, std::generic_category()));
  }
  if (facts.st_uid != 0 && facts.st_uid != ::geteuid()) {
    return absl::PermissionDeniedError(fmt::format(
        "{}: belongs to user {}, who could put any code there; give it to root (chown root)",
        path.string(),
        facts.st_uid
    ));
  }
  const bool sticky = S_ISDIR(facts.st_mode) && (facts.st_mode & S_ISVTX) != 0;
  if ((facts.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky) {
    return absl::PermissionDeniedError(fmt::format(
        "{}: others than its owner may write there, and so could put any code there; take that "
        "away (chmod go-w)",
        path.string()
    ));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckTrusted(const std::string& path) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(path, error);
  if (error) return Unreadable(path, error);
  for (std::filesystem::path at = real;; at = at.parent_path()) {
    RETURN_IF_ERROR(CheckOne(at));
    if (at == at.parent_path()) return absl::OkStatus();
  }
}

}  // namespace extractd::plugins
