// Policies that make no sense, in calls and in the configuration: each is refused by its name, and
// the daemon serves on with what it had.
#include <csignal>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

class BadPoliciesTest : public DaemonTest {};

TEST_F(BadPoliciesTest, APolicyOfACallThatMakesNoSenseIsRefusedByItsField) {
  Start();
  Script({ToolAnswer(kAda)});
  struct Case {
    std::string field;
    std::function<void(v1::ExtractRequest&)> change;
  };
  const std::vector<Case> cases = {
      {"retry.max_attempts", [](auto& r) { r.mutable_retry()->set_max_attempts(0); }},
      {"retry.max_attempts", [](auto& r) { r.mutable_retry()->set_max_attempts(-1); }},
      {"retry.max_reasks", [](auto& r) { r.mutable_retry()->set_max_reasks(-1); }},
      {"retry.max_transport_retries",
       [](auto& r) { r.mutable_retry()->set_max_transport_retries(-1); }},
      {"retry.initial_backoff_ms", [](auto& r) { r.mutable_retry()->set_initial_backoff_ms(-5); }},
      {"retry.max_backoff_ms", [](auto& r) { r.mutable_retry()->set_max_backoff_ms(0); }},
      {"retry.backoff_multiplier", [](auto& r) { r.mutable_retry()->set_backoff_multiplier(0.5); }},
      {"retry.backoff_jitter", [](auto& r) { r.mutable_retry()->set_backoff_jitter(-0.1); }},
      {"retry.attempt_timeout_ms", [](auto& r) { r.mutable_retry()->set_attempt_timeout_ms(0); }},
      {"retry.first_token_timeout_ms",
       [](auto& r) { r.mutable_retry()->set_first_token_timeout_ms(-1); }},
      {"retry.idle_timeout_ms", [](auto& r) { r.mutable_retry()->set_idle_timeout_ms(0); }},
      {"retry.retry_on",
       [](auto& r) { r.mutable_retry()->add_retry_on(v1::RETRY_CONDITION_UNSPECIFIED); }},
      {"retry.reask_strategy",
       [](auto& r) { r.mutable_retry()->set_reask_strategy(static_cast<v1::ReaskStrategy>(9)); }},
      {"retry.on_truncated",
       [](auto& r) { r.mutable_retry()->set_on_truncated(static_cast<v1::OnTruncated>(9)); }},
      {"priority", [](auto& r) { r.set_priority(static_cast<v1::Priority>(9)); }},
      {"generation.max_output_tokens",
       [](auto& r) { r.mutable_generation()->set_max_output_tokens(0); }},
      {"routing.fallbacks[0]",
       [](auto& r) {
         r.set_model("acme/acme-1");
         r.mutable_routing()->add_fallbacks()->set_model("acme/acme-1");
       }},
  };
  for (const Case& bad : cases) {
    SCOPED_TRACE(bad.field);
    v1::ExtractRequest request = PersonRequest();
    bad.change(request);
    const auto refused = client->Extract(request);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.failure().code, grpc::StatusCode::INVALID_ARGUMENT);
    ASSERT_FALSE(refused.failure().bad_fields.empty());
    EXPECT_EQ(refused.failure().bad_fields[0].field, bad.field);
  }
  EXPECT_TRUE(acme.requests().empty()) << "nothing was sent";
  EXPECT_TRUE(client->Extract(PersonRequest()).ok());
}

TEST_F(BadPoliciesTest, AConfigurationThatMakesNoSenseIsNotPutIntoForce) {
  Start();
  Script({ToolAnswer(kAda)});
  for (const std::string bad :
       {"max_attempts: 0\n",
        "max_reasks: -1\n",
        "initial_backoff_ms: -5\n",
        "max_in_flight: 0\n",
        "queue_timeout_ms: -1\n",
        "retry_budget_percent: 101\n",
        "retry_on: nothing\n"}) {
    SCOPED_TRACE(bad);
    daemon->Rewrite(Yaml(bad, ""));
    daemon->Signal(SIGHUP);
    EXPECT_TRUE(daemon->WaitForLog(bad.substr(0, bad.find(':'))));
    EXPECT_TRUE(client->Extract(PersonRequest()).ok()) << "with what it had";
  }
  EXPECT_EQ(daemon->Metric("extractd_config_last_reload_successful"), 0);
}

}  // namespace
}  // namespace extractd::integration
