// No field of a request is accepted and ignored: for each there is a probe that sets it and sees
// what it does. A field that is added to the API without a probe fails here.
#include "tests/integration/request_fields.h"

#include <functional>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

namespace extractd::integration {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// "retry.max_attempts", "messages.parts.text" …
void CollectFields(
    const Descriptor& message, const std::string& prefix, std::set<std::string>& out
) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    const std::string path = prefix + field.name();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      CollectFields(*field.message_type(), path + ".", out);
    } else {
      out.insert(path);
    }
  }
}

}  // namespace

void RequestFieldsTest::AddTargetProbes(std::map<std::string, Probe>& probes) {
  probes["model"] = [this] {
    SeenOnTheWire([](auto& r) { r.set_model("acme/acme-9"); }, R"("model":"acme-9")");
  };
  probes["provider"] = [this] {
    SeenOnTheWire(
        [](auto& r) {
          r.set_provider("llamacpp");
          r.set_model("some/model");
        },
        R"("model":"some/model")"
    );
  };
  probes["mode"] = [this] {
    SeenOnTheWire([](auto& r) { r.set_mode(v1::MODE_JSON); }, "json_object");
  };
  probes["mode_name"] = [this] {
    SeenOnTheWire([](auto& r) { r.set_mode_name("json_schema"); }, "json_schema");
  };
  probes["schema.json_schema"] = [this] {
    SeenOnTheWire(
        [](auto& r) {
          r.mutable_schema()->set_json_schema(R"({"type":"object","description":"T7"})");
        },
        "T7"
    );
  };
  probes["schema.schema_id"] = [this] {
    v1::RegisterSchemaRequest request;
    request.mutable_schema()->set_json_schema(R"({"type":"object","description":"Registered"})");
    request.set_name("kept");
    const auto registered = client->RegisterSchema(request);
    ASSERT_TRUE(registered.ok()) << registered.failure().message;
    SeenOnTheWire([](auto& r) { r.mutable_schema()->set_schema_id("kept"); }, "Registered");
  };
  probes["schema.name"] = [this] {
    SeenOnTheWire([](auto& r) { r.mutable_schema()->set_name("my_person"); }, "my_person");
  };
  probes["schema.description"] = [this] {
    SeenOnTheWire([](auto& r) { r.mutable_schema()->set_description("who it is"); }, "who it is");
  };
}

void RequestFieldsTest::AddExampleProbes(std::map<std::string, Probe>& probes) {
  const auto infer = [](v1::ExtractRequest& r) -> v1::InferOptions& {
    v1::SchemaExamples& examples = *r.mutable_schema()->mutable_examples();
    examples.add_examples_json(R"({"day":"2024-01-31","marks":["x","y","x","y"]})");
    return *examples.mutable_options();
  };
  const std::string prefix = "schema.examples.";
  for (const std::string field : {"file_descriptor_set", "message_type"}) {
    probes["schema.protobuf." + field] = [this, field] {
      google::protobuf::FileDescriptorSet set;
      v1::Usage::descriptor()->file()->CopyTo(set.add_file());
      const auto as_usage = [&](auto& r) {
        v1::ProtobufSchema& schema = *r.mutable_schema()->mutable_protobuf();
        schema.set_file_descriptor_set(set.SerializeAsString());
        schema.set_message_type(
            field == "message_type" ? "extractd.v1.Usage" : "extractd.v1.Warning"
        );
      };
      SeenOnTheWire(as_usage, field == "message_type" ? "inputTokens" : "message");
    };
  }
  probes[prefix + "examples_json"] = [this, infer] {
    SeenOnTheWire([&](auto& r) { infer(r); }, R"("day":{"type":"string","format":"date"})");
  };
  probes[prefix + "options.infer_required"] = [this, infer] {
    const auto optional = [&](auto& r) { infer(r).set_infer_required(false); };
    const std::string body = Rendered(Changed(optional)).body();
    EXPECT_EQ(body.find(R"("required":["day")"), std::string::npos) << body;
  };
  probes[prefix + "options.infer_formats"] = [this, infer] {
    const auto without = [&](auto& r) { infer(r).set_infer_formats(false); };
    const std::string body = Rendered(Changed(without)).body();
    EXPECT_EQ(body.find(R"("format":"date")"), std::string::npos) << body;
  };
  probes[prefix + "options.min_examples_for_enum"] = [this, infer] {
    SeenOnTheWire([&](auto& r) { infer(r).set_min_examples_for_enum(4); }, R"("enum":["x","y"])");
  };
  probes[prefix + "options.closed_objects"] = [this, infer] {
    SeenOnTheWire(
        [&](auto& r) { infer(r).set_closed_objects(true); },
        R"("required":["day","marks"],"additionalProperties":false)"
    );
  };
}

void RequestFieldsTest::AddChatProbes(std::map<std::string, Probe>& probes) {
  const auto add = [](v1::ExtractRequest& r, v1::Role role) {
    v1::Message& message = *r.add_messages();
    message.set_role(role);
    return message.add_parts();
  };
  probes["input"] = [this] { SeenOnTheWire([](auto& r) { r.set_input("Bob, 7"); }, "Bob, 7"); };
  probes["system_prompt"] = [this] {
    SeenOnTheWire([](auto& r) { r.set_system_prompt("Be exact."); }, "Be exact.");
  };
  probes["messages.role"] = [this, add] {
    SeenOnTheWire(
        [&](auto& r) { add(r, v1::ROLE_ASSISTANT)->set_text("x"); }, R"("role":"assistant")"
    );
  };
  probes["messages.parts.text"] = [this, add] {
    SeenOnTheWire([&](auto& r) { add(r, v1::ROLE_USER)->set_text("part-7"); }, "part-7");
  };
  probes["messages.parts.json"] = [this, add] {
    SeenOnTheWire([&](auto& r) { add(r, v1::ROLE_USER)->set_json(R"([17])"); }, "[17]");
  };
  const auto call = [add](v1::ExtractRequest& r) {
    v1::ToolCall& made = *add(r, v1::ROLE_ASSISTANT)->mutable_tool_call();
    made.set_id("call-7");
    made.set_name("weather");
    made.set_arguments_json(R"({"city":"Rome"})");
    v1::ToolResult& result = *add(r, v1::ROLE_TOOL)->mutable_tool_result();
    result.set_tool_call_id("call-7");
    result.set_text("sunny");
  };
  probes["messages.parts.tool_call.id"] = [this, call] { SeenOnTheWire(call, R"("id":"call-7")"); };
  probes["messages.parts.tool_call.name"] = [this, call] { SeenOnTheWire(call, "weather"); };
  probes["messages.parts.tool_call.arguments_json"] = [this, call] { SeenOnTheWire(call, "Rome"); };
  probes["messages.parts.tool_result.tool_call_id"] = [this, call] {
    SeenOnTheWire(call, R"("tool_call_id":"call-7")");
  };
  probes["messages.parts.tool_result.is_error"] = [this, call] {
    SeenOnTheWire(
        [&](auto& r) {
          call(r);
          r.mutable_messages(1)->mutable_parts(0)->mutable_tool_result()->set_is_error(true);
          r.set_model("anthropic/claude-haiku-5-5");
        },
        R"("is_error":true)"
    );
  };
  const auto thinks = [add](v1::ExtractRequest& r) {
    v1::Thinking& thinking = *add(r, v1::ROLE_ASSISTANT)->mutable_thinking();
    thinking.set_text("let me see");
    thinking.set_opaque("c2lnbmVk");
    r.mutable_messages(0)->add_parts()->set_text("Ada");
    r.set_model("google/gemini-2.5-flash");
  };
  probes["messages.parts.thinking.text"] = [this, thinks] { SeenOnTheWire(thinks, "let me see"); };
  probes["messages.parts.thinking.opaque"] = [this, thinks] { SeenOnTheWire(thinks, "c2lnbmVk"); };
  probes["messages.parts.tool_result.text"] = [this, call] { SeenOnTheWire(call, "sunny"); };
}

void RequestFieldsTest::AddGenerationProbes(std::map<std::string, Probe>& probes) {
  probes["generation.temperature"] = [this] {
    SeenOnTheWire(
        [](auto& r) { r.mutable_generation()->set_temperature(0.25); }, "\"temperature\":0.25"
    );
  };
  probes["generation.top_p"] = [this] {
    SeenOnTheWire([](auto& r) { r.mutable_generation()->set_top_p(0.5); }, "\"top_p\":0.5");
  };
  probes["generation.max_output_tokens"] = [this] {
    SeenOnTheWire(
        [](auto& r) { r.mutable_generation()->set_max_output_tokens(77); }, "\"max_tokens\":77"
    );
  };
  probes["generation.seed"] = [this] {
    SeenOnTheWire([](auto& r) { r.mutable_generation()->set_seed(7); }, "\"seed\":7");
  };
  probes["generation.stop"] = [this] {
    SeenOnTheWire([](auto& r) { r.mutable_generation()->add_stop("END"); }, R"("stop":["END"])");
  };
  probes["generation.reasoning_effort"] = [this] {
    SeenOnTheWire(
        [](auto& r) {
          r.set_model("groq/openai/gpt-oss-20b");
          r.mutable_generation()->set_reasoning_effort(v1::REASONING_EFFORT_HIGH);
        },
        R"("reasoning_effort":"high")"
    );
  };
  probes["generation.thinking_budget_tokens"] = [this] {
    SeenOnTheWire(
        [](auto& r) {
          r.set_model("anthropic/claude-haiku-4-5");
          r.set_mode(v1::MODE_JSON);
          r.mutable_generation()->set_thinking_budget_tokens(2048);
        },
        "2048"
    );
  };
  probes["generation.provider_options_json"] = [this] {
    SeenOnTheWire(
        [](auto& r) { r.mutable_generation()->set_provider_options_json(R"({"top_k":3})"); },
        "\"top_k\":3"
    );
  };
  probes["generation.provider_strict"] = [this] {
    v1::ExtractRequest request = PersonRequest();
    request.set_mode(v1::MODE_JSON_SCHEMA);
    const std::string where_it_fits = Rendered(request).body();
    request.mutable_generation()->set_provider_strict(v1::PROVIDER_STRICT_OFF);
    EXPECT_NE(Rendered(request).body(), where_it_fits);
    request.set_mode(v1::MODE_JSON);
    request.mutable_generation()->set_provider_strict(v1::PROVIDER_STRICT_REQUIRED);
    EXPECT_EQ(Refused({ToolAnswer(kAda)}, request).reason, "SCHEMA_UNSUPPORTED_BY_PROVIDER");
  };
  probes["generation.on_unsupported"] = [this] {
    v1::ExtractRequest request = PersonRequest();
    request.set_model("openai/o3");
    request.mutable_generation()->set_temperature(0.5);
    const v1::RenderResponse warned = Rendered(request);
    EXPECT_EQ(warned.warnings_size(), 1);
    EXPECT_EQ(warned.body().find("temperature"), std::string::npos);
    request.mutable_generation()->set_on_unsupported(v1::ON_UNSUPPORTED_FAIL);
    EXPECT_EQ(Refused({}, request).reason, "SETTING_NOT_SUPPORTED");
  };
}

void RequestFieldsTest::AddRetryProbes(std::map<std::string, Probe>& probes) {
  const auto at_once = [](v1::ExtractRequest& r) { r.mutable_retry()->set_initial_backoff_ms(1); };
  probes["retry.max_attempts"] = [this, at_once] {
    EXPECT_EQ(
        AttemptsAgainst(
            ErrorReply(500),
            [&](auto& r) {
              at_once(r);
              r.mutable_retry()->set_max_attempts(2);
            }
        ),
        2
    );
  };
  probes["retry.max_reasks"] = [this] {
    EXPECT_EQ(
        AttemptsAgainst(
            ToolAnswer(kAdaWithNegativeAge), [](auto& r) { r.mutable_retry()->set_max_reasks(0); }
        ),
        1
    );
  };
  probes["retry.max_transport_retries"] = [this] {
    EXPECT_EQ(
        AttemptsAgainst(
            ErrorReply(500), [](auto& r) { r.mutable_retry()->set_max_transport_retries(0); }
        ),
        1
    );
  };
  probes["retry.retry_on"] = [this, at_once] {
    EXPECT_EQ(
        AttemptsAgainst(
            ErrorReply(500),
            [&](auto& r) {
              at_once(r);
              r.mutable_retry()->add_retry_on(v1::RETRY_CONDITION_RATE_LIMITED);
            }
        ),
        1
    );
  };
  probes["retry.initial_backoff_ms"] = [this] {
    EXPECT_EQ(SecondWait([](auto& r) { r.mutable_retry()->set_initial_backoff_ms(70); }), 70);
  };
  probes["retry.max_backoff_ms"] = [this] {
    EXPECT_EQ(SecondWait([](auto& r) { r.mutable_retry()->set_max_backoff_ms(20); }), 20);
  };
  probes["retry.backoff_multiplier"] = [this] {
    EXPECT_EQ(SecondWait([](auto& r) { r.mutable_retry()->set_backoff_multiplier(3); }, 2), 120);
  };
  probes["retry.backoff_jitter"] = [this] {
    // All of the wait is random: that three of them are the longest possible is not to be expected.
    int total = 0;
    for (int i = 0; i < 3; ++i) {
      total += SecondWait([](auto& r) { r.mutable_retry()->set_backoff_jitter(1); });
    }
    EXPECT_LT(total, 3 * 40);
  };
  probes["retry.attempt_timeout_ms"] = [this] {
    EndsInPhase(
        fakes::ScriptedReply::Silence(),
        [](auto& r) { r.mutable_retry()->set_attempt_timeout_ms(100); },
        "total"
    );
  };
  probes["retry.first_token_timeout_ms"] = [this] {
    EndsInPhase(
        fakes::ScriptedReply::Silence(),
        [](auto& r) { r.mutable_retry()->set_first_token_timeout_ms(100); },
        "first_byte"
    );
  };
  probes["retry.idle_timeout_ms"] = [this] {
    EndsInPhase(
        ToolAnswer(kAda).StallAfter(20),
        [](auto& r) { r.mutable_retry()->set_idle_timeout_ms(100); },
        "idle"
    );
  };
}

void RequestFieldsTest::AddTurnProbes(std::map<std::string, Probe>& probes) {
  probes["retry.reask_strategy"] = [this] {
    const fakes::ScriptedReply wrong = ToolAnswer(R"({"name":"Ada Lovelace, countess","age":-1})");
    const v1::ExtractResponse response =
        Extracted({wrong, ToolAnswer(R"({"fix_1":36})")}, Changed([](auto& r) {
                    r.mutable_retry()->set_reask_strategy(v1::REASK_STRATEGY_PATCH);
                  }));
    ASSERT_EQ(response.attempts_size(), 2);
    EXPECT_EQ(response.attempts(1).kind(), v1::ATTEMPT_KIND_REASK_PATCH);
  };
  probes["retry.on_truncated"] = [this] {
    const fakes::ScriptedReply cut = ToolAnswer(R"({"name":"Ad)", "length");
    const v1::ExtractResponse response =
        Extracted({cut, ToolAnswer(kAda)}, Changed([](auto& r) {
                    r.mutable_retry()->set_on_truncated(v1::ON_TRUNCATED_RAISE_LIMIT);
                  }));
    ASSERT_EQ(response.attempts_size(), 2);
    EXPECT_EQ(response.attempts(1).kind(), v1::ATTEMPT_KIND_RAISED_LIMIT);
  };
}

void RequestFieldsTest::AddPriorityProbe(std::map<std::string, Probe>& probes) {
  // What it does while calls wait: overload_test.cc.
  probes["priority"] = [this] {
    const v1::RenderResponse usual = Rendered(PersonRequest());
    EXPECT_EQ(usual.effective_request().priority(), v1::PRIORITY_NORMAL);
    const v1::RenderResponse low =
        Rendered(Changed([](auto& r) { r.set_priority(v1::PRIORITY_LOW); }));
    EXPECT_EQ(low.effective_request().priority(), v1::PRIORITY_LOW);
  };
}

void RequestFieldsTest::AddRoutingProbes(std::map<std::string, Probe>& probes) {
  using Fill = std::function<void(v1::Target&)>;
  const auto fallback = [this](const Fill& fill) {
    return Extracted(
               {ErrorReply(400), ToolAnswer(kAda)},
               Changed([&fill](auto& r) { fill(*r.mutable_routing()->add_fallbacks()); })
    ).attempts(1);
  };
  probes["routing.fallbacks.model"] = [fallback] {
    EXPECT_EQ(fallback([](auto& t) { t.set_model("acme/acme-9"); }).model(), "acme-9");
  };
  probes["routing.fallbacks.provider"] = [fallback] {
    EXPECT_EQ(fallback([](auto& t) { t.set_provider("acme"); }).model(), "acme-1");
  };
  probes["routing.fallbacks.mode"] = [this] {
    const v1::ExtractRequest request = Changed([](auto& r) {
      v1::Target& target = *r.mutable_routing()->add_fallbacks();
      target.set_provider("acme");
      target.set_mode(v1::MODE_MD_JSON);
    });
    EXPECT_EQ(Extracted({ErrorReply(400), TextAnswer(kAda)}, request).mode_name(), "MD_JSON");
  };
  probes["routing.fallbacks.mode_name"] = [this] {
    const v1::ExtractRequest request = Changed([](auto& r) {
      v1::Target& target = *r.mutable_routing()->add_fallbacks();
      target.set_provider("acme");
      target.set_mode_name("json");
    });
    EXPECT_EQ(Extracted({ErrorReply(400), TextAnswer(kAda)}, request).mode_name(), "JSON");
  };
  probes["routing.fallback_on"] = [this] {
    const v1::ExtractRequest request = Changed([](auto& r) {
      r.mutable_routing()->add_fallbacks()->set_model("acme/acme-9");
      r.mutable_routing()->add_fallback_on(v1::FALLBACK_CONDITION_REFUSED);
    });
    EXPECT_EQ(Refused({ErrorReply(400)}, request).extraction->attempts_size(), 1);
  };
}

void RequestFieldsTest::AddValidationProbes(std::map<std::string, Probe>& probes) {
  probes["validation.max_loss"] = [this] {
    const fakes::ScriptedReply comma = ToolAnswer(R"({"name":"Ada","age":36,})");
    EXPECT_EQ(Extracted({comma}, PersonRequest()).repairs_size(), 1);
    EXPECT_EQ(
        Refused(
            {comma},
            Changed([](auto& r) { r.mutable_validation()->set_max_loss(v1::MAX_LOSS_NONE); })
        ).reason,
        "OUTPUT_INVALID"
    );
  };
  probes["validation.assert_formats"] = [this] {
    v1::ExtractRequest request = PersonRequest();
    request.mutable_schema()->set_json_schema(
        R"({"type":"object","properties":{"d":{"type":"string","format":"date"}}})"
    );
    const fakes::ScriptedReply no_date = ToolAnswer(R"({"d":"soon"})");
    EXPECT_EQ(Refused({no_date}, request).reason, "OUTPUT_INVALID");
    request.mutable_validation()->set_assert_formats(false);
    EXPECT_EQ(Extracted({no_date}, request).json(), R"({"d":"soon"})");
  };
  probes["validation.on_invalid"] = [this] {
    EXPECT_FALSE(Extracted(
                     {ToolAnswer(kAdaWithNegativeAge)}, Changed([](auto& r) {
                       r.mutable_validation()->set_on_invalid(v1::ON_INVALID_RETURN_BEST_EFFORT);
                     })
    ).valid());
  };
  AddRoutingProbes(probes);
  probes["input_encoding"] = [this] {
    SeenOnTheWire(
        [](auto& r) {
          r.set_input_encoding(v1::TEXT_ENCODING_TOON);
          v1::Message& message = *r.add_messages();
          message.add_parts()->set_json(R"([{"a":1,"b":2},{"a":3,"b":4},{"a":5,"b":6}])");
        },
        "[3]{a,b}:"
    );
  };
  probes["output_encoding"] = [this] {
    SeenOnTheWire([](auto& r) { r.set_output_encoding(v1::TEXT_ENCODING_TOON); }, "```toon");
  };
  probes["include_raw"] = [this] {
    EXPECT_EQ(Extracted({ToolAnswer(kAda)}, PersonRequest()).attempts(0).raw_text(), "");
    EXPECT_EQ(
        Extracted({ToolAnswer(kAda)}, Changed([](auto& r) { r.set_include_raw(true); }))
            .attempts(0)
            .raw_text(),
        kAda
    );
  };
  probes["include_thinking"] = [this] {
    const fakes::ScriptedReply thought = fakes::ScriptedReply::Json(
        R"({"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant",)"
        R"("reasoning_content":"let me see","content":"{\"name\":\"Ada\",\"age\":36}"}}]})"
    );
    EXPECT_EQ(Extracted({thought}, PersonRequest()).thinking_size(), 0);
    const v1::ExtractResponse shown =
        Extracted({thought}, Changed([](auto& r) { r.set_include_thinking(true); }));
    ASSERT_EQ(shown.thinking_size(), 1);
    EXPECT_EQ(shown.thinking(0).text(), "let me see");
  };
}

TEST_F(RequestFieldsTest, EveryFieldHasAnEffectOrIsRefused) {
  // What fails here fails on purpose, and often.
  Start("circuit_breaker: false\nretry_budget_percent: 100\n");
  std::map<std::string, Probe> probes;
  AddTargetProbes(probes);
  AddExampleProbes(probes);
  AddToolProbes(probes);
  AddMediaProbes(probes);
  AddChatProbes(probes);
  AddGenerationProbes(probes);
  AddRetryProbes(probes);
  AddTurnProbes(probes);
  AddPriorityProbe(probes);
  AddValidationProbes(probes);
  std::set<std::string> fields;
  CollectFields(*v1::ExtractRequest::descriptor(), "", fields);
  for (const std::string& field : fields) {
    SCOPED_TRACE(field);
    const auto probe = probes.find(field);
    ASSERT_NE(probe, probes.end()) << "a field without a probe";
    probe->second();
  }
  EXPECT_EQ(probes.size(), fields.size());
}

}  // namespace extractd::integration
