// How many values an answer has: one of any kind, several, perhaps one, several of several schemas.
#include <string>
#include <vector>

#include <fmt/format.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include "extractd/v1/common.pb.h"
#include "server/json/write.h"
#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

struct Call {
  std::string id;
  std::string tool;
  std::string arguments;
};

fakes::ScriptedReply CallsAnswer(const std::vector<Call>& calls) {
  std::string list;
  for (const Call& call : calls) {
    std::string arguments;
    json::WriteString(call.arguments, arguments);
    list += fmt::format(
        R"({}{{"id":"{}","type":"function","function":{{"name":"{}","arguments":{}}}}})",
        list.empty() ? "" : ",",
        call.id,
        call.tool,
        arguments
    );
  }
  return fakes::ScriptedReply::Json(fmt::format(
      R"({{"choices":[{{"index":0,"finish_reason":"tool_calls","message":)"
      R"({{"role":"assistant","content":null,"tool_calls":[{}]}}}}],)"
      R"("usage":{{"prompt_tokens":100,"completion_tokens":20}}}})",
      list
  ));
}

class OutputKindsTest : public DaemonTest {
 protected:
  static v1::ExtractRequest Request(v1::OutputKind kind, v1::Mode mode = v1::MODE_UNSPECIFIED) {
    v1::ExtractRequest request = PersonRequest();
    request.set_output_kind(kind);
    request.set_mode(mode);
    return request;
  }

  static v1::ExtractRequest ToolsRequest() {
    v1::ExtractRequest request;
    request.set_input("Ada is 36 and has a cat.");
    const auto add = [&request](const char* name, std::string_view schema) {
      v1::Tool& tool = *request.add_tools();
      tool.set_name(name);
      tool.mutable_schema()->set_json_schema(std::string(schema));
    };
    add("person", kPersonSchema);
    add("pet", R"({"type":"object","properties":{"legs":{"type":"integer"}},"required":["legs"]})");
    return request;
  }

  v1::ExtractResponse Extracted(
      const std::vector<fakes::ScriptedReply>& replies, const v1::ExtractRequest& request
  ) {
    Script(replies);
    const auto result = client->Extract(request);
    EXPECT_TRUE(result.ok()) << result.failure().message;
    return result.ok() ? *result : v1::ExtractResponse();
  }

  Failure Refused(const v1::ExtractRequest& request) {
    const auto result = client->Extract(request);
    EXPECT_FALSE(result.ok());
    return result.ok() ? Failure{} : result.failure();
  }
};

TEST_F(OutputKindsTest, AnIterableIsAllItsItemsInEveryMode) {
  Start();
  constexpr std::string_view kTwo = R"({"items":[{"name":"Ada","age":36},{"name":"Bob","age":7}]})";
  struct Form {
    v1::Mode mode;
    fakes::ScriptedReply reply;
  };
  const std::vector<Form> forms = {
      {v1::MODE_TOOLS, ToolAnswer(kTwo)},
      {v1::MODE_REASONING_TOOLS, ToolAnswer(kTwo)},
      {v1::MODE_JSON, TextAnswer(kTwo)},
      {v1::MODE_JSON_SCHEMA, TextAnswer(kTwo)},
      {v1::MODE_MD_JSON, TextAnswer(fmt::format("Here:\n```json\n{}\n```", kTwo))},
  };
  for (const Form& form : forms) {
    const v1::ExtractResponse response =
        Extracted({form.reply}, Request(v1::OUTPUT_KIND_ITERABLE, form.mode));
    EXPECT_TRUE(response.valid());
    EXPECT_EQ(response.json(), "");
    ASSERT_EQ(response.items_size(), 2) << form.mode;
    EXPECT_EQ(response.items(1).index(), 1);
    EXPECT_EQ(response.items(1).json(), R"({"name":"Bob","age":7})");
  }
}

TEST_F(OutputKindsTest, AnItemThatIsWrongIsNamedByItsIndexAndAskedForAgain) {
  Start();
  const v1::ExtractResponse response = Extracted(
      {ToolAnswer(R"({"items":[{"name":"Ada","age":36},{"name":"Bob"}]})"),
       ToolAnswer(R"({"items":[{"name":"Ada","age":36},{"name":"Bob","age":"7"}]})")},
      Request(v1::OUTPUT_KIND_ITERABLE, v1::MODE_TOOLS)
  );
  ASSERT_EQ(response.attempts_size(), 2);
  ASSERT_EQ(response.attempts(0).issues_size(), 1);
  EXPECT_EQ(response.attempts(0).issues(0).path(), "/1");
  EXPECT_EQ(response.attempts(0).issues(0).schema_path(), "/required");
  EXPECT_NE(acme.requests().back().body.find("/items/1"), std::string::npos)
      << "the model knows the wrapper";
  ASSERT_EQ(response.items_size(), 2);
  EXPECT_EQ(response.items(0).repairs_size(), 0);
  ASSERT_EQ(response.items(1).repairs_size(), 1);
  EXPECT_EQ(response.items(1).repairs(0).path(), "/age");
}

TEST_F(OutputKindsTest, AnAbsentListIsNeverAnEmptyOne) {
  Start();
  const v1::ExtractResponse empty =
      Extracted({ToolAnswer(R"({"items":[]})")}, Request(v1::OUTPUT_KIND_ITERABLE, v1::MODE_TOOLS));
  EXPECT_TRUE(empty.valid());
  EXPECT_EQ(empty.items_size(), 0);
  for (const auto* absent : {"{}", R"({"items":null})"}) {
    v1::ExtractRequest request = Request(v1::OUTPUT_KIND_ITERABLE, v1::MODE_TOOLS);
    request.mutable_validation()->set_max_loss(v1::MAX_LOSS_LOSSY);
    request.mutable_retry()->set_max_reasks(0);
    Script({ToolAnswer(absent)});
    EXPECT_EQ(Refused(request).reason, "OUTPUT_INVALID") << absent;
  }
}

TEST_F(OutputKindsTest, AnIterableOfAUnionIsEnforcedAndJudgedByItsBranches) {
  Start({}, "    enforcement: openai_strict\n    sends_strict_tools: true\n");
  v1::ExtractRequest request = Request(v1::OUTPUT_KIND_ITERABLE, v1::MODE_TOOLS);
  request.mutable_schema()->set_json_schema(
      R"({"anyOf":[{"$ref":"#/$defs/cat"},{"$ref":"#/$defs/dog"}],"$defs":{)"
      R"("cat":{"type":"object","properties":{"kind":{"const":"cat"},"lives":{"type":"integer"}},)"
      R"("required":["kind","lives"],"additionalProperties":false},)"
      R"("dog":{"type":"object","properties":{"kind":{"const":"dog"}},"required":["kind"],)"
      R"("additionalProperties":false}}})"
  );
  const v1::ExtractResponse response = Extracted(
      {ToolAnswer(R"({"items":[{"kind":"cat"}]})"),
       ToolAnswer(R"({"items":[{"kind":"dog"},{"kind":"cat","lives":9}]})")},
      request
  );
  EXPECT_EQ(response.attempts_size(), 2);
  ASSERT_EQ(response.items_size(), 2);
  EXPECT_EQ(response.items(1).json(), R"({"kind":"cat","lives":9})");
  EXPECT_NE(acme.requests()[0].body.find(R"("strict":true)"), std::string::npos);
}

TEST_F(OutputKindsTest, MaybeIsAValueOrTheReasonThatThereIsNone) {
  Start();
  const v1::ExtractRequest request = Request(v1::OUTPUT_KIND_MAYBE, v1::MODE_TOOLS);
  const v1::ExtractResponse found =
      Extracted({ToolAnswer(R"({"value":{"name":"Ada","age":36},"absent_reason":null})")}, request);
  EXPECT_EQ(found.json(), kAda);
  EXPECT_FALSE(found.has_absent_reason());
  const v1::ExtractResponse absent = Extracted(
      {ToolAnswer(R"({"value":null,"absent_reason":null})"),
       ToolAnswer(R"({"value":null,"absent_reason":"nobody is named"})")},
      request
  );
  EXPECT_TRUE(absent.valid());
  EXPECT_EQ(absent.attempts_size(), 2) << "neither a value nor a reason is no answer";
  EXPECT_EQ(absent.json(), "");
  EXPECT_EQ(absent.absent_reason(), "nobody is named");
}

TEST_F(OutputKindsTest, RootsThatAreNoObjectsWorkInEveryMode) {
  Start();
  struct Root {
    const char* schema;
    const char* value;
  };
  for (const Root& root :
       {Root{R"({"type":"string","minLength":1})", R"("Ada")"},
        Root{R"({"type":"number"})", "1.50"},
        Root{R"({"enum":["red","green"]})", R"("green")"},
        Root{R"({"type":"array","items":{"type":"integer"}})", "[1,2]"}}) {
    const std::string wrapped = fmt::format(R"({{"value":{}}})", root.value);
    v1::ExtractRequest request = PersonRequest();
    request.mutable_schema()->set_json_schema(root.schema);
    for (const v1::Mode mode : {v1::MODE_TOOLS, v1::MODE_REASONING_TOOLS}) {
      request.set_mode(mode);
      EXPECT_EQ(Extracted({ToolAnswer(wrapped)}, request).json(), root.value) << root.schema;
    }
    for (const v1::Mode mode : {v1::MODE_JSON, v1::MODE_JSON_SCHEMA}) {
      request.set_mode(mode);
      EXPECT_EQ(Extracted({TextAnswer(wrapped)}, request).json(), root.value) << root.schema;
    }
    request.set_mode(v1::MODE_MD_JSON);
    EXPECT_EQ(Extracted({TextAnswer(root.value)}, request).json(), root.value) << root.schema;
  }
}

TEST_F(OutputKindsTest, IssuesOfAWrappedRootAreTheCallers) {
  Start();
  v1::ExtractRequest request = PersonRequest();
  request.set_mode(v1::MODE_TOOLS);
  request.mutable_schema()->set_json_schema(R"({"type":"array","items":{"type":"integer"}})");
  request.mutable_retry()->set_max_reasks(0);
  Script({ToolAnswer(R"({"value":[1,"many"]})")});
  const Failure failure = Refused(request);
  EXPECT_EQ(failure.reason, "OUTPUT_INVALID");
  ASSERT_EQ(failure.extraction->issues_size(), 1);
  EXPECT_EQ(failure.extraction->issues(0).path(), "/1");
  EXPECT_EQ(failure.extraction->issues(0).schema_path(), "/items/type");
}

TEST_F(OutputKindsTest, ToolsAreCalledAsOftenAsNeededEachUnderItsSchema) {
  Start();
  const v1::ExtractResponse response = Extracted(
      {CallsAnswer(
          {{"c1", "pet", R"({"legs":4})"},
           {"c2", "person", std::string(kAda)},
           {"c3", "pet", R"({"legs":2})"}}
      )},
      ToolsRequest()
  );
  EXPECT_EQ(response.mode(), v1::MODE_PARALLEL_TOOLS);
  ASSERT_EQ(response.items_size(), 3);
  EXPECT_EQ(response.items(0).tool_name(), "pet");
  EXPECT_EQ(response.items(1).tool_name(), "person");
  EXPECT_EQ(response.items(1).json(), kAda);
  EXPECT_EQ(response.items(2).index(), 2);
  EXPECT_EQ(response.schema_id(), "");
  const std::string body = acme.requests()[0].body;
  EXPECT_NE(body.find(R"("name":"person")"), std::string::npos);
  EXPECT_NE(body.find(R"("tool_choice":"required")"), std::string::npos);
}

TEST_F(OutputKindsTest, EveryCallIsAnsweredWhenSomeAreAskedForAgain) {
  Start();
  const v1::ExtractResponse response = Extracted(
      {CallsAnswer(
           {{"c1", "pet", R"({"legs":"many"})"},
            {"c2", "person", std::string(kAda)},
            {"c3", "horse", "{}"}}
       ),
       CallsAnswer({{"c4", "pet", R"({"legs":4})"}})},
      ToolsRequest()
  );
  ASSERT_EQ(response.attempts_size(), 2);
  ASSERT_EQ(response.attempts(0).issues_size(), 2);
  EXPECT_EQ(response.attempts(0).issues(0).path(), "/0/legs");
  EXPECT_EQ(response.attempts(0).issues(1).path(), "/2");
  ASSERT_EQ(response.items_size(), 2);
  EXPECT_EQ(response.items(0).json(), R"({"legs":4})");
  EXPECT_EQ(response.items(1).json(), kAda) << "the good call was kept";
  const std::string body = acme.requests()[1].body;
  for (const auto* id : {"c1", "c2", "c3"}) {
    EXPECT_NE(body.find(fmt::format(R"("tool_call_id":"{}")", id)), std::string::npos) << id;
  }
}

TEST_F(OutputKindsTest, ValuesOfEveryKindComeBackAsMessagesToo) {
  Start();
  google::protobuf::FileDescriptorSet set;
  v1::Usage::descriptor()->file()->CopyTo(set.add_file());
  v1::Schema schema;
  schema.mutable_protobuf()->set_file_descriptor_set(set.SerializeAsString());
  schema.mutable_protobuf()->set_message_type("extractd.v1.Usage");
  v1::ExtractRequest request = Request(v1::OUTPUT_KIND_ITERABLE, v1::MODE_TOOLS);
  *request.mutable_schema() = schema;
  const v1::ExtractResponse list =
      Extracted({ToolAnswer(R"({"items":[{"inputTokens":"7"}]})")}, request);
  v1::Usage usage;
  ASSERT_EQ(list.items_size(), 1);
  ASSERT_TRUE(list.items(0).protobuf().UnpackTo(&usage));
  EXPECT_EQ(usage.input_tokens(), 7);
  v1::ExtractRequest tools = ToolsRequest();
  *tools.mutable_tools(1)->mutable_schema() = schema;
  const v1::ExtractResponse calls = Extracted(
      {CallsAnswer({{"1", "person", std::string(kAda)}, {"2", "pet", R"({"outputTokens":"8"})"}})},
      tools
  );
  ASSERT_EQ(calls.items_size(), 2);
  EXPECT_FALSE(calls.items(0).has_protobuf());
  ASSERT_TRUE(calls.items(1).protobuf().UnpackTo(&usage));
  EXPECT_EQ(usage.output_tokens(), 8);
}

TEST_F(OutputKindsTest, BestEffortOfAListIsItsItems) {
  Start();
  v1::ExtractRequest request = Request(v1::OUTPUT_KIND_ITERABLE, v1::MODE_TOOLS);
  request.mutable_validation()->set_on_invalid(v1::ON_INVALID_RETURN_BEST_EFFORT);
  const v1::ExtractResponse response =
      Extracted({ToolAnswer(R"({"items":[{"name":"Ada","age":36},{"name":"Bob"}]})")}, request);
  EXPECT_FALSE(response.valid());
  EXPECT_EQ(response.items_size(), 2);
  ASSERT_EQ(response.issues_size(), 1);
  EXPECT_EQ(response.issues(0).path(), "/1");
}

TEST_F(OutputKindsTest, WhatDoesNotGoTogetherIsNamed) {
  Start();
  v1::ExtractRequest both = ToolsRequest();
  both.mutable_schema()->set_json_schema("{}");
  both.set_output_kind(v1::OUTPUT_KIND_ITERABLE);
  both.mutable_tools(1)->set_name("person");
  const Failure failure = Refused(both);
  EXPECT_EQ(failure.reason, "INVALID_REQUEST");
  EXPECT_EQ(failure.bad_fields.size(), 3U) << "output_kind, schema, tools[1].name";
  v1::ExtractRequest none = Request(v1::OUTPUT_KIND_PARALLEL);
  EXPECT_EQ(Refused(none).reason, "INVALID_REQUEST");
  v1::ExtractRequest mode = ToolsRequest();
  mode.set_mode(v1::MODE_JSON);
  EXPECT_EQ(Refused(mode).reason, "INVALID_REQUEST");
  v1::ExtractRequest bad = ToolsRequest();
  bad.mutable_tools(1)->mutable_schema()->set_json_schema(R"({"type":7})");
  EXPECT_EQ(Refused(bad).reason, "INVALID_SCHEMA");
  EXPECT_TRUE(acme.requests().empty());
}

}  // namespace
}  // namespace extractd::integration
