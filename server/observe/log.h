// The log: one JSON object a line, through one sink that takes every known secret out. Lines are
// buffered; warnings and errors, and Flush(), write them at once. Thread-safe.
//
//   log.Line(LogLevel::kInfo, "call_ended").Text("request_id", id).Number("attempts", 2).Write();
#ifndef EXTRACTD_SERVER_OBSERVE_LOG_H_
#define EXTRACTD_SERVER_OBSERVE_LOG_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/secret.h"
#include "server/observe/redactor.h"

namespace extractd::observe {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };

std::string_view LogLevelName(LogLevel level);
std::optional<LogLevel> ParseLogLevel(std::string_view name);

// One line in the making. Never pass prompts, answers, keys or headers.
class LogLine {
 public:
  LogLine& Text(std::string_view key, std::string_view value);
  LogLine& Number(std::string_view key, std::int64_t value);
  LogLine& Flag(std::string_view key, bool value);
  void Write();

 private:
  friend class Log;
  LogLine(class Log* log, LogLevel level) : log_(log), level_(level) {}

  class Log* log_;  // null: the level is off, nothing is built
  LogLevel level_;
  std::string text_;
};

class Log {
 public:
  // Writes to the descriptor `fd`, which stays open and the caller's.
  Log(int fd, LogLevel level);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void set_level(LogLevel level);
  bool IsOn(LogLevel level) const;

  // `event`: a stable lower_snake_case name. Time and level are added.
  LogLine Line(LogLevel level, std::string_view event);

  // From now on, no line holds this value.
  void Protect(const Secret& secret);
  // The same for so long at least: for what expires, so that the list of secrets does not grow.
  void ProtectFor(const Secret& secret, std::chrono::seconds life);
  // Takes the same secrets out of what is written elsewhere.
  const Redactor& redactor() const;

  void Flush();

 private:
  friend class LogLine;
  void Put(LogLevel level, std::string_view line);

  class Sink;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace extractd::observe

#endif  // EXTRACTD_SERVER_OBSERVE_LOG_H_
