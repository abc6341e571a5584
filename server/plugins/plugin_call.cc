#include "server/plugins/plugin_call.h"

#include <absl/status/status.h>
#include <fmt/format.h>

#include "server/base/utf8.h"

namespace extractd::plugins {
namespace {

constexpr size_t kMaxMessageBytes = 200;

// The plug-in sees the first member alone.
struct Collector {
  extractd_output output;
  std::string text;
  size_t limit;
  bool full = false;
};

int Collect(extractd_output* output, const char* data, size_t size) {
  auto& collector = *reinterpret_cast<Collector*>(output);
  const bool nonsense = data == nullptr && size > 0;
  if (nonsense || size > collector.limit - collector.text.size()) {
    collector.full = true;
    return 1;
  }
  if (size > 0) collector.text.append(data, size);
  return 0;
}

absl::Status Wrong(std::string_view what, std::string_view problem) {
  return absl::InternalError(fmt::format("{}: {}", what, problem));
}

// Plug-ins in C++ may throw for all that the header says.
int CallQuietly(absl::FunctionRef<int(extractd_output* output)> call, Collector& collector) {
  try {
    return call(&collector.output);
  } catch (...) {
    collector.text = "it threw an exception";
    return 1;
  }
}

}  // namespace

absl::StatusOr<std::string> Written(
    std::string_view what, absl::FunctionRef<int(extractd_output* output)> call, size_t limit
) {
  Collector collector = {.output = {.write = Collect}, .text = {}, .limit = limit};
  const int failed = CallQuietly(call, collector);
  if (collector.full) return Wrong(what, fmt::format("wrote more than {} bytes", limit));
  if (failed != 0) {
    const std::string said(CutUtf8(ReplaceInvalidUtf8(collector.text), kMaxMessageBytes));
    return Wrong(what, said.empty() ? "failed without a word" : said);
  }
  if (!IsValidUtf8(collector.text)) return Wrong(what, "wrote what is not UTF-8");
  return std::move(collector.text);
}

}  // namespace extractd::plugins
