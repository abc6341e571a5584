// The fixture of what every field of a request does, see request_fields_test.cc.
#ifndef EXTRACTD_TESTS_INTEGRATION_REQUEST_FIELDS_H_
#define EXTRACTD_TESTS_INTEGRATION_REQUEST_FIELDS_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/integration/support.h"

namespace extractd::integration {

class RequestFieldsTest : public DaemonTest {
 protected:
  using Change = std::function<void(v1::ExtractRequest&)>;
  using Replies = std::vector<fakes::ScriptedReply>;

  v1::RenderResponse Rendered(const v1::ExtractRequest& request) {
    v1::RenderRequest render;
    *render.mutable_request() = as_tool_ ? AsTool(request) : request;
    const auto result = client->Render(render);
    EXPECT_TRUE(result.ok()) << result.failure().message;
    return result.ok() ? *result : v1::RenderResponse();
  }

  // With the schema as that of a tool.
  static v1::ExtractRequest AsTool(v1::ExtractRequest request) {
    v1::Tool& tool = *request.add_tools();
    tool.set_name("tool_7");
    *tool.mutable_schema() = request.schema();
    request.clear_schema();
    return request;
  }

  static v1::ExtractRequest Changed(
      const Change& change, v1::ExtractRequest request = PersonRequest()
  ) {
    change(request);
    return request;
  }

  // The change is seen in the bytes that a provider gets, which hold `text`.
  void SeenOnTheWire(const Change& change, std::string_view text) {
    const v1::RenderResponse before = Rendered(PersonRequest());
    const v1::RenderResponse after = Rendered(Changed(change));
    EXPECT_NE(before.body() + before.url(), after.body() + after.url());
    EXPECT_NE((after.body() + after.url()).find(text), std::string::npos) << after.body();
  }

  v1::ExtractResponse Extracted(const Replies& replies, const v1::ExtractRequest& request) {
    Script(replies);
    const auto result = client->Extract(request);
    EXPECT_TRUE(result.ok()) << result.failure().message;
    return result.ok() ? *result : v1::ExtractResponse();
  }

  Failure Refused(const Replies& replies, const v1::ExtractRequest& request) {
    Script(replies);
    const auto result = client->Extract(request);
    EXPECT_FALSE(result.ok());
    return result.ok() ? Failure{} : result.failure();
  }

  // Attempts of a call that fails by `reply` again and again.
  int AttemptsAgainst(const fakes::ScriptedReply& reply, const Change& change) {
    const Failure failure = Refused({reply}, Changed(change));
    return failure.extraction.has_value() ? failure.extraction->attempts_size() : 0;
  }

  // The second attempt's wait.
  int SecondWait(const Change& change, int failures = 1) {
    Replies replies(static_cast<size_t>(failures), ErrorReply(500));
    replies.push_back(ToolAnswer(kAda));
    const v1::ExtractResponse response = Extracted(replies, Changed([&](auto& r) {
                                                     r.mutable_retry()->set_backoff_jitter(0);
                                                     r.mutable_retry()->set_initial_backoff_ms(40);
                                                     change(r);
                                                   }));
    return response.attempts_size() > failures ? response.attempts(failures).backoff_ms() : -1;
  }

  // Until the named timer ended the only attempt.
  void EndsInPhase(
      const fakes::ScriptedReply& reply, const Change& change, std::string_view phase
  ) {
    const Failure failure = Refused({reply}, Changed([&](auto& r) {
                                      r.mutable_retry()->set_max_transport_retries(0);
                                      change(r);
                                    }));
    EXPECT_EQ(failure.reason, "DEADLINE");
    EXPECT_EQ(failure.metadata.at("phase"), phase);
  }

  using Probe = std::function<void()>;
  void AddTargetProbes(std::map<std::string, Probe>& probes);
  void AddExampleProbes(std::map<std::string, Probe>& probes);
  // Of what was added so far for `schema`.
  void AddToolProbes(std::map<std::string, Probe>& probes);
  void AddMediaProbes(std::map<std::string, Probe>& probes);
  void AddChatProbes(std::map<std::string, Probe>& probes);
  void AddGenerationProbes(std::map<std::string, Probe>& probes);
  void AddRetryProbes(std::map<std::string, Probe>& probes);
  void AddTurnProbes(std::map<std::string, Probe>& probes);
  void AddPriorityProbe(std::map<std::string, Probe>& probes);
  void AddValidationProbes(std::map<std::string, Probe>& probes);
  void AddRoutingProbes(std::map<std::string, Probe>& probes);

  bool as_tool_ = false;
};

}  // namespace extractd::integration

#endif  // EXTRACTD_TESTS_INTEGRATION_REQUEST_FIELDS_H_
