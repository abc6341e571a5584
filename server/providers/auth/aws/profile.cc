#include "server/providers/auth/aws/profile.h"

#include <utility>

#include <absl/strings/ascii.h>
#include <absl/strings/str_split.h>
#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/base/strings.h"
#include "server/providers/auth/environment.h"

namespace extractd::providers::aws {
namespace {

std::string PathOf(const std::string& variable, std::string_view file) {
  if (const auto path = Environment(variable)) return *path;
  const auto home = Environment("HOME");
  return home.has_value() ? fmt::format("{}/.aws/{}", *home, file) : "";
}

absl::StatusOr<std::map<std::string, ProfileSettings>> ReadSectionsOf(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadSmallFile(path);
  if (absl::IsNotFound(text.status())) return std::map<std::string, ProfileSettings>();
  if (!text.ok()) {
    return absl::FailedPreconditionError(
        fmt::format("the file '{}' {}", path, std::string(text.status().message()))
    );
  }
  return ReadProfileSections(*text);
}

void Join(
    const std::map<std::string, ProfileSettings>& sections,
    const std::string& name,
    Profile& profile
) {
  const auto section = sections.find(name);
  if (section == sections.end()) return;
  profile.found = true;
  for (const auto& [key, value] : section->second) profile.settings[key] = value;
}

}  // namespace

std::map<std::string, ProfileSettings> ReadProfileSections(std::string_view text) {
  std::map<std::string, ProfileSettings> sections;
  ProfileSettings* section = nullptr;
  for (const absl::string_view raw : absl::StrSplit(Absl(text), '\n')) {
    if (raw.empty() || absl::ascii_isspace(static_cast<unsigned char>(raw[0]))) continue;
    const std::string_view line = Std(absl::StripAsciiWhitespace(raw));
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line[0] == '[') {
      const size_t end = line.find(']');
      if (end == std::string_view::npos) continue;
      const absl::string_view name = absl::StripAsciiWhitespace(Absl(line.substr(1, end - 1)));
      section = &sections[std::string(name)];
      continue;
    }
    const size_t equals = line.find('=');
    if (section == nullptr || equals == std::string_view::npos) continue;
    const auto part = [](std::string_view piece) {
      return std::string(absl::StripAsciiWhitespace(Absl(piece)));
    };
    (*section)[ToLower(part(line.substr(0, equals)))] = part(line.substr(equals + 1));
  }
  return sections;
}

std::string Profile::Get(const std::string& key) const {
  const auto value = settings.find(key);
  return value == settings.end() ? std::string() : value->second;
}

absl::StatusOr<Profile> ReadProfile() {
  Profile profile;
  for (const char* variable : {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}) {
    const auto name = Environment(variable);
    if (profile.chosen || !name.has_value()) continue;
    profile.name = *name;
    profile.chosen = true;
  }
  ASSIGN_OR_RETURN(const auto config, ReadSectionsOf(PathOf("AWS_CONFIG_FILE", "config")));
  ASSIGN_OR_RETURN(
      const auto credentials, ReadSectionsOf(PathOf("AWS_SHARED_CREDENTIALS_FILE", "credentials"))
  );
  Join(config, fmt::format("profile {}", profile.name), profile);
  if (profile.name == "default") Join(config, profile.name, profile);
  Join(credentials, profile.name, profile);
  return profile;
}

std::string DefaultRegion() {
  for (const char* variable : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (const auto region = Environment(variable)) return *region;
  }
  const absl::StatusOr<Profile> profile = ReadProfile();
  return profile.ok() ? profile->Get("region") : "";
}

}  // namespace extractd::providers::aws
