// Profiles: the named sections of ~/.aws/credentials and ~/.aws/config.
#ifndef EXTRACTD_SERVER_PROVIDERS_AUTH_AWS_PROFILE_H_
#define EXTRACTD_SERVER_PROVIDERS_AUTH_AWS_PROFILE_H_

#include <map>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace extractd::providers::aws {

// The settings of one profile, by name in lower case.
using ProfileSettings = std::map<std::string, std::string>;

// Sections by the name between the brackets, in INI form: "[name]", "key = value", comments from #
// or ;. Lines that begin with a blank belong to nested settings, which nobody here needs.
std::map<std::string, ProfileSettings> ReadProfileSections(std::string_view text);

// Which one counts: AWS_PROFILE, AWS_DEFAULT_PROFILE, or "default".
struct Profile {
  std::string name = "default";
  bool chosen = false;            // by a variable
  ProfileSettings settings = {};  // of both files; those of the credentials file win
  bool found = false;
  std::string Get(const std::string& key) const;
};

// Reads both files, at AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE or in ~/.aws. A file that is
// not there is an empty one. FailedPrecondition: a file is too large.
absl::StatusOr<Profile> ReadProfile();

// AWS_REGION, AWS_DEFAULT_REGION, the profile's region; empty: none is set.
std::string DefaultRegion();

}  // namespace extractd::providers::aws

#endif  // EXTRACTD_SERVER_PROVIDERS_AUTH_AWS_PROFILE_H_
