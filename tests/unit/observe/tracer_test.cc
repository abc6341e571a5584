#include "server/observe/tracer.h"

#include <string>

#include <gtest/gtest.h>

namespace extractd::observe {
namespace {

constexpr std::string_view kSampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr std::string_view kNotSampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

TEST(TracerTest, WithoutAnExporterACallHasTheTraceOfItsCallerOrNone) {
  const Tracer tracer;
  EXPECT_FALSE(tracer.Begin("", "").exists());
  EXPECT_FALSE(tracer.Begin("00-nonsense", "").exists());
  const TraceContext context = tracer.Begin(kSampled, "a=1");
  EXPECT_EQ(HexOf(context.trace), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(context.span, 0x00f067aa0ba902b7U) << "the provider follows the caller directly";
  EXPECT_FALSE(context.recorded);
}

TEST(TracerTest, ASampledCallerIsFollowedByASpanOfOurs) {
  Tracer tracer;
  tracer.set_exports(true);
  tracer.set_sample_percent(0);  // it is the caller's decision
  const TraceContext context = tracer.Begin(kSampled, "a=1,b=2");
  EXPECT_TRUE(context.recorded);
  EXPECT_EQ(context.parent, 0x00f067aa0ba902b7U);
  EXPECT_NE(context.span, context.parent);
  EXPECT_NE(context.span, 0U);
  EXPECT_EQ(context.state, "a=1,b=2");
}

TEST(TracerTest, ACallerThatIsNotSampledIsNotRecordedButPassedOn) {
  Tracer tracer;
  tracer.set_exports(true);
  const TraceContext context = tracer.Begin(kNotSampled, "");
  EXPECT_TRUE(context.exists());
  EXPECT_FALSE(context.recorded);
}

TEST(TracerTest, ABadHeaderBeginsANewTrace) {
  Tracer tracer;
  tracer.set_exports(true);
  const TraceContext context = tracer.Begin("00-nonsense", "a=1");
  EXPECT_TRUE(context.recorded);
  EXPECT_EQ(context.parent, 0U);
  EXPECT_EQ(context.state, "") << "which belongs to a trace that nobody knows";
  EXPECT_NE(HexOf(context.trace), HexOf(tracer.Begin("", "").trace));
}

TEST(TracerTest, NewTracesAreSampledAsTold) {
  Tracer tracer;
  tracer.set_exports(true);
  tracer.set_sample_percent(0);
  EXPECT_FALSE(tracer.Begin("", "").recorded);
  EXPECT_FALSE(tracer.Begin("", "").sampled());
  tracer.set_sample_percent(25);
  int recorded = 0;
  for (int i = 0; i < 4'000; ++i) recorded += tracer.Begin("", "").recorded ? 1 : 0;
  EXPECT_GT(recorded, 800);
  EXPECT_LT(recorded, 1'200);
}

TEST(TracerTest, StatesThatAreTooLongOrNoTextAreLeftOut) {
  Tracer tracer;
  tracer.set_exports(true);
  EXPECT_EQ(tracer.Begin(kSampled, std::string(513, 'a')).state, "");
  EXPECT_EQ(tracer.Begin(kSampled, "a=\n").state, "");
}

TEST(TracerTest, WhetherProvidersAreToldIsSet) {
  Tracer tracer;
  tracer.set_exports(true);
  EXPECT_TRUE(tracer.Begin("", "").sent);
  tracer.set_sends(false);
  EXPECT_FALSE(tracer.Begin("", "").sent);
  EXPECT_FALSE(tracer.Begin(kSampled, "").sent);
}

TEST(TracerTest, SpansComeInOrderAndThoseAboveTheBoundAreLostAndCounted) {
  Tracer tracer;
  for (size_t i = 0; i < Tracer::kMaxWaiting + 3; ++i) tracer.Record({.id = i + 1});
  EXPECT_EQ(tracer.lost(), 3);
  EXPECT_EQ(tracer.Take(2).front().id, 1U);
  EXPECT_EQ(tracer.Take(1).front().id, 3U);
  EXPECT_EQ(tracer.Take(10'000).size(), Tracer::kMaxWaiting - 3);
  EXPECT_TRUE(tracer.Take(1).empty());
}

}  // namespace
}  // namespace extractd::observe
