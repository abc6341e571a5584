// Environment variables for the length of a test. The rest of those that signers read are unset, so
// that no test sees the machine's own credentials.
#ifndef EXTRACTD_TESTS_UNIT_PROVIDERS_AUTH_VARIABLES_H_
#define EXTRACTD_TESTS_UNIT_PROVIDERS_AUTH_VARIABLES_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <unistd.h>

namespace extractd::providers::testing {

class Variables {
 public:
  Variables() : directory_(NewDirectory()) { Clear(); }
  ~Variables() {
    Clear();
    std::error_code error;
    std::filesystem::remove_all(directory_, error);
  }
  Variables(const Variables&) = delete;
  Variables& operator=(const Variables&) = delete;

  void Set(const char* name, const std::string& value) const { ::setenv(name, value.c_str(), 1); }
  // The path of a new file with this text.
  std::string File(std::string_view name, std::string_view text) const {
    const std::filesystem::path path = directory_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  const std::filesystem::path& directory() const { return directory_; }

 private:
  static std::filesystem::path NewDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "signers-XXXXXX").string();
    return ::mkdtemp(name.data());
  }
  void Clear() const {
    for (const char* name :
         {"GOOGLE_APPLICATION_CREDENTIALS",
          "GOOGLE_CLOUD_QUOTA_PROJECT",
          "CLOUDSDK_CONFIG",
          "GCE_METADATA_HOST",
          "NO_GCE_CHECK",
          "K_SERVICE",
          "AZURE_OPENAI_AD_TOKEN",
          "AZURE_TENANT_ID",
          "AZURE_CLIENT_ID",
          "AZURE_CLIENT_SECRET",
          "AZURE_FEDERATED_TOKEN_FILE",
          "AZURE_AUTHORITY_HOST",
          "AZURE_POD_IDENTITY_AUTHORITY_HOST",
          "IDENTITY_ENDPOINT",
          "IDENTITY_HEADER",
          "DATABRICKS_HOST",
          "DATABRICKS_CLIENT_ID",
          "DATABRICKS_CLIENT_SECRET"}) {
      ::unsetenv(name);
    }
    Set("HOME", directory_.string());
  }

  std::filesystem::path directory_;
};

}  // namespace extractd::providers::testing

#endif  // EXTRACTD_TESTS_UNIT_PROVIDERS_AUTH_VARIABLES_H_
