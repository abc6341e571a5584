#include "extractctl/source.h"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>

#include <fmt/format.h>

namespace extractd::ctl {

std::optional<std::string> ReadFile(const std::string& path) {
  if (path == "-") {
    return std::string(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    fmt::print(stderr, "extractctl: cannot read '{}'\n", path);
    return std::nullopt;
  }
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

std::optional<std::vector<Source>> ReadSources(
    const std::optional<std::string>& text, const std::vector<std::string>& files
) {
  if (text.has_value()) return std::vector<Source>{{"text", *text}};
  const std::vector<std::string> names = files.empty() ? std::vector<std::string>{"-"} : files;
  std::vector<Source> sources;
  for (const std::string& name : names) {
    std::optional<std::string> content = ReadFile(name);
    if (!content.has_value()) return std::nullopt;
    sources.push_back({name, *std::move(content)});
  }
  return sources;
}

}  // namespace extractd::ctl
