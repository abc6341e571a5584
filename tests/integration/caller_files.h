// CallerFiles: the files that say who may call, as an operator would make them, in a folder that
// goes with the object.
#ifndef EXTRACTD_TESTS_INTEGRATION_CALLER_FILES_H_
#define EXTRACTD_TESTS_INTEGRATION_CALLER_FILES_H_

#include <filesystem>
#include <string>
#include <string_view>

namespace extractd::integration {

class CallerFiles {
 public:
  CallerFiles();
  ~CallerFiles();
  CallerFiles(const CallerFiles&) = delete;
  CallerFiles& operator=(const CallerFiles&) = delete;

  // Writes or replaces a file, at once and whole. Its path.
  std::string Write(std::string_view name, std::string_view text, unsigned mode = 0600) const;

  // By `extractd token`.
  struct Token {
    std::string token = {};
    std::string line = {};
  };
  static Token NewToken(std::string_view principal);

  const std::filesystem::path& directory() const { return directory_; }

 private:
  std::filesystem::path directory_;
};

}  // namespace extractd::integration

#endif  // EXTRACTD_TESTS_INTEGRATION_CALLER_FILES_H_
