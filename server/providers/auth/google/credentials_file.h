// Google's application default credentials: the file that says who we are, if there is one.
#ifndef EXTRACTD_SERVER_PROVIDERS_AUTH_GOOGLE_CREDENTIALS_FILE_H_
#define EXTRACTD_SERVER_PROVIDERS_AUTH_GOOGLE_CREDENTIALS_FILE_H_

#include <string>

#include <absl/status/statusor.h>

#include "server/json/value.h"

namespace extractd::providers::google {

// Where the file is.
struct FilePlace {
  std::string path = {};  // empty: neither the variable nor a home directory is set
  bool named = false;     // by GOOGLE_APPLICATION_CREDENTIALS: it must be there
};

// GOOGLE_APPLICATION_CREDENTIALS, else application_default_credentials.json in $CLOUDSDK_CONFIG or
// ~/.config/gcloud, where `gcloud auth application-default login` puts it.
FilePlace PlaceOfFile();

// The JSON object in it. NotFound and others: the message continues a sentence that names the file.
absl::StatusOr<json::Document> ReadFile(const std::string& path);

// This machine is Google's, as far as it says so itself: a metadata server can be expected.
bool RunsOnGoogle();
// Nobody wants the metadata server to be asked.
bool MetadataServerIsOff();

}  // namespace extractd::providers::google

#endif  // EXTRACTD_SERVER_PROVIDERS_AUTH_GOOGLE_CREDENTIALS_FILE_H_
