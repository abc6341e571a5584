#include "server/service/callers/safe_file.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace extractd {
namespace {

constexpr off_t kMaxBytes = 1 << 20;
constexpr mode_t kForbidden = S_IWGRP | S_IRWXO;

absl::Status Problem(const std::string& path, const std::string& problem) {
  return absl::InvalidArgumentError(fmt::format("'{}' {}", path, problem));
}

class Descriptor {
 public:
  explicit Descriptor(const std::string& path)
      : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

absl::Status CheckOwners(const std::string& path, const struct stat& info) {
  if (info.st_uid != ::geteuid() && info.st_uid != 0) {
    return Problem(path, "belongs to another user: chown it to the user of the daemon, or root");
  }
  if ((info.st_mode & kForbidden) == 0) return absl::OkStatus();
  return Problem(
      path,
      fmt::format(
          "can be read by others or written by its group (mode {:04o}): chmod it to 0600, or 0440",
          info.st_mode & 07777U
      )
  );
}

}  // namespace

absl::StatusOr<std::string> ReadSafeFile(const std::string& path, Safety safety) {
  const Descriptor file(path);
  if (file.number() < 0) {
    return Problem(path, "cannot be opened: " + std::generic_category().message(errno));
  }
  struct stat info = {};
  if (::fstat(file.number(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return Problem(path, "is no regular file");
  }
  if (safety == Safety::kOwnersOnly) {
    absl::Status owners = CheckOwners(path, info);
    if (!owners.ok()) return owners;
  }
  if (info.st_size > kMaxBytes) return Problem(path, "is larger than 1 MiB");
  std::string text(static_cast<size_t>(kMaxBytes), '\0');
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t read = ::read(file.number(), text.data() + size, text.size() - size);
    if (read < 0) return Problem(path, "cannot be read");
    if (read == 0) break;
    size += static_cast<size_t>(read);
  }
  text.resize(size);
  return text;
}

std::string StampOf(const std::string& path) {
  struct stat info = {};
  if (path.empty() || ::stat(path.c_str(), &info) != 0) return "none";
  return fmt::format(
      "{}.{}.{}.{}.{}.{:o}",
      info.st_dev,
      info.st_ino,
      info.st_size,
      info.st_mtim.tv_sec,
      info.st_mtim.tv_nsec,
      info.st_mode
  );
}

}  // namespace extractd
