// What the tests of token sources share: an imposter that hands out tokens, a time that stands
// still, and an environment of their own.
#ifndef EXTRACTD_TESTS_UNIT_PROVIDERS_AUTH_SOURCE_FIXTURE_H_
#define EXTRACTD_TESTS_UNIT_PROVIDERS_AUTH_SOURCE_FIXTURE_H_

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "server/base/error.h"
#include "server/providers/auth/bearer_authorizer.h"
#include "tests/fakes/http_imposter.h"
#include "tests/fakes/run_task.h"
#include "tests/unit/providers/auth/variables.h"

namespace extractd::providers::testing {

template <class Source>
class SourceTest : public ::testing::Test {
 protected:
  static constexpr SystemTime kNow{std::chrono::seconds(1'795'237'200)};

  absl::StatusOr<Token> Fetch() {
    Source source(std::make_shared<const ProviderRow>(row_), client_, cache_);
    return fakes::Await(loop_, source.Fetch());
  }

  // The value of a metadata entry of a failed fetch; empty if it is no error of ours.
  static std::string MetadataOf(const absl::Status& status, std::string_view key) {
    const std::optional<ErrorDetails> details = DetailsOf(status);
    if (!details.has_value()) return {};
    for (const auto& [name, value] : details->metadata) {
      if (name == key) return value;
    }
    return {};
  }

  bool Told(std::string_view secret) const {
    return std::ranges::any_of(told_, [secret](const Secret& s) { return s.Reveal() == secret; });
  }

  // host:port
  std::string host() const { return imposter_.url().substr(std::string_view("http://").size()); }

  Variables variables_;
  fakes::HttpImposter imposter_;
  ProviderRow row_ = {
      .name = "acme",
      .base_url = imposter_.url() + "/serving-endpoints",
      .docs_url = "https://acme.example/docs"
  };
  std::vector<Secret> told_;
  TokenCache cache_{[this](const Secret& secret) { told_.push_back(secret); }, [] { return kNow; }};
  asio::io_context loop_{1};
  net::HttpClient client_{loop_.get_executor()};
};

inline bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace extractd::providers::testing

#endif  // EXTRACTD_TESTS_UNIT_PROVIDERS_AUTH_SOURCE_FIXTURE_H_
