#include "server/registry/registry.h"

#include <atomic>
#include <barrier>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "server/base/error.h"

namespace extractd {
namespace {

// Never called: the registry only asks whether it is there.
class StubDialect final : public Dialect {
 public:
  std::string_view name() const override { return "stub"; }
  std::string Path(const ProviderRow&, const ChatRequest&) const override { return ""; }
  absl::StatusOr<std::string> EncodeBody(const ProviderRow&, const ModelFamily&, const ChatRequest&)
      const override {
    return std::string();
  }
  SendResult Decode(int, std::string_view, HeaderOf) const override { return {}; }
};

const StubDialect kDialect;

Handler Complete() {
  return {
      .row = std::make_shared<const ProviderRow>(),
      .mode = FindModeHandler("TOOLS"),
      .dialect = &kDialect,
  };
}

Registration Lazy() {
  return {.loader = [] { return absl::StatusOr<Handler>(Complete()); }};
}

Reason ReasonOf(const absl::Status& status) {
  return DetailsOf(status)->reason;
}

std::string MetadataOf(const absl::Status& status, std::string_view key) {
  const auto details = DetailsOf(status);
  for (const auto& [name, value] : details->metadata) {
    if (name == key) return value;
  }
  return {};
}

class RegistryTest : public testing::Test {
 protected:
  void Add(std::string_view provider, std::string_view mode, Registration registration) {
    const auto added = registry_.Register(provider, mode, std::move(registration));
    ASSERT_TRUE(added.ok()) << added.status();
    EXPECT_EQ(*added, "");
  }
  Registry registry_;
};

TEST_F(RegistryTest, NeitherHandlerNorLoaderIsAnError) {
  const auto added = registry_.Register("acme", "TOOLS", {});
  EXPECT_TRUE(absl::IsInvalidArgument(added.status())) << added.status();
  EXPECT_FALSE(registry_.HasMode("acme", "TOOLS"));
}

TEST_F(RegistryTest, BothHandlerAndLoaderIsAnError) {
  Registration both = Lazy();
  both.handler = Complete();
  EXPECT_TRUE(absl::IsInvalidArgument(registry_.Register("acme", "TOOLS", both).status()));
}

TEST_F(RegistryTest, DuplicateWithoutReplaceIsAnErrorThatSaysSo) {
  Add("acme", "TOOLS", Lazy());
  const auto again = registry_.Register("acme", "TOOLS", Lazy());
  EXPECT_TRUE(absl::IsAlreadyExists(again.status()));
  EXPECT_NE(again.status().message().find("set replace"), std::string::npos) << again.status();
}

TEST_F(RegistryTest, DuplicateWithReplaceIsAWarning) {
  Add("acme", "TOOLS", Lazy());
  Registration next = {.handler = Complete(), .replace = true};
  const auto replaced = registry_.Register("acme", "TOOLS", next);
  ASSERT_TRUE(replaced.ok());
  EXPECT_EQ(*replaced, "(acme, TOOLS) replaces an earlier registration");
  EXPECT_EQ(registry_.stats().loaded, 1);
}

TEST_F(RegistryTest, IncompleteHandlerIsRefusedAtRegistration) {
  Handler incomplete = Complete();
  incomplete.dialect = nullptr;
  incomplete.row = nullptr;
  const auto added = registry_.Register("acme", "TOOLS", {.handler = incomplete});
  EXPECT_TRUE(absl::IsInvalidArgument(added.status()));
  EXPECT_NE(added.status().message().find("no provider row, dialect"), std::string::npos)
      << added.status();
}

TEST_F(RegistryTest, IncompleteHandlerIsRefusedAfterLazyLoadAndStaysLazy) {
  Handler incomplete = Complete();
  incomplete.mode = nullptr;
  Add("acme", "TOOLS", {.loader = [incomplete] { return absl::StatusOr<Handler>(incomplete); }});
  EXPECT_TRUE(absl::IsFailedPrecondition(registry_.Find("acme", "TOOLS").status()));
  EXPECT_EQ(registry_.stats().lazy, 1);
}

TEST_F(RegistryTest, LoaderRunsExactlyOnceUnder64Threads) {
  std::atomic<int> loads = 0;
  Add("acme", "TOOLS", {.loader = [&loads] {
        ++loads;
        return absl::StatusOr<Handler>(Complete());
      }});
  std::barrier start(64);
  std::atomic<int> found = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      if (registry_.Find("acme", "TOOLS").ok()) ++found;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(loads, 1);
  EXPECT_EQ(found, 64);
}

TEST_F(RegistryTest, CircularLoadIsAnErrorThatLeavesNoTrace) {
  const auto needs = [this](std::string other) {
    return Registration{.loader = [this, other]() -> absl::StatusOr<Handler> {
      const auto found = registry_.Find(other, "TOOLS");
      if (!found.ok()) return found.status();
      return Complete();
    }};
  };
  Add("a", "TOOLS", needs("b"));
  Add("b", "TOOLS", needs("a"));
  EXPECT_TRUE(absl::IsFailedPrecondition(registry_.Find("a", "TOOLS").status()));
  EXPECT_EQ(registry_.stats().lazy, 2);
  // Once one of them stands, the other loads.
  ASSERT_TRUE(registry_.Register("b", "TOOLS", {.handler = Complete(), .replace = true}).ok());
  EXPECT_TRUE(registry_.Find("a", "TOOLS").ok());
}

TEST_F(RegistryTest, LoadersThatNeedEachOtherOnTwoThreadsDoNotDeadlock) {
  const auto needs = [this](std::string other) {
    return Registration{.loader = [this, other]() -> absl::StatusOr<Handler> {
      const auto found = registry_.Find(other, "TOOLS");
      if (!found.ok()) return found.status();
      return Complete();
    }};
  };
  Add("a", "TOOLS", needs("b"));
  Add("b", "TOOLS", needs("a"));
  std::thread one([this] { EXPECT_FALSE(registry_.Find("a", "TOOLS").ok()); });
  std::thread two([this] { EXPECT_FALSE(registry_.Find("b", "TOOLS").ok()); });
  one.join();
  two.join();
}

TEST_F(RegistryTest, FailingLoaderStaysLazyAndMayBeTriedAgain) {
  bool broken = true;
  Add("acme", "TOOLS", {.loader = [&broken]() -> absl::StatusOr<Handler> {
        if (broken) return absl::UnavailableError("not yet");
        return Complete();
      }});
  EXPECT_EQ(registry_.Find("acme", "TOOLS").status(), absl::UnavailableError("not yet"));
  EXPECT_EQ(registry_.stats().lazy, 1);
  broken = false;
  EXPECT_TRUE(registry_.Find("acme", "TOOLS").ok());
  EXPECT_EQ(registry_.stats().loaded, 1);
}

TEST_F(RegistryTest, UnknownModeListsThoseThatExist) {
  Add("acme", "TOOLS", Lazy());
  Add("acme", "JSON", Lazy());
  const absl::Status status = registry_.Find("acme", "MD_JSON").status();
  EXPECT_EQ(ReasonOf(status), Reason::kModeNotSupported);
  EXPECT_EQ(MetadataOf(status, "supported"), "JSON, TOOLS");
}

TEST_F(RegistryTest, UnknownProviderListsThoseThatExistAndTheNearest) {
  Add("groq", "TOOLS", Lazy());
  Add("openai", "TOOLS", Lazy());
  const absl::Status status = registry_.Find("opnai", "TOOLS").status();
  EXPECT_EQ(ReasonOf(status), Reason::kUnknownProvider);
  EXPECT_EQ(MetadataOf(status, "known"), "groq, openai");
  EXPECT_EQ(MetadataOf(status, "nearest"), "openai");
}

TEST_F(RegistryTest, ListsAreSorted) {
  Add("b", "TOOLS", Lazy());
  Add("b", "JSON", Lazy());
  Add("a", "TOOLS", Lazy());
  EXPECT_EQ(registry_.Providers(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(registry_.ModesOf("b"), (std::vector<std::string>{"JSON", "TOOLS"}));
  EXPECT_EQ(registry_.ProvidersOf("TOOLS"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(registry_.ProvidersOf("JSON"), (std::vector<std::string>{"b"}));
  EXPECT_TRUE(registry_.ModesOf("c").empty());
  EXPECT_TRUE(registry_.HasMode("b", "JSON"));
  EXPECT_FALSE(registry_.HasMode("a", "JSON"));
}

TEST_F(RegistryTest, UnregisteredIsGoneButACallKeepsItsHandler) {
  Add("acme", "TOOLS", Lazy());
  const auto held = registry_.Find("acme", "TOOLS");
  ASSERT_TRUE(held.ok());
  EXPECT_TRUE(registry_.Unregister("acme", "TOOLS").ok());
  EXPECT_FALSE(registry_.HasProvider("acme"));
  EXPECT_EQ((*held)->mode->traits().name, "TOOLS");
  EXPECT_TRUE(absl::IsNotFound(registry_.Unregister("acme", "TOOLS")));
}

TEST_F(RegistryTest, UnregisterProviderRemovesAllItsModes) {
  Add("acme", "TOOLS", Lazy());
  Add("acme", "JSON", Lazy());
  EXPECT_EQ(registry_.UnregisterProvider("acme"), 2);
  EXPECT_EQ(registry_.UnregisterProvider("acme"), 0);
  EXPECT_TRUE(registry_.Providers().empty());
}

TEST_F(RegistryTest, ReplacedDuringItsLoadKeepsTheNewRegistration) {
  Add("acme", "TOOLS", {.loader = [this]() -> absl::StatusOr<Handler> {
        Registration next = Lazy();
        next.replace = true;
        EXPECT_TRUE(registry_.Register("acme", "TOOLS", next).ok());
        return Complete();
      }});
  EXPECT_TRUE(registry_.Find("acme", "TOOLS").ok());
  EXPECT_EQ(registry_.stats().lazy, 1) << "the new registration has not been loaded yet";
}

TEST_F(RegistryTest, StatisticsMove) {
  Add("acme", "TOOLS", Lazy());
  Add("acme", "JSON", {.handler = Complete()});
  EXPECT_EQ(registry_.stats().total, 2);
  EXPECT_EQ(registry_.stats().lazy, 1);
  EXPECT_TRUE(registry_.IsLoaded("acme"));
  ASSERT_TRUE(registry_.Find("acme", "TOOLS").ok());
  EXPECT_EQ(registry_.stats().loaded, 2);
  Add("lazy", "TOOLS", Lazy());
  EXPECT_FALSE(registry_.IsLoaded("lazy"));
  EXPECT_FALSE(registry_.IsLoaded("nobody"));
}

}  // namespace
}  // namespace extractd
