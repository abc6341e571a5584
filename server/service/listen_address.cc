#include "server/service/listen_address.h"

#include <cstring>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace extractd {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";

// "unix:/path" and "unix:///path" → "/path"; empty for other addresses.
std::string SocketPath(std::string_view address) {
  if (!address.starts_with(kUnixPrefix)) return {};
  address.remove_prefix(kUnixPrefix.size());
  if (address.starts_with("//")) address.remove_prefix(2);
  return std::string(address);
}

bool SomebodyServes(const std::string& path) {
  sockaddr_un name = {};
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, path.c_str(), path.size() + 1);
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return false;
  const int connected = ::connect(probe, reinterpret_cast<const sockaddr*>(&name), sizeof(name));
  ::close(probe);
  return connected == 0;
}

}  // namespace

bool IsLocalAddress(const std::string& address) {
  if (address.starts_with(kUnixPrefix)) return true;
  const std::string_view text = address;
  const std::string_view host = text.substr(0, text.rfind(':'));
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

absl::Status PrepareAddress(const std::string& address) {
  const std::string path = SocketPath(address);
  if (path.empty()) return absl::OkStatus();
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return absl::InvalidArgumentError(fmt::format(
        "listen: the path '{}' is longer than {} bytes", path, sizeof(sockaddr_un::sun_path) - 1
    ));
  }
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  const auto status = std::filesystem::symlink_status(path, error);
  if (!std::filesystem::exists(status)) return absl::OkStatus();
  if (!std::filesystem::is_socket(status)) {
    return absl::InvalidArgumentError(fmt::format("listen: '{}' exists and is no socket", path));
  }
  if (SomebodyServes(path)) {
    return absl::AlreadyExistsError(fmt::format("listen: another process serves '{}'", path));
  }
  std::filesystem::remove(path, error);
  return absl::OkStatus();
}

}  // namespace extractd
