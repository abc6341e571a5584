// Who may call, by token or by socket, and what their principals may do. The numbers are those of
// the catalogue of faults.
#include <chrono>
#include <set>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "grpc/health/v1/health.pb.h"
#include "tests/integration/caller_files.h"
#include "tests/integration/raw_call.h"
#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kReflection =
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

class CallersTest : public DaemonTest {
 protected:
  // A daemon with the principals "billing" and "mail", whose keys these are.
  void StartWithTokens(
      std::string_view billing = "", std::string_view mail = "", std::string_view settings = ""
  ) {
    Start(Settings(billing, mail, settings));
    acme.ReplyByDefault(ToolAnswer(kAda));
  }

  std::string Settings(
      std::string_view billing = "", std::string_view mail = "", std::string_view settings = ""
  ) {
    const std::string tokens = files_.Write("tokens", billing_.line + mail_.line);
    return fmt::format(
        "{}tokens_file: {}\nprincipals:\n  billing:\n{}  mail:\n{}", settings, tokens, billing, mail
    );
  }

  Client As(const std::string& token) const {
    return Client({.address = daemon->address(), .token = token});
  }

  // One call with these values of the metadata key.
  grpc::Status CallWith(const std::vector<std::string>& authorization) {
    const auto stub = v1::ExtractionService::NewStub(
        grpc::CreateChannel(daemon->address(), grpc::InsecureChannelCredentials())
    );
    grpc::ClientContext context;
    for (const std::string& value : authorization) context.AddMetadata("authorization", value);
    v1::ExtractResponse response;
    return stub->Extract(&context, PersonRequest(), &response);
  }

  // A call with `token` ends so within some seconds.
  bool Becomes(const std::string& token, bool served) const {
    const Client client = As(token);
    for (int i = 0; i < 500; ++i) {
      if (As(token).Extract(PersonRequest()).ok() == served) return true;
      std::this_thread::sleep_for(milliseconds(20));
    }
    return false;
  }

  std::string StartProblems(std::string_view settings) {
    options.yaml = Yaml(settings, "");
    const fakes::DaemonProcess refused(options);
    EXPECT_FALSE(refused.serving());
    return refused.Log();
  }

  CallerFiles files_;
  CallerFiles::Token billing_ = CallerFiles::NewToken("billing");
  CallerFiles::Token mail_ = CallerFiles::NewToken("mail");
};

TEST_F(CallersTest, Case13_WhoShowsNoTokenOrAWrongOneIsToldNoMoreThanThat) {
  StartWithTokens();
  std::set<std::string> messages;
  const std::vector<std::vector<std::string>> wrong = {
      {"Bearer canary-guess"},
      {"Bearer "},
      {"Bearer " + billing_.token + "x"},
      {"Basic " + billing_.token},
      {"Bearer " + billing_.token, "Bearer " + billing_.token},
  };
  for (const std::vector<std::string>& values : wrong) {
    const grpc::Status status = CallWith(values);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
    const Failure failure = ReadFailure(status);
    EXPECT_EQ(failure.reason, "TOKEN_INVALID");
    EXPECT_FALSE(failure.request_id.empty());
    messages.insert(failure.message);
  }
  EXPECT_EQ(messages.size(), 1U);
  EXPECT_EQ(ReadFailure(CallWith({})).reason, "TOKEN_INVALID");
  EXPECT_TRUE(acme.requests().empty());
  EXPECT_EQ(daemon->Log().find("canary-guess"), std::string::npos);
}

TEST_F(CallersTest, ATokenServesAndTheLogNamesItsPrincipal) {
  StartWithTokens();
  const auto result = As(billing_.token).Extract(PersonRequest());
  ASSERT_TRUE(result.ok()) << result.failure().message;
  ASSERT_TRUE(As(mail_.token).Extract(PersonRequest()).ok());
  EXPECT_EQ(CallWith({"bearer " + mail_.token}).error_code(), grpc::StatusCode::OK);
  EXPECT_TRUE(daemon->WaitForLog("\"principal\":\"billing\""));
  EXPECT_TRUE(daemon->WaitForLog("\"principal\":\"mail\""));
  EXPECT_EQ(daemon->Log().find(billing_.token), std::string::npos);
}

TEST_F(CallersTest, TheClientShowsItsTokenWhereAnswersAreStreamsToo) {
  StartWithTokens("    admin: true\n");
  Client billing = As(billing_.token);
  const auto all = [](const auto&) { return true; };
  const auto none = [](const auto&) { return false; };
  v1::ExtractStreamRequest stream;
  *stream.mutable_request() = PersonRequest();
  EXPECT_TRUE(billing.ExtractStream(stream, all).ok());
  v1::InteractiveStart start;
  *start.mutable_request() = PersonRequest();
  EXPECT_TRUE(
      billing.ExtractInteractive(start, [](const v1::Candidate&) { return Client::Issues(); }).ok()
  );
  v1::PullModelRequest pull;
  pull.set_provider("acme");
  pull.set_model("m");
  EXPECT_NE(billing.PullModel(pull, all).failure().code, grpc::StatusCode::UNAUTHENTICATED);
  const auto watched = billing.WatchEvents({}, none, milliseconds(500));
  ASSERT_TRUE(watched.has_value());
  EXPECT_EQ(watched->code, grpc::StatusCode::DEADLINE_EXCEEDED) << watched->message;
}

TEST_F(CallersTest, Case13_GuessesAreLimitedAndTheRightTokenIsNot) {
  StartWithTokens();
  int slowed = 0;
  for (int i = 0; i < 30; ++i) {
    const auto result = As(fmt::format("guess-{}", i)).ListModes();
    ASSERT_FALSE(result.ok());
    if (result.failure().reason != "RATE_LIMITED") continue;
    ++slowed;
    EXPECT_TRUE(result.failure().retry_after.has_value());
  }
  EXPECT_EQ(slowed, 10);
  EXPECT_TRUE(As(billing_.token).ListModes().ok());
}

TEST_F(CallersTest, EveryMethodNeedsATokenButHealthAndReflection) {
  StartWithTokens();
  for (const std::string_view method :
       {"extractd.v1.ExtractionService/Extract",
        "extractd.v1.ExtractionService/ExtractStream",
        "extractd.v1.ExtractionService/Render",
        "extractd.v1.SchemaService/ValidateInstance",
        "extractd.v1.SchemaService/RegisterSchema",
        "extractd.v1.JsonService/RepairJson",
        "extractd.v1.CatalogService/ListProviders",
        "extractd.v1.CatalogService/ListModels"}) {
    const RawReply reply = CallRaw(daemon->address(), fmt::format("/{}", method), "");
    EXPECT_EQ(reply.status.error_code(), grpc::StatusCode::UNAUTHENTICATED) << method;
  }
  const RawReply health = CallRaw(daemon->address(), "/grpc.health.v1.Health/Check", "");
  EXPECT_TRUE(health.status.ok()) << health.status.error_message();
  const RawReply reflection = CallRaw(daemon->address(), std::string(kReflection), "");
  EXPECT_NE(reflection.status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_NE(reflection.status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(CallersTest, ReflectionCanBeSwitchedOff) {
  Start("reflection: false\n");
  const RawReply reply = CallRaw(daemon->address(), std::string(kReflection), "");
  EXPECT_EQ(reply.status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(CallersTest, Case14_AProviderOrModelThatIsNotAllowedIsDeniedByName) {
  StartWithTokens(
      "    providers: [acme]\n    models: [\"acme/acme-*\"]\n", "    providers: [openai]\n"
  );
  const auto reason = [](const auto& result) {
    return result.ok() ? "OK" : result.failure().reason + " " + [&] {
      const auto resource = result.failure().metadata.find("resource");
      return resource == result.failure().metadata.end() ? "" : resource->second;
    }();
  };
  EXPECT_EQ(reason(As(billing_.token).Extract(PersonRequest())), "OK");
  v1::ExtractRequest other = PersonRequest();
  other.set_model("acme/beta");
  const auto denied = As(billing_.token).Extract(other);
  EXPECT_EQ(reason(denied), "NOT_ALLOWED acme/beta");
  EXPECT_EQ(denied.failure().code, grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(reason(As(mail_.token).Extract(PersonRequest())), "NOT_ALLOWED acme");
  v1::RenderRequest render;
  *render.mutable_request() = other;
  EXPECT_EQ(reason(As(billing_.token).Render(render)), "NOT_ALLOWED acme/beta");
  v1::ExtractStreamRequest stream;
  *stream.mutable_request() = other;
  EXPECT_EQ(
      reason(As(billing_.token).ExtractStream(stream, [](const auto&) { return true; })),
      "NOT_ALLOWED acme/beta"
  );
  v1::ListModelsRequest models;
  models.set_provider("acme");
  EXPECT_EQ(reason(As(mail_.token).ListModels(models)), "NOT_ALLOWED acme");
  EXPECT_EQ(acme.requests().size(), 1U);
}

TEST_F(CallersTest, AFallbackThatIsNotAllowedIsPassedOver) {
  StartWithTokens("    models: [acme/acme-1]\n");
  acme.ReplyByDefault(ErrorReply(400));
  v1::ExtractRequest request = PersonRequest();
  request.mutable_routing()->add_fallbacks()->set_model("acme/secret-model");
  ASSERT_FALSE(As(billing_.token).Extract(request).ok());
  EXPECT_EQ(acme.requests().size(), 1U);
}

TEST_F(CallersTest, ValuesComeFromTheRequestElseThePrincipalElseTheProviderElseTheServer) {
  const std::string settings = Settings(
      "    max_reasks: 3\n    max_transport_retries: 3\n    default_model: acme/of-billing\n",
      "",
      "max_attempts: 11\nmax_reasks: 1\nmax_transport_retries: 1\n"
  );
  Start(settings, "    max_attempts: 12\n    max_reasks: 2\n    max_transport_retries: 2\n");
  v1::RenderRequest render;
  *render.mutable_request() = PersonRequest();
  render.mutable_request()->mutable_retry()->set_max_transport_retries(4);
  const auto billing = As(billing_.token).Render(render);
  ASSERT_TRUE(billing.ok()) << billing.failure().message;
  EXPECT_EQ(billing->effective_request().retry().max_attempts(), 12);
  EXPECT_EQ(billing->effective_request().retry().max_reasks(), 3);
  EXPECT_EQ(billing->effective_request().retry().max_transport_retries(), 4);
  EXPECT_EQ(billing->effective_request().model(), "of-billing");
  const auto mail = As(mail_.token).Render(render);
  ASSERT_TRUE(mail.ok()) << mail.failure().message;
  EXPECT_EQ(mail->effective_request().retry().max_reasks(), 2);
  EXPECT_EQ(mail->effective_request().model(), "acme-1");
}

TEST_F(CallersTest, LimitsOfAPrincipalCanOnlyBeNarrowed) {
  StartWithTokens("    limit_attempts: 2\n    limit_deadline_ms: 3000\n");
  v1::ExtractRequest request = PersonRequest();
  request.mutable_retry()->set_max_attempts(3);
  const auto asked = As(billing_.token).Extract(request);
  ASSERT_FALSE(asked.ok());
  EXPECT_EQ(asked.failure().reason, "INVALID_REQUEST");
  ASSERT_EQ(asked.failure().bad_fields.size(), 1U);
  EXPECT_EQ(asked.failure().bad_fields[0].field, "retry.max_attempts");
  request.mutable_retry()->set_max_attempts(1);
  EXPECT_TRUE(As(billing_.token).Extract(request).ok());

  acme.ReplyByDefault(ToolAnswer(kAda).After(std::chrono::seconds(60)));
  const auto begin = std::chrono::steady_clock::now();
  const auto late = As(billing_.token).Extract(PersonRequest());
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.failure().reason, "DEADLINE");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST_F(CallersTest, TokensComeAndGoWithTheirFile) {
  StartWithTokens();
  const CallerFiles::Token next = CallerFiles::NewToken("billing");
  EXPECT_FALSE(As(next.token).ListModes().ok());
  files_.Write("tokens", billing_.line + "# the next one\n" + next.line);
  EXPECT_TRUE(Becomes(next.token, true));
  EXPECT_TRUE(As(billing_.token).Extract(PersonRequest()).ok());
  EXPECT_FALSE(As(mail_.token).ListModes().ok());
  files_.Write("tokens", next.line);
  EXPECT_TRUE(Becomes(billing_.token, false));
  EXPECT_TRUE(As(next.token).Extract(PersonRequest()).ok());
}

TEST_F(CallersTest, Case37_AWrongTokensFileKeepsTheOldTokensAndIsNamed) {
  StartWithTokens();
  const std::string path = files_.Write("tokens", mail_.line, 0644);
  EXPECT_TRUE(daemon->WaitForLog("can be read by others"));
  EXPECT_TRUE(As(billing_.token).Extract(PersonRequest()).ok());
  EXPECT_EQ(daemon->Metric("extractd_config_last_reload_successful"), 0);
  files_.Write("tokens", "billing my-plain-canary-token\n");
  EXPECT_TRUE(daemon->WaitForLog("line 1: must be a principal and sha256:"));
  EXPECT_TRUE(As(billing_.token).Extract(PersonRequest()).ok());
  EXPECT_EQ(daemon->Log().find("canary"), std::string::npos);
  files_.Write("tokens", billing_.line);
  EXPECT_TRUE(daemon->WaitForLog("\"event\":\"credentials_reloaded\""));
  EXPECT_EQ(daemon->Metric("extractd_config_last_reload_successful"), 1);
}

TEST_F(CallersTest, WrongTokensFilesAreNamedAtStart) {
  const auto problems = [this](std::string_view text, unsigned mode) {
    const std::string path = files_.Write("tokens", text, mode);
    return StartProblems(fmt::format("tokens_file: {}\nprincipals:\n  billing:\n", path));
  };
  EXPECT_NE(problems(billing_.line, 0604).find("chmod it to 0600"), std::string::npos);
  EXPECT_NE(problems(billing_.line, 0620).find("chmod it to 0600"), std::string::npos);
  EXPECT_NE(
      problems(mail_.line, 0600).find("principal 'mail' is not in the principals block"),
      std::string::npos
  );
  EXPECT_NE(problems("billing\n", 0600).find("line 1: must be"), std::string::npos);
  EXPECT_NE(
      StartProblems("tokens_file: /nowhere/tokens\n").find("'/nowhere/tokens' cannot be opened"),
      std::string::npos
  );
}

TEST_F(CallersTest, WrongPrincipalsAreNamedAtStart) {
  const std::string log = StartProblems(
      "principals:\n  \"bad name\":\n  billing:\n    provider: acme\n    models: []\n"
      "    limit_attempts: 0\n"
  );
  for (const std::string_view part :
       {"a name has 1…64 letters",
        "principals.billing.provider: unknown key; did you mean "
        "'providers'?",
        "principals.billing.models: must name at least one",
        "principals.billing.limit_attempts: must be an integer 1…100"}) {
    EXPECT_NE(log.find(part), std::string::npos) << part << "\n" << log;
  }
}

TEST_F(CallersTest, AddressesThatOthersReachNeedTlsAndAuthenticationOrALoudSetting) {
  const std::string log = StartProblems("listen: [\"0.0.0.0:0\"]\n");
  EXPECT_NE(log.find("without TLS and authentication"), std::string::npos) << log;
  // Tokens alone would be read on their way.
  const std::string tokens = StartProblems(Settings("", "", "listen: [\"[::]:0\"]\n"));
  EXPECT_NE(tokens.find("without TLS and authentication"), std::string::npos) << tokens;
  Start("listen: [\"0.0.0.0:0\"]\nallow_insecure_listen: true\n");
  EXPECT_TRUE(daemon->WaitForLog("\"event\":\"insecure_listen\""));
}

TEST_F(CallersTest, ASocketHasItsModeAndItsPrincipal) {
  const std::string path = (files_.directory() / "s").string();
  Start(fmt::format(
      "listen: [\"127.0.0.1:0\", \"unix:{}\"]\nsocket_mode: 0660\nsocket_principal: local\n"
      "principals:\n  local:\n    models: [acme/acme-1]\n",
      path
  ));
  acme.ReplyByDefault(ToolAnswer(kAda));
  struct stat info = {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0660U);
  EXPECT_TRUE(Client({.address = "unix:" + path}).Extract(PersonRequest()).ok());
  v1::ExtractRequest other = PersonRequest();
  other.set_model("acme/beta");
  const auto denied = Client({.address = "unix:" + path}).Extract(other);
  ASSERT_FALSE(denied.ok());
  EXPECT_EQ(denied.failure().reason, "NOT_ALLOWED");
  const auto over_tcp = client->Extract(PersonRequest());
  ASSERT_FALSE(over_tcp.ok());
  EXPECT_EQ(over_tcp.failure().reason, "TOKEN_INVALID");
}

TEST_F(CallersTest, Case12_MetadataAbove16KiBIsRefusedAndTheDaemonServesOn) {
  Start();
  acme.ReplyByDefault(ToolAnswer(kAda));
  const auto stub = v1::ExtractionService::NewStub(
      grpc::CreateChannel(daemon->address(), grpc::InsecureChannelCredentials())
  );
  grpc::ClientContext context;
  context.AddMetadata("x-large", std::string(20'000, 'x'));
  v1::ExtractResponse response;
  const grpc::Status status = stub->Extract(&context, PersonRequest(), &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << status.error_message();
  EXPECT_TRUE(acme.requests().empty());
  EXPECT_TRUE(client->Extract(PersonRequest()).ok());
}

}  // namespace
}  // namespace extractd::integration
