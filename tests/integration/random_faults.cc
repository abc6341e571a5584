#include "tests/integration/random_faults.h"

#include <chrono>
#include <fstream>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "tests/integration/stream_support.h"

namespace extractd::integration {
namespace {

using fakes::ScriptedReply;
using namespace std::chrono_literals;

std::string RandomPerson(std::mt19937& random) {
  return fmt::format(
      R"({{"name":"{}","age":{}}})", std::string(1 + (random() % 4'000), 'a'), random() % 90
  );
}

}  // namespace

ScriptedReply RandomStream(std::mt19937& random) {
  const std::string person = RandomPerson(random);
  const std::string events = ToolEvents(InPieces(person, 1 + (random() % 60)));
  const size_t somewhere = random() % events.size();
  switch (random() % 16) {
    case 0:
      return ScriptedReply::EventStream(events).CutAfter(somewhere);
    case 1:
      return ScriptedReply::EventStream(events).ResetAfter(somewhere);
    case 2:
      return ScriptedReply::EventStream(events).StallAfter(somewhere);
    case 3:
      return ScriptedReply::EventStream(events.substr(0, somewhere) + "data: {no json\n\n");
    case 4:
      return ErrorReply(503);
    case 5:
      return ScriptedReply::HangUp();
    case 6:
      return ScriptedReply::EventStream(ToolEvents({R"({"age":-1,)", person.substr(1)}));
    case 7:
      return ScriptedReply::EventStream(events).Dripping(2'000, 1ms);
    default:
      return ScriptedReply::EventStream(events);
  }
}

ScriptedReply RandomAnswer(std::mt19937& random) {
  const std::string person = RandomPerson(random);
  const std::chrono::milliseconds moment(random() % 60);
  switch (random() % 24) {
    case 0:
      return ToolAnswer(person).CutAfter(random() % 200);
    case 1:
      return ToolAnswer(person).ResetAfter(random() % 200);
    case 2:
      return ToolAnswer(person).StallAfter(random() % 200);
    case 3:
      return ErrorReply(429).With("retry-after-ms", "10");
    case 4:
      return ErrorReply(500 + static_cast<int>(random() % 5));
    case 5:
      return ScriptedReply::HangUp();
    case 6:
      return ScriptedReply::Json("<html>we are back soon</html>");
    case 7:
      return ToolAnswer(R"({"name":1,"age":-1})");
    case 8:
      return ScriptedReply::Silence();
    case 9:
      return Refusal("no");
    case 10:
      return ErrorReply(401);
    case 11:
      return ToolAnswer(person.substr(0, person.size() / 2), "length");
    case 12:
      return ScriptedReply::Raw("\x16\x03\x01 not http\r\n\r\n");
    case 13:
      return ErrorReply(400);
    default:
      return ToolAnswer(person).After(moment);
  }
}

std::int64_t ResidentKb(pid_t pid) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoll(line.substr(6));
  }
  return 0;
}

bool Becomes(const std::function<bool()>& condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(20ms);
  }
  return false;
}

}  // namespace extractd::integration
