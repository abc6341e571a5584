#include "server/net/streams/aws_event_reader.h"

#include "tests/fakes/event_frames.h"
#include "tests/unit/net/streams/read_in_pieces.h"

namespace extractd::net {
namespace {

using fakes::EventFrame, fakes::ExceptionFrame;
using Progress = EventReader::Progress;
using Events = std::vector<std::string>;

TEST(AwsEventReaderTest, EachMessageIsAnEventWithItsName) {
  const std::string body = EventFrame("start", "{}") + EventFrame("delta", R"({"a":1})") +
                           ExceptionFrame("throttled", R"({"message":"slow"})");
  EXPECT_EQ(
      EventsOf<AwsEventReader>(body),
      (Events{"start|{}", R"(delta|{"a":1})", R"(throttled|{"message":"slow"})"})
  );
}

TEST(AwsEventReaderTest, NothingIsReadBehindWhatEndsTheReading) {
  const std::string body = EventFrame("a", "stop") + EventFrame("b", "more");
  EXPECT_EQ(EventsOf<AwsEventReader>(body), (Events{"a|stop"}));
}

TEST(AwsEventReaderTest, ADamagedOrCutMessageIsMalformed) {
  std::string damaged = EventFrame("a", "{}");
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  EXPECT_EQ(ReadPieces<AwsEventReader>({damaged}).progress, Progress::kMalformed);
  const std::string whole = EventFrame("a", "{}");
  EXPECT_EQ(
      ReadPieces<AwsEventReader>({std::string_view(whole).substr(0, 20)}).progress,
      Progress::kMalformed
  );
}

TEST(AwsEventReaderTest, AMessageAboveTheLimitIsRefused) {
  const std::string body = EventFrame("a", "0123456789");
  EXPECT_EQ(ReadPieces({body}, AwsEventReader(10)).progress, Progress::kGoesOn);
  EXPECT_EQ(ReadPieces({body}, AwsEventReader(9)).progress, Progress::kTooLarge);
}

}  // namespace
}  // namespace extractd::net
