#include "tests/integration/caller_files.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>

#include <fmt/format.h>
#include <sys/stat.h>

#include "tests/fakes/daemon_process.h"

namespace extractd::integration {

CallerFiles::CallerFiles() {
  std::string path = (std::filesystem::temp_directory_path() / "callers-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) std::abort();
  directory_ = path;
}

CallerFiles::~CallerFiles() {
  std::error_code error;
  std::filesystem::remove_all(directory_, error);
}

std::string CallerFiles::Write(std::string_view name, std::string_view text, unsigned mode) const {
  const std::filesystem::path made = directory_ / "next";
  const std::filesystem::path path = directory_ / name;
  std::ofstream(made) << text;
  ::chmod(made.c_str(), mode);
  std::filesystem::rename(made, path);
  return path;
}

CallerFiles::Token CallerFiles::NewToken(std::string_view principal) {
  const std::string command =
      fmt::format("'{}' token {}", fakes::DaemonBinary().string(), principal);
  const std::unique_ptr<FILE, decltype(&::pclose)> output(::popen(command.c_str(), "r"), &::pclose);
  std::array<char, 1024> buffer = {};
  const size_t size = std::fread(buffer.data(), 1, buffer.size(), output.get());
  std::istringstream lines(std::string(buffer.data(), size));
  Token token;
  std::getline(lines, token.token);
  std::getline(lines, token.line);
  token.line += "\n";
  return token;
}

}  // namespace extractd::integration
