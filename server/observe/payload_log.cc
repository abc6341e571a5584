#include "server/observe/payload_log.h"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <system_error>
#include <utility>

#include <absl/random/random.h>
#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/utf8.h"
#include "server/json/text_writer.h"

namespace extractd::observe {
namespace {

absl::Status Problem(const std::string& path, std::string_view problem) {
  return absl::InvalidArgumentError(fmt::format("payload_log: '{}' {}", path, problem));
}

std::string Now() {
  const auto now =
      std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(now);
  return fmt::format(
      "{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
      fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
      (now - seconds).count()
  );
}

// How many of the bytes were written.
size_t WriteAll(int fd, std::string_view text) {
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = ::write(fd, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    done += static_cast<size_t>(written);
  }
  return done;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PayloadLog>> PayloadLog::Open(
    const Options& options, const Redactor& redactor
) {
  std::unique_ptr<PayloadLog> log(new PayloadLog(options, redactor));
  const absl::MutexLock lock(&log->file_mutex_);
  absl::Status opened = log->OpenFile();
  if (!opened.ok()) return opened;
  return log;
}

PayloadLog::~PayloadLog() {
  Flush();
  const absl::MutexLock lock(&file_mutex_);
  if (fd_ >= 0) ::close(fd_);
}

absl::Status PayloadLog::OpenFile() {
  const std::string& path = options_.path;
  fd_ = ::open(
      path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600
  );
  if (fd_ < 0) {
    return Problem(path, "cannot be opened: " + std::generic_category().message(errno));
  }
  struct stat info = {};
  if (::fstat(fd_, &info) != 0 || !S_ISREG(info.st_mode)) {
    return Problem(path, "is no regular file");
  }
  if (info.st_uid != ::geteuid()) return Problem(path, "belongs to another user");
  if (::fchmod(fd_, 0600) != 0) return Problem(path, "cannot be given mode 0600");
  bytes_ = info.st_size;
  return absl::OkStatus();
}

void PayloadLog::Rotate() {
  ::close(std::exchange(fd_, -1));
  const std::string old = options_.path + ".1";
  if (std::rename(options_.path.c_str(), old.c_str()) != 0) return;
  if (!OpenFile().ok() && fd_ >= 0) ::close(std::exchange(fd_, -1));
}

bool PayloadLog::Wants() const {
  if (options_.sample_percent >= 100) return true;
  // NOLINTNEXTLINE(misc-use-internal-linkage): it is local
  thread_local absl::InsecureBitGen random;
  return absl::Uniform(random, 0.0, 100.0) < options_.sample_percent;
}

void PayloadLog::Add(const Exchange& exchange) {
  json::TextWriter out(exchange.request.size() + exchange.reply.size() + 512);
  // Taken out before the text is escaped, which could hide it, and before it is cut.
  const auto body = [&](std::string_view key, std::string_view bytes) {
    const std::string clean = redactor_.Redact(bytes);
    out.Member(key, ReplaceInvalidUtf8(CutUtf8(clean, kMaxBodyBytes)));
    if (clean.size() > kMaxBodyBytes) out.Member(fmt::format("{}_bytes", key), bytes.size());
  };
  out.BeginObject().Member("ts", Now()).Member("request_id", exchange.request_id);
  out.Member("attempt", exchange.attempt).Member("provider", exchange.provider);
  out.Member("model", redactor_.Redact(exchange.model)).Member("mode", exchange.mode);
  out.Member("url", redactor_.Redact(exchange.url)).Member("http_status", exchange.http_status);
  if (!exchange.failure.empty()) out.Member("failure", exchange.failure);
  body("request", exchange.request);
  body("reply", exchange.reply);
  out.EndObject();
  const absl::MutexLock lock(&mutex_);
  if (waiting_.size() + out.text().size() > kMaxWaitingBytes) {
    ++lost_;
    return;
  }
  waiting_.append(out.text()).push_back('\n');
  ++lines_;
}

bool PayloadLog::WriteLine(std::string_view line) {
  if (fd_ < 0) return false;
  if (WriteAll(fd_, line) == line.size()) return true;
  // The disk is full: a line is whole or not there.
  if (::ftruncate(fd_, bytes_) != 0) ::close(std::exchange(fd_, -1));
  return false;
}

void PayloadLog::Flush() {
  std::string text;
  std::int64_t lines = 0;
  {
    const absl::MutexLock lock(&mutex_);
    text.swap(waiting_);
    lines = std::exchange(lines_, 0);
  }
  const absl::MutexLock lock(&file_mutex_);
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin) + 1;
    const auto size = static_cast<std::int64_t>(end - begin);
    if (bytes_ > 0 && bytes_ + size > options_.max_bytes) Rotate();
    if (!WriteLine(std::string_view(text).substr(begin, end - begin))) {
      lost_ += lines;
      return;
    }
    bytes_ += size;
    --lines;
    begin = end;
  }
}

}  // namespace extractd::observe
