// ConfigFiles: reads the files that a configuration comes from, and remembers what they held.
#ifndef EXTRACTD_SERVER_SERVICE_CONFIGURATION_CONFIG_FILES_H_
#define EXTRACTD_SERVER_SERVICE_CONFIGURATION_CONFIG_FILES_H_

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace extractd {

class ConfigFiles {
 public:
  // The whole text of a file. InvalidArgument: it cannot be read, or is larger than 4 MiB; the
  // message is that, without the path.
  absl::StatusOr<std::string> Read(const std::string& path);
  // What a configuration comes from besides: counts as a file that was read now.
  void Add(std::string_view text);

  // Of all texts so far, in their order; where they were read from does not count. 32 hexadecimal
  // digits.
  std::string hash() const;

 private:
  std::string texts_;  // each behind its length
};

// As ConfigFiles::hash, of one text.
std::string ConfigHash(std::string_view text);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CONFIGURATION_CONFIG_FILES_H_
