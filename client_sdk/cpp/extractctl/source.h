// Where texts come from: an argument, files, or standard input.
#ifndef EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_SOURCE_H_
#define EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_SOURCE_H_

#include <optional>
#include <string>
#include <vector>

namespace extractd::ctl {

struct Source {
  std::string name;  // of the file; "-" for standard input, "text" for an argument
  std::string text;
};

// The whole of a file, or of standard input for "-". Nothing: said why on stderr.
std::optional<std::string> ReadFile(const std::string& path);

// `text` if it is set, else every file, else standard input. Nothing: said why on stderr.
std::optional<std::vector<Source>> ReadSources(
    const std::optional<std::string>& text, const std::vector<std::string>& files
);

}  // namespace extractd::ctl

#endif  // EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_SOURCE_H_
