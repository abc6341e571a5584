#include "server/providers/auth/google/credentials_file.h"

#include <utility>
#include <variant>

#include <absl/status/status.h>

#include "server/base/status_macros.h"
#include "server/base/strings.h"
#include "server/json/parse.h"
#include "server/providers/auth/environment.h"

namespace extractd::providers::google {
namespace {

constexpr const char* kFileName = "/application_default_credentials.json";
constexpr const char* kProductFile = "/sys/class/dmi/id/product_name";

}  // namespace

FilePlace PlaceOfFile() {
  if (auto named = Environment("GOOGLE_APPLICATION_CREDENTIALS")) return {*std::move(named), true};
  if (const auto config = Environment("CLOUDSDK_CONFIG")) return {*config + kFileName, false};
  if (const auto home = Environment("HOME")) return {*home + "/.config/gcloud" + kFileName, false};
  return {};
}

absl::StatusOr<json::Document> ReadFile(const std::string& path) {
  ASSIGN_OR_RETURN(std::string text, ReadSmallFile(path));
  json::ParseResult parsed = json::Parse(std::move(text));
  auto* document = std::get_if<json::Document>(&parsed);
  if (document == nullptr || !document->root().is_object()) {
    return absl::InvalidArgumentError("is not a JSON object");
  }
  return std::move(*document);
}

bool RunsOnGoogle() {
  if (Environment("GCE_METADATA_HOST").has_value() || Environment("K_SERVICE").has_value()) {
    return true;
  }
  const absl::StatusOr<std::string> product = ReadSmallFile(kProductFile);
  return product.ok() && product->starts_with("Google");
}

bool MetadataServerIsOff() {
  return ToLower(Environment("NO_GCE_CHECK").value_or("")) == "true";
}

}  // namespace extractd::providers::google
