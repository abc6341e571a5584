#include "tests/fakes/capture.h"

#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>

#include "tests/fakes/test_settings.h"

namespace extractd::fakes {
namespace {

constexpr std::uintmax_t kMaxBytes = std::uintmax_t{64} << 20U;

const std::string& Folder() {
  static const std::string folder = [] {
    const char* const value = Setting("EXTRACTD_CAPTURE_DIR");
    return std::string(value == nullptr ? "" : value);
  }();
  return folder;
}

}  // namespace

bool Captures() {
  return !Folder().empty();
}

void Capture(std::string_view name, std::string_view text) {
  if (!Captures() || text.empty()) return;
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  const std::filesystem::path path = std::filesystem::path(Folder()) / name;
  std::error_code error;
  std::filesystem::create_directories(Folder(), error);
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (!error && size > kMaxBytes) return;
  std::ofstream(path, std::ios::binary | std::ios::app) << text << '\n';
}

}  // namespace extractd::fakes
