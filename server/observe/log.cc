#include "server/observe/log.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <mutex>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include "server/json/write.h"

namespace extractd::observe {
namespace {

constexpr size_t kBufferBytes = 64 * 1024;
constexpr size_t kLineBytes = 480;  // longer lines grow

struct LevelRow {
  LogLevel level;
  std::string_view name;
  spdlog::level::level_enum spdlog_level;
};
constexpr std::array kLevels = {
    LevelRow{LogLevel::kDebug, "debug", spdlog::level::debug},
    LevelRow{LogLevel::kInfo, "info", spdlog::level::info},
    LevelRow{LogLevel::kWarn, "warn", spdlog::level::warn},
    LevelRow{LogLevel::kError, "error", spdlog::level::err},
};
const LevelRow& RowOf(LogLevel level) {
  return kLevels[static_cast<size_t>(level)];
}

// Most lines share their second with the one before.
struct WrittenSecond {
  std::time_t second = -1;
  std::string text = {};
};

void AppendNow(std::string& out) {
  constexpr std::int64_t kMillion = 1'000'000;
  thread_local WrittenSecond last;
  const auto now = std::chrono::system_clock::now();
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
  const auto second = static_cast<std::time_t>(micros / kMillion);
  if (last.second != second) {
    last = {.second = second, .text = fmt::format("{:%Y-%m-%dT%H:%M:%S}.", fmt::gmtime(second))};
  }
  out += last.text;
  // With a leading digit too many, so that the zeros in front are written.
  out += std::string_view(fmt::format_int(kMillion + (micros % kMillion)).c_str()).substr(1);
  out += 'Z';
}

void WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // nobody reads the log: it must not stop the daemon
    text.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace

std::string_view LogLevelName(LogLevel level) {
  return RowOf(level).name;
}

std::optional<LogLevel> ParseLogLevel(std::string_view name) {
  const auto* row = std::ranges::find(kLevels, name, &LevelRow::name);
  if (row == kLevels.end()) return std::nullopt;
  return row->level;
}

LogLine& LogLine::Text(std::string_view key, std::string_view value) {
  if (log_ == nullptr) return *this;
  text_.append(",\"").append(key).append("\":");
  json::WriteString(value, text_);
  return *this;
}

LogLine& LogLine::Number(std::string_view key, std::int64_t value) {
  if (log_ == nullptr) return *this;
  const fmt::format_int digits(value);
  text_.append(",\"").append(key).append("\":").append(digits.data(), digits.size());
  return *this;
}

LogLine& LogLine::Flag(std::string_view key, bool value) {
  if (log_ == nullptr) return *this;
  text_.append(",\"").append(key).append(value ? "\":true" : "\":false");
  return *this;
}

void LogLine::Write() {
  if (log_ == nullptr) return;
  text_ += '}';
  std::exchange(log_, nullptr)->Put(level_, text_);
}

// The one way out. Redacts here, so that no caller can forget to.
class Log::Sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit Sink(int fd) : fd_(fd) { buffer_.reserve(kBufferBytes); }

  Redactor redactor;

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string_view line(message.payload.data(), message.payload.size());
    if (redactor.HoldsSecret(line)) {
      buffer_ += redactor.Redact(line);
    } else {
      buffer_ += line;
    }
    buffer_ += '\n';
    if (buffer_.size() >= kBufferBytes) flush_();
  }

  void flush_() override {
    WriteAll(fd_, buffer_);
    buffer_.clear();
  }

 private:
  int fd_;
  std::string buffer_;
};

struct Log::State {
  explicit State(int fd) : sink(std::make_shared<Sink>(fd)), logger("extractd", sink) {}
  std::shared_ptr<Sink> sink;
  spdlog::logger logger;
};

Log::Log(int fd, LogLevel level) : state_(std::make_unique<State>(fd)) {
  state_->logger.flush_on(spdlog::level::warn);
  set_level(level);
}

Log::~Log() {
  Flush();
}

void Log::set_level(LogLevel level) {
  state_->logger.set_level(RowOf(level).spdlog_level);
}

bool Log::IsOn(LogLevel level) const {
  return state_->logger.should_log(RowOf(level).spdlog_level);
}

LogLine Log::Line(LogLevel level, std::string_view event) {
  LogLine line(IsOn(level) ? this : nullptr, level);
  if (line.log_ != nullptr) {
    line.text_.reserve(kLineBytes);
    line.text_ += R"({"ts":")";
    AppendNow(line.text_);
    line.text_.append(R"(","level":")").append(LogLevelName(level));
    line.text_.append(R"(","event":")").append(event).append("\"");
  }
  return line;
}

void Log::Put(LogLevel level, std::string_view line) {
  state_->logger.log(RowOf(level).spdlog_level, spdlog::string_view_t(line.data(), line.size()));
}

void Log::Protect(const Secret& secret) {
  state_->sink->redactor.Protect(secret);
}

void Log::ProtectFor(const Secret& secret, std::chrono::seconds life) {
  state_->sink->redactor.ProtectFor(secret, life);
}

const Redactor& Log::redactor() const {
  return state_->sink->redactor;
}

void Log::Flush() {
  state_->logger.flush();
}

}  // namespace extractd::observe
