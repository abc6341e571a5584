// What operators ask a running daemon: events, reloads, caches.
#include <chrono>
#include <csignal>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/fakes/test_settings.h"
#include "tests/integration/caller_files.h"
#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

using std::chrono::seconds;

// A watcher on a thread of its own, until the first event of the kind `last`.
class Watching {
 public:
  explicit Watching(
      const ClientOptions& options,
      const v1::WatchEventsRequest& request = {},
      v1::EventKind last = v1::EVENT_KIND_UNSPECIFIED
  )
      : thread_([this, options, request, last] {
          Client client(options);
          const auto on_event = [this, last](const v1::WatchEventsResponse& event) {
            events_.push_back(event);
            return event.kind() != last;
          };
          ended_ = client.WatchEvents(request, on_event, seconds(10));
        }) {}
  ~Watching() {
    if (thread_.joinable()) thread_.join();
  }
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;

  // All that came, the last one included.
  std::vector<v1::WatchEventsResponse> Events() {
    thread_.join();
    EXPECT_FALSE(ended_.has_value()) << ended_->message;
    return events_;
  }

  // Why the daemon ended it.
  std::optional<Failure> End() {
    thread_.join();
    return ended_;
  }

 private:
  std::vector<v1::WatchEventsResponse> events_;
  std::optional<Failure> ended_;
  std::thread thread_;
};

class AdminTest : public DaemonTest {
 protected:
  // What the watchers are told when the file of tokens changes to this.
  std::string ReasonAfterNewTokens(
      const std::function<std::string(const CallerFiles::Token& ops)>& tokens
  ) {
    const CallerFiles files;
    const CallerFiles::Token ops = CallerFiles::NewToken("ops");
    const std::string path = files.Write("tokens", ops.line);
    Start(fmt::format("tokens_file: {}\nprincipals:\n  ops: {{admin: true}}\n", path));
    v1::WatchEventsRequest request;
    request.add_kinds(v1::EVENT_KIND_CONFIG);
    Watching watching(
        {.address = daemon->address(), .token = ops.token}, request, v1::EVENT_KIND_CONFIG
    );
    EXPECT_TRUE(daemon->WaitForLog("\"event\":\"watcher_came\""));
    files.Write("tokens", tokens(ops));
    const auto events = watching.Events();
    return events.size() == 1 ? events[0].reason() : "";
  }
};

TEST_F(AdminTest, WatchersSeeACallFromItsBeginToItsFailure) {
  Start("max_reasks: 1\n");
  acme.ReplyByDefault(ToolAnswer(kAdaWithNegativeAge));
  Watching watching({.address = daemon->address()}, {}, v1::EVENT_KIND_FINAL_FAILURE);
  ASSERT_TRUE(daemon->WaitForLog("\"event\":\"watcher_came\""));
  EXPECT_FALSE(client->Extract(PersonRequest()).ok());

  const auto events = watching.Events();
  std::vector<std::string> story;
  for (const auto& event : events) {
    story.push_back(fmt::format(
        "{} {} {}", v1::EventKind_Name(event.kind()).substr(11), event.attempt(), event.reason()
    ));
    EXPECT_EQ(event.provider(), "acme");
    EXPECT_EQ(event.request_id(), events.front().request_id());
    EXPECT_GT(event.event_time().seconds(), 0);
    EXPECT_EQ(event.ShortDebugString().find("Ada"), std::string::npos) << "an answer's text";
  }
  EXPECT_EQ(
      story,
      (std::vector<std::string>{
          "REQUEST 0 ",
          "PARSE_ERROR 1 invalid",
          "RETRY 2 reask",
          "PARSE_ERROR 2 invalid",
          "FINAL_FAILURE 0 OUTPUT_INVALID",
      })
  );
}

TEST_F(AdminTest, AFilterLeavesOnlyWhatWasAskedFor) {
  Start("max_transport_retries: 0\n");
  v1::WatchEventsRequest request;
  request.add_kinds(v1::EVENT_KIND_ERROR);
  request.set_provider("acme");
  Watching watching({.address = daemon->address()}, request, v1::EVENT_KIND_ERROR);
  ASSERT_TRUE(daemon->WaitForLog("\"event\":\"watcher_came\""));
  Script({ErrorReply(503)});
  EXPECT_FALSE(client->Extract(PersonRequest()).ok());
  const auto events = watching.Events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].reason(), "unavailable");
  EXPECT_NE(events[0].message().find("503"), std::string::npos);
}

TEST_F(AdminTest, ACircuitThatOpensIsAnEvent) {
  Start("max_transport_retries: 0\nmax_reasks: 0\n");
  v1::WatchEventsRequest request;
  request.add_kinds(v1::EVENT_KIND_CIRCUIT);
  Watching watching({.address = daemon->address()}, request, v1::EVENT_KIND_CIRCUIT);
  ASSERT_TRUE(daemon->WaitForLog("\"event\":\"watcher_came\""));
  acme.ReplyByDefault(ErrorReply(500));
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(client->Extract(PersonRequest()).ok());
  const auto events = watching.Events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].reason(), "open");
  EXPECT_EQ(events[0].provider(), "acme");
  EXPECT_TRUE(daemon->WaitForLog("circuit_changed"));
}

TEST_F(AdminTest, ADrainEndsWatchersAtOnce) {
  Start("drain_grace_ms: 20000\n");
  Watching watching({.address = daemon->address()});
  ASSERT_TRUE(daemon->WaitForLog("\"event\":\"watcher_came\""));
  const auto begin = std::chrono::steady_clock::now();
  daemon->Signal(SIGTERM);
  const auto ended = watching.End();
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->reason, "DRAINING");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, AtOnce());
}

TEST_F(AdminTest, EventsCanBeSwitchedOff) {
  Start("hooks_enabled: false\n");
  Watching watching({.address = daemon->address()});
  const auto ended = watching.End();
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->reason, "FEATURE_DISABLED");
  EXPECT_EQ(ended->metadata.at("flag"), "hooks_enabled");
}

TEST_F(AdminTest, AnUnspecifiedKindIsRefusedByItsPlace) {
  Start();
  v1::WatchEventsRequest request;
  request.add_kinds(v1::EVENT_KIND_RETRY);
  request.add_kinds(v1::EVENT_KIND_UNSPECIFIED);
  Watching watching({.address = daemon->address()}, request);
  const auto ended = watching.End();
  ASSERT_TRUE(ended.has_value());
  ASSERT_EQ(ended->bad_fields.size(), 1U);
  EXPECT_EQ(ended->bad_fields[0].field, "kinds[1]");
}

TEST_F(AdminTest, AReloadSaysWhatChangedAndWhatNeedsARestart) {
  Start("max_reasks: 1\n");
  v1::ReloadConfigRequest check;
  check.set_validate_only(true);
  const auto before = client->ReloadConfig(check);
  ASSERT_TRUE(before.ok()) << before.failure().message;
  EXPECT_EQ(before->changed_paths_size(), 0);
  EXPECT_EQ(before->config_hash().size(), 32U);

  daemon->Rewrite(Yaml("max_reasks: 2\nloops: 3\n", "    default_model: other\n"));
  const auto checked = client->ReloadConfig(check);
  ASSERT_TRUE(checked.ok()) << checked.failure().message;
  const std::vector<std::string> changed(
      checked->changed_paths().begin(), checked->changed_paths().end()
  );
  EXPECT_EQ(changed, (std::vector<std::string>{"loops", "max_reasks", "providers.acme"}));
  ASSERT_EQ(checked->restart_paths_size(), 1);
  EXPECT_EQ(checked->restart_paths(0), "loops");
  EXPECT_NE(checked->config_hash(), before->config_hash());

  const auto done = client->ReloadConfig();
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(done->changed_paths_size(), 3) << "what was only checked was not put into force";
  EXPECT_EQ(client->ReloadConfig(check)->changed_paths_size(), 0);
  EXPECT_EQ(done->config_hash(), checked->config_hash());
}

TEST_F(AdminTest, AReloadNamesWhatStandsBesideTheRows) {
  const auto prices = [](int input) {
    return fmt::format("    models: [{{name: m, price: {{input: {}, output: 9}}}}]\n", input);
  };
  Start("principals:\n  mail: {admin: true}\n", prices(3));
  daemon->Rewrite(Yaml("principals:\n  mail: {priority: low}\n", prices(4)));
  v1::ReloadConfigRequest check;
  check.set_validate_only(true);
  const auto checked = client->ReloadConfig(check);
  ASSERT_TRUE(checked.ok()) << checked.failure().message;
  ASSERT_EQ(checked->changed_paths_size(), 2) << checked->ShortDebugString();
  EXPECT_EQ(checked->changed_paths(0), "providers.acme");
  EXPECT_EQ(checked->changed_paths(1), "principals.mail");
  EXPECT_EQ(checked->restart_paths_size(), 0);
}

TEST_F(AdminTest, TokensThatAreReadAgainAreAnEvent) {
  EXPECT_EQ(
      ReasonAfterNewTokens([](const CallerFiles::Token& ops) { return ops.line + "\n"; }),
      "reloaded"
  );
}

TEST_F(AdminTest, TokensThatAreRefusedAreAnEvent) {
  EXPECT_EQ(
      ReasonAfterNewTokens([](const CallerFiles::Token&) { return "ops rubbish\n"; }), "refused"
  );
}

TEST_F(AdminTest, ABadConfigurationIsRefusedWithItsProblemsAndTheOldOneStays) {
  Start("max_reasks: 1\n");
  acme.ReplyByDefault(ToolAnswer(kAda));
  daemon->Rewrite("max_reask: 2\n");
  const auto refused = client->ReloadConfig();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(refused.failure().message.find("did you mean 'max_reasks'"), std::string::npos);
  EXPECT_TRUE(client->Extract(PersonRequest()).ok());
}

TEST_F(AdminTest, CacheStatisticsMoveWithCalls) {
  Start();
  acme.ReplyByDefault(ToolAnswer(kAda));
  ASSERT_TRUE(client->Extract(PersonRequest()).ok());
  ASSERT_TRUE(client->Extract(PersonRequest()).ok());
  const auto stats = client->GetCacheStats();
  ASSERT_TRUE(stats.ok());
  ASSERT_EQ(stats->caches_size(), 1);
  const v1::CacheStats& cache = stats->caches(0);
  EXPECT_EQ(cache.name(), "schema");
  EXPECT_EQ(cache.misses(), 1);
  EXPECT_GE(cache.hits(), 1);
  EXPECT_EQ(cache.entries(), 1);
  EXPECT_GT(cache.size_bytes(), 0);
  EXPECT_GT(cache.max_bytes(), cache.size_bytes());
  EXPECT_EQ(cache.backend(), "memory");
}

}  // namespace
}  // namespace extractd::integration
