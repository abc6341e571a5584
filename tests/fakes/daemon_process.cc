#include "tests/fakes/daemon_process.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/json/parse.h"
#include "server/json/read.h"
#include "tests/fakes/capture.h"
#include "tests/fakes/test_settings.h"

namespace extractd::fakes {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The key of acme in every test that gives it no other. Nothing that a daemon says may hold it.
constexpr std::string_view kCanaryVariable = "ACME_CANARY_KEY";
constexpr std::string_view kCanaryKey = "sk-canary-5e0b7d91f3";
constexpr milliseconds kPoll{5};
constexpr seconds kPatience{30};

std::filesystem::path MakeDirectory() {
  std::string path = (std::filesystem::temp_directory_path() / "extractd-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) std::abort();
  return path;
}

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

template <class Condition>
bool WaitUntil(Condition condition, std::chrono::nanoseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(kPoll);
  }
  return true;
}

std::vector<std::string> EnvironmentOf(const DaemonProcess::Options& options) {
  std::map<std::string, std::string> variables = options.environment;
  variables.emplace(kCanaryVariable, kCanaryKey);
  for (const auto* name :
       {"PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"}) {
    const char* const value = Setting(name);
    if (value != nullptr) variables.emplace(name, value);
  }
  std::vector<std::string> entries;
  entries.reserve(variables.size());
  for (const auto& [name, value] : variables) entries.push_back(fmt::format("{}={}", name, value));
  return entries;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

bool Sets(const DaemonProcess::Options& options, std::string_view setting) {
  const bool in_file = options.yaml.starts_with(setting) ||
                       options.yaml.find("\n" + std::string(setting)) != std::string::npos;
  std::string flag = "--" + std::string(setting);
  std::ranges::replace(flag, '_', '-');
  return in_file || std::ranges::find(options.arguments, flag) != options.arguments.end();
}

}  // namespace

std::filesystem::path DaemonBinary() {
  return EXTRACTD_BINARY;
}

std::string AcmeAt(std::string_view base_url, std::string_view more_keys) {
  const auto has = [more_keys](std::string_view key) {
    return more_keys.find(key) != std::string_view::npos;
  };
  const bool has_key = has("    key_") || has("    signer:");
  return fmt::format(
      "providers:\n"
      "  acme:\n"
      "    base_url: {}\n"
      "    default_model: acme-1\n"
      "{}{}{}",
      base_url,
      has("    enforcement:") ? "" : "    enforcement: grammar\n",
      has_key ? "" : fmt::format("    key_variable: {}\n", kCanaryVariable),
      more_keys
  );
}

DaemonProcess::DaemonProcess(Options options) : directory_(MakeDirectory()) {
  Rewrite(options.yaml);
  if (!Sets(options, "listen")) {
    const std::string socket = "unix:" + (directory_ / "grpc.sock").string();
    options.arguments.insert(options.arguments.end(), {"--listen", "127.0.0.1:0," + socket});
  }
  if (!Sets(options, "admin_listen")) {
    options.arguments.insert(options.arguments.end(), {"--admin-listen", "127.0.0.1:0"});
  }
  Spawn(options);
  AwaitServing();
}

DaemonProcess::~DaemonProcess() {
  if (pid_ > 0 && serving_) CapturePages();
  if (pid_ > 0) {
    Signal(SIGTERM);
    Wait();
  }
  Capture(fmt::format("{}-log", directory_.filename().string()), Log());
  std::error_code error;
  std::filesystem::remove_all(directory_, error);
}

void DaemonProcess::CapturePages() const {
  if (admin_.find(':') == std::string::npos || !Captures()) return;
  std::string pages;
  for (const auto* page : {"/metrics", "/debug/settings", "/debug/providers"}) {
    pages += AdminGet(page);
  }
  Capture(fmt::format("{}-pages", directory_.filename().string()), pages);
}

void DaemonProcess::Spawn(const Options& options) {
  std::vector<std::string> arguments = {DaemonBinary(), "--config", config_file()};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  std::vector<std::string> environment = EnvironmentOf(options);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  const std::string log = directory_ / "log";
  ::posix_spawn_file_actions_addopen(
      &actions, STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600
  );
  // Whoever waits for the end of the test's output must not wait for the daemon.
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  const int failed = ::posix_spawn(
      &pid_,
      arguments[0].c_str(),
      &actions,
      nullptr,
      Pointers(arguments).data(),
      Pointers(environment).data()
  );
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) pid_ = -1;
}

void DaemonProcess::AwaitServing() {
  const auto dead = [this] {
    siginfo_t info = {};
    return pid_ > 0 &&
           ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == pid_;
  };
  const auto serves = [this] { return Log().find("\"event\":\"serving\"") != std::string::npos; };
  WaitUntil([&] { return serves() || pid_ < 0 || dead(); }, kPatience);
  serving_ = serves();
  if (!serving_) return;
  std::istringstream lines(Log());
  for (std::string line; std::getline(lines, line);) {
    const json::ParseResult parsed = json::ParseView(line);
    const auto* document = std::get_if<json::Document>(&parsed);
    if (document == nullptr || json::StringMember(document->root(), "event") != "serving") continue;
    admin_ = json::StringMember(document->root(), "admin");
    std::istringstream addresses(std::string(json::StringMember(document->root(), "listen")));
    for (std::string address; std::getline(addresses >> std::ws, address, ',');) {
      (address.starts_with("unix:") ? socket_ : address_) = address;
    }
  }
}

std::string DaemonProcess::socket_address() const {
  return socket_;
}

std::string DaemonProcess::Log() const {
  return ReadAll(directory_ / "log");
}

bool DaemonProcess::WaitForLog(std::string_view text) const {
  return WaitUntil([&] { return Log().find(text) != std::string::npos; }, seconds(10));
}

std::string DaemonProcess::AdminGet(std::string_view path) const {
  namespace asio = boost::asio;
  asio::io_context loop;
  asio::ip::tcp::resolver resolver(loop);
  asio::ip::tcp::socket socket(loop);
  const size_t colon = admin_.rfind(':');
  boost::system::error_code error;
  asio::connect(
      socket, resolver.resolve(admin_.substr(0, colon), admin_.substr(colon + 1), error), error
  );
  if (error) return "status 0";
  const std::string request =
      fmt::format("GET {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path);
  asio::write(socket, asio::buffer(request), error);
  std::string reply;
  asio::read(socket, asio::dynamic_buffer(reply), error);
  if (!reply.starts_with("HTTP/1.1 ")) return "status 0";  // it is gone
  const std::string status = reply.substr(9, 3);
  return status == "200" ? reply.substr(reply.find("\r\n\r\n") + 4) : "status " + status;
}

double DaemonProcess::Metric(std::string_view sample) const {
  std::istringstream page(AdminGet("/metrics"));
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with(std::string(sample) + " "))
      return std::stod(line.substr(sample.size() + 1));
  }
  return -1;
}

int DaemonProcess::OpenDescriptors() const {
  // /proc/<pid>/fd of a process that is not dumpable belongs to root; its own count does not.
  return static_cast<int>(Metric("process_open_fds"));
}

void DaemonProcess::Rewrite(std::string_view yaml) const {
  std::ofstream(config_file()) << yaml;
}

void DaemonProcess::Signal(int signal) const {
  if (pid_ > 0) ::kill(pid_, signal);
}

int DaemonProcess::Wait(std::chrono::seconds patience) {
  int status = 0;
  const auto reaped = [this, &status] { return ::waitpid(pid_, &status, WNOHANG) == pid_; };
  if (!WaitUntil(reaped, patience)) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status, 0);
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace extractd::fakes
