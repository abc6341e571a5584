// Thousands of calls of every kind, with a provider that does whatever providers do, and callers
// who leave when they like. Each call ends once, and says how; what the daemon counted is what the
// provider saw; nothing stays.
//
// EXTRACTD_SEED sets what happens. What the provider answers depends on the seed, the call and how
// often it came, so that a run that failed happens again with its seed, whatever overtakes what.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <iostream>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/fakes/test_settings.h"
#include "tests/integration/random_faults.h"
#include "tests/integration/stream_support.h"

namespace extractd::integration {
namespace {

using namespace std::chrono_literals;
using grpc::StatusCode;

constexpr size_t kCalls = 3'000;
constexpr size_t kCallsInFull = 40'000;
constexpr size_t kCallers = 12;
constexpr std::chrono::seconds kPatience{90};  // then no further call begins
constexpr std::chrono::minutes kPatienceInFull{20};

std::string TraceOf(size_t call) {
  return fmt::format("{:032x}", call + 1);
}

// What became of a call, by its caller.
struct Ending {
  StatusCode code = StatusCode::OK;
  bool told_why = false;  // the status has details of ours
};

// What the daemon's log says of a call.
struct Account {
  int endings = 0;   // call_ended, call_refused
  int attempts = 0;  // that were sent
  int unseen = 0;    // of these, ended by us: they may not have arrived
};

class ChaosTest : public DaemonTest {
 protected:
  using Stub = v1::ExtractionService::Stub;

  // The provider, as the seed wants it.
  fakes::ScriptedReply Answer(const fakes::SeenRequest& request) {
    const std::string traceparent(request.Header("traceparent"));
    int times = 0;
    {
      const std::scoped_lock lock(mutex_);
      times = ++times_[traceparent.substr(3, 32)];
    }
    std::seed_seq seed{
        static_cast<std::uint64_t>(seed_),
        static_cast<std::uint64_t>(std::stoull(traceparent.substr(19, 16), nullptr, 16)),
        static_cast<std::uint64_t>(times)
    };
    std::mt19937 random(seed);
    const bool stream = request.body.find("\"stream\":true") != std::string::npos;
    return stream ? RandomStream(random) : RandomAnswer(random);
  }

  void CallOnce(Stub& stub, size_t call) {
    std::seed_seq seed{static_cast<std::uint64_t>(seed_), static_cast<std::uint64_t>(call)};
    std::mt19937 random(seed);
    grpc::ClientContext context;
    context.AddMetadata("traceparent", fmt::format("00-{}-00000000000000aa-01", TraceOf(call)));
    const bool hurries = random() % 4 == 0;
    const std::chrono::milliseconds patience(hurries ? 1 + (random() % 300) : 20'000);
    context.set_deadline(std::chrono::system_clock::now() + patience);
    grpc::Status status;
    switch (random() % 3) {
      case 0:
        status = Unary(stub, context, random);
        break;
      case 1:
        status = Stream(stub, context, random);
        break;
      default:
        status = Dialog(stub, context, random);
    }
    const std::scoped_lock lock(mutex_);
    EXPECT_TRUE(endings_.emplace(TraceOf(call), EndingOf(status)).second);
  }

  static Ending EndingOf(const grpc::Status& status) {
    return {
        .code = status.error_code(),
        .told_why = status.error_details().find("extractd") != std::string::npos,
    };
  }

  static grpc::Status Unary(Stub& stub, grpc::ClientContext& context, std::mt19937& random) {
    std::thread leaver;
    if (random() % 5 == 0) {
      leaver = std::thread([&context, wait = std::chrono::milliseconds(random() % 80)] {
        std::this_thread::sleep_for(wait);
        context.TryCancel();
      });
    }
    v1::ExtractResponse response;
    const grpc::Status status = stub.Extract(&context, PersonRequest(), &response);
    if (leaver.joinable()) leaver.join();
    return status;
  }

  static grpc::Status Stream(Stub& stub, grpc::ClientContext& context, std::mt19937& random) {
    const auto reader = stub.ExtractStream(&context, StreamRequest(PersonRequest()));
    const bool leaves = random() % 5 == 0;
    size_t patience = leaves ? random() % 4 : 1'000'000;
    v1::ExtractStreamResponse event;
    while (patience-- > 0 && reader->Read(&event)) {
    }
    if (leaves) context.TryCancel();
    return reader->Finish();
  }

  static grpc::Status Dialog(Stub& stub, grpc::ClientContext& context, std::mt19937& random) {
    const auto dialog = stub.ExtractInteractive(&context);
    v1::ExtractInteractiveRequest message;
    *message.mutable_start()->mutable_request() = PersonRequest();
    dialog->Write(message);
    v1::ExtractInteractiveResponse event;
    while (dialog->Read(&event)) {
      if (!event.has_candidate()) continue;
      v1::ExtractInteractiveRequest answer;
      v1::Review& review = *answer.mutable_review();
      review.set_candidate(event.candidate().number());
      switch (random() % 6) {
        case 0:
          context.TryCancel();
          break;
        case 1: {
          v1::Issue& issue = *review.mutable_reject()->add_issues();
          issue.set_path("/name");
          issue.set_message("another one");
          break;
        }
        default:
          review.mutable_accept();
      }
      dialog->Write(answer);
    }
    return dialog->Finish();
  }

  // Begins `calls` calls, or as many as there is time for; how many that were.
  size_t Run(size_t calls) {
    const auto end = std::chrono::steady_clock::now() +
                     (IsFullRun() ? std::chrono::seconds(kPatienceInFull) : kPatience) / 2;
    const size_t last = next_ + calls;
    std::vector<std::thread> callers;
    callers.reserve(kCallers);
    for (size_t i = 0; i < kCallers; ++i) {
      callers.emplace_back([this, last, end] {
        const auto stub = v1::ExtractionService::NewStub(
            grpc::CreateChannel(daemon->address(), grpc::InsecureChannelCredentials())
        );
        while (std::chrono::steady_clock::now() < end) {
          const size_t call = next_.fetch_add(1);
          if (call >= last) break;
          CallOnce(*stub, call);
        }
      });
    }
    for (std::thread& caller : callers) caller.join();
    next_ = last;
    return endings_.size();
  }

  // By trace.
  std::map<std::string, Account> Accounts() const {
    std::map<std::string, Account> accounts;
    std::istringstream log(daemon->Log());
    for (std::string text; std::getline(log, text);) {
      const auto line = nlohmann::json::parse(text, nullptr, false);
      if (!line.is_object() || !line.contains("trace_id")) continue;
      Account& account = accounts[line["trace_id"]];
      const std::string event = line["event"];
      if (event == "call_ended" || event == "call_refused") ++account.endings;
      if (event != "attempt_ended" || line["outcome"] == "circuit_open") continue;
      ++account.attempts;
      const bool ours = line["outcome"] == "cancelled" || line["outcome"] == "timed_out";
      account.unseen += ours ? 1 : 0;
    }
    return accounts;
  }

  // How many attempts of each trace the provider saw. One that went out twice, since its connection
  // was gone, is one.
  std::map<std::string, int> Seen() const {
    std::set<std::string> attempts;
    for (const fakes::SeenRequest& request : acme.requests()) {
      attempts.emplace(request.Header("traceparent"));
    }
    std::map<std::string, int> seen;
    for (const std::string& attempt : attempts) ++seen[attempt.substr(3, 32)];
    return seen;
  }

  const std::uint64_t seed_ = NumberSetting("EXTRACTD_SEED", 11);
  std::atomic<size_t> next_ = 0;
  std::mutex mutex_;
  std::map<std::string, int> times_;
  std::map<std::string, Ending> endings_;
};

TEST_F(ChaosTest, EveryCallEndsOnceTheCountsAgreeAndNothingStays) {
  std::cout << "chaos: EXTRACTD_SEED=" << seed_ << "\n";
  // Spans make attempts tell apart; the collector is as bad as the provider.
  fakes::HttpImposter collector;
  collector.ReplyByDefault([n = 0](const fakes::SeenRequest&) mutable {
    return ++n % 3 == 0 ? ErrorReply(503) : fakes::ScriptedReply::Json("{}");
  });
  acme.ReplyByDefault([this](const fakes::SeenRequest& request) { return Answer(request); });
  Start(
      fmt::format(
          "log_level: debug\ninitial_backoff_ms: 1\nmax_backoff_ms: 5\nretry_budget_percent: 100\n"
          "circuit_open_ms: 100\notlp_endpoint: {}\n",
          collector.url()
      ),
      "    first_byte_timeout_ms: 400\n    idle_timeout_ms: 300\n"
  );
  const size_t calls = IsFullRun() ? kCallsInFull : kCalls;
  Run(calls / 2);
  const int descriptors = daemon->OpenDescriptors();
  const std::int64_t resident = ResidentKb(daemon->pid());
  const size_t made = Run(calls / 2);

  EXPECT_TRUE(Becomes([this] { return daemon->Metric("extractd_in_flight") == 0; }));
  EXPECT_TRUE(Becomes([&] { return daemon->OpenDescriptors() <= descriptors + 16; }))
      << descriptors << " became " << daemon->OpenDescriptors();
  EXPECT_TRUE(Becomes([this] { return acme.open_connections() <= 4 * kCallers; }))
      << acme.open_connections() << " connections to the provider";
  const std::int64_t grown = ResidentKb(daemon->pid()) - resident;
  EXPECT_LT(grown, kMaxGrowthKb);
  daemon->Signal(SIGTERM);
  EXPECT_EQ(daemon->Wait(), 0) << "with nothing leaked, as the sanitizer sees it";

  const std::map<std::string, Account> accounts = Accounts();
  const std::map<std::string, int> seen = Seen();
  std::map<StatusCode, size_t> outcomes;
  size_t attempts = 0;
  for (const auto& [trace, ending] : endings_) {
    ++outcomes[ending.code];
    EXPECT_NE(ending.code, StatusCode::INTERNAL) << trace;
    EXPECT_NE(ending.code, StatusCode::UNKNOWN) << trace;
    // Who left, or was out of time, may not have heard it.
    const bool gone =
        ending.code == StatusCode::CANCELLED || ending.code == StatusCode::DEADLINE_EXCEEDED;
    EXPECT_TRUE(gone || ending.code == StatusCode::OK || ending.told_why)
        << trace << " ended with " << ending.code;
    const auto account = accounts.find(trace);
    if (account == accounts.end()) {
      EXPECT_TRUE(gone) << trace << " is not in the log";
      continue;
    }
    EXPECT_EQ(account->second.endings, 1) << trace;
    const auto found = seen.find(trace);
    const int arrived = found == seen.end() ? 0 : found->second;
    EXPECT_LE(arrived, account->second.attempts) << trace;
    EXPECT_GE(arrived, account->second.attempts - account->second.unseen) << trace;
    attempts += static_cast<size_t>(account->second.attempts);
  }
  EXPECT_EQ(endings_.size(), made);
  EXPECT_GT(made, calls / 10) << "the machine is too slow for this to mean anything";
  EXPECT_GT(outcomes[StatusCode::OK], made / 4);
  for (const auto& [trace, account] : accounts) EXPECT_TRUE(endings_.contains(trace)) << trace;
  for (const auto& [code, count] : outcomes) {
    std::cout << "chaos: status " << code << ": " << count << "\n";
  }
  std::cout << "chaos: " << made << " calls, " << attempts << " attempts, "
            << acme.requests().size() << " requests, memory +" << grown
            << " kB in the second half\n";
}

}  // namespace
}  // namespace extractd::integration
