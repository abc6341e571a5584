#include "server/observe/event_bus.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace extractd::observe {
namespace {

Event EventOf(EventKind kind, std::string provider = "acme", int attempt = 0) {
  return {.kind = kind, .attempt = attempt, .provider = std::move(provider)};
}

constexpr auto kNobody = [] {};

TEST(EventBusTest, IsWatchedOnlyWhileSomebodyLooksOn) {
  EventBus bus;
  EXPECT_FALSE(bus.watched());
  {
    const auto watcher = bus.Watch({}, kNobody);
    EXPECT_TRUE(bus.watched());
  }
  EXPECT_FALSE(bus.watched());
}

TEST(EventBusTest, EveryWatcherGetsEveryEventInOrder) {
  EventBus bus;
  const auto one = bus.Watch({}, kNobody);
  const auto other = bus.Watch({}, kNobody);
  bus.Publish(EventOf(EventKind::kRequest));
  bus.Publish(EventOf(EventKind::kResponse));
  for (const auto* watcher : {&one, &other}) {
    EXPECT_EQ((*watcher)->Take()->event->kind, EventKind::kRequest);
    EXPECT_EQ((*watcher)->Take()->event->kind, EventKind::kResponse);
    EXPECT_FALSE((*watcher)->Take().has_value());
  }
}

TEST(EventBusTest, OnlyWhatPassesTheFilterIsDelivered) {
  EventBus bus;
  const auto watcher =
      bus.Watch({.kinds = {EventKind::kRetry, EventKind::kError}, .provider = "acme"}, kNobody);
  bus.Publish(EventOf(EventKind::kRequest));
  bus.Publish(EventOf(EventKind::kRetry, "other"));
  bus.Publish(EventOf(EventKind::kError));
  EXPECT_EQ(watcher->Take()->event->kind, EventKind::kError);
  EXPECT_FALSE(watcher->Take().has_value());
}

TEST(EventBusTest, ASlowWatcherLosesTheOldestAndIsToldHowMany) {
  EventBus bus;
  const auto watcher = bus.Watch({}, kNobody);
  constexpr int kLost = 3;
  for (int i = 0; i < static_cast<int>(EventBus::kMaxWaiting) + kLost; ++i) {
    bus.Publish(EventOf(EventKind::kRequest, "acme", i));
  }
  const auto first = watcher->Take();
  EXPECT_EQ(first->lost, kLost);
  EXPECT_EQ(first->event->attempt, kLost);
  EXPECT_EQ(watcher->Take()->lost, 0);
  EXPECT_EQ(bus.lost(), kLost);
}

TEST(EventBusTest, AWatcherIsWokenByTheFirstEventThatWaits) {
  EventBus bus;
  int rings = 0;
  const auto watcher = bus.Watch({}, [&rings] { ++rings; });
  bus.Publish(EventOf(EventKind::kRequest));
  bus.Publish(EventOf(EventKind::kRequest));
  EXPECT_EQ(rings, 1);
  while (watcher->Take().has_value()) {
  }
  bus.Publish(EventOf(EventKind::kRequest));
  EXPECT_EQ(rings, 2);
}

TEST(EventBusTest, CloseWakesEverybodyAndNothingComesAfterIt) {
  EventBus bus;
  int rings = 0;
  const auto watcher = bus.Watch({}, [&rings] { ++rings; });
  EXPECT_FALSE(watcher->closed());
  bus.Close();
  EXPECT_EQ(rings, 1);
  EXPECT_TRUE(watcher->closed());
  bus.Publish(EventOf(EventKind::kRequest));
  EXPECT_FALSE(watcher->Take().has_value());
}

TEST(EventBusTest, WatchersAreLimited) {
  EventBus bus;
  std::vector<std::unique_ptr<EventBus::Watcher>> watchers;
  for (size_t i = 0; i < EventBus::kMaxWatchers; ++i) watchers.push_back(bus.Watch({}, kNobody));
  EXPECT_EQ(bus.Watch({}, kNobody), nullptr);
  watchers.pop_back();
  EXPECT_NE(bus.Watch({}, kNobody), nullptr);
}

TEST(EventBusTest, ThreadsPublishWhileWatchersComeAndGo) {
  EventBus bus;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&bus] {
      for (int n = 0; n < 2000; ++n) bus.Publish(EventOf(EventKind::kRequest));
    });
  }
  for (int i = 0; i < 100; ++i) {
    const auto watcher = bus.Watch({}, kNobody);
    (void)watcher->Take();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(bus.watched());
}

}  // namespace
}  // namespace extractd::observe
