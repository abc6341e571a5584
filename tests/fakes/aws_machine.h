// A machine without any AWS credentials, for the life of the object, on which tests set up their
// own.
#ifndef EXTRACTD_TESTS_FAKES_AWS_MACHINE_H_
#define EXTRACTD_TESTS_FAKES_AWS_MACHINE_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <unistd.h>

namespace extractd::fakes {

class AwsMachine {
 public:
  AwsMachine() {
    std::string pattern = (std::filesystem::temp_directory_path() / "aws-XXXXXX").string();
    home_ = mkdtemp(pattern.data());
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string_view text = *entry;
      if (text.starts_with("AWS_")) Keep(std::string(text.substr(0, text.find('='))));
    }
    for (const auto& [name, value] : before_) unsetenv(name.c_str());
    Set("HOME", home_.string());
    Set("AWS_EC2_METADATA_DISABLED", "true");
  }
  ~AwsMachine() {
    for (const auto& [name, value] : before_) {
      if (value.has_value()) {
        setenv(name.c_str(), value->c_str(), 1);
      } else {
        unsetenv(name.c_str());
      }
    }
    std::error_code ignored;
    std::filesystem::remove_all(home_, ignored);
  }
  AwsMachine(const AwsMachine&) = delete;
  AwsMachine& operator=(const AwsMachine&) = delete;

  void Set(const std::string& name, const std::string& value) {
    Keep(name);
    setenv(name.c_str(), value.c_str(), 1);
  }

  // A file below the home directory; its path.
  std::string Write(const std::string& name, std::string_view text) {
    const std::filesystem::path path = home_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

 private:
  void Keep(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    before_.try_emplace(name, value == nullptr ? std::nullopt : std::optional<std::string>(value));
  }

  std::filesystem::path home_;
  std::map<std::string, std::optional<std::string>> before_;  // absent: was not set
};

}  // namespace extractd::fakes

#endif  // EXTRACTD_TESTS_FAKES_AWS_MACHINE_H_
