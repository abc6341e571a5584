#include "extractctl/output.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <google/protobuf/util/json_util.h>
#include <unistd.h>

#include "extractctl/failure_json.h"
#include "server/base/strings.h"
#include "server/json/parse.h"
#include "server/json/write.h"

namespace extractd::ctl {
namespace {

constexpr std::string_view kReset = "\x1b[0m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kBlue = "\x1b[34m";

std::string Paint(std::string_view text, std::string_view color, const OutputOptions& options) {
  return options.color ? fmt::format("{}{}{}", color, text, kReset) : std::string(text);
}

// Colours the keys and strings of indented JSON, line by line: a key is the string before ": ".
std::string Colored(const std::string& indented) {
  std::string out;
  bool in_string = false;
  size_t start = 0;
  for (size_t i = 0; i < indented.size(); ++i) {
    const char c = indented[i];
    if (in_string && c == '\\') {
      ++i;
      continue;
    }
    if (c != '"') {
      if (!in_string) out += c;
      continue;
    }
    in_string = !in_string;
    if (in_string) {
      start = i;
      continue;
    }
    const bool key = indented.compare(i + 1, 2, ": ") == 0;
    out +=
        fmt::format("{}{}{}", key ? kBlue : kGreen, indented.substr(start, i + 1 - start), kReset);
  }
  return out;
}

void PrintIssues(
    const google::protobuf::RepeatedPtrField<v1::Issue>& issues, const OutputOptions& options
) {
  for (const v1::Issue& issue : issues) {
    fmt::print(
        stderr,
        "  {} {}: {}\n",
        Paint("✗", kRed, options),
        issue.path().empty() ? "(root)" : issue.path(),
        issue.message()
    );
  }
}

void PrintRepairs(
    const google::protobuf::RepeatedPtrField<v1::Repair>& repairs, const OutputOptions& options
) {
  for (const v1::Repair& repair : repairs) {
    fmt::print(
        stderr,
        "  {} {}{}: «{}» → «{}»\n",
        Paint("~", kDim, options),
        repair.kind(),
        repair.lossless() ? "" : " (lossy)",
        repair.before(),
        repair.after()
    );
  }
}

void PrintVerdict(bool valid, const OutputOptions& options) {
  fmt::print(
      stderr, "{}\n", valid ? Paint("valid", kGreen, options) : Paint("not valid", kRed, options)
  );
}

// Columns as wide as their widest cell.
void PrintTable(const std::vector<std::vector<std::string>>& rows, const OutputOptions& options) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  bool head = true;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += i + 1 == row.size() ? row[i] : fmt::format("{:<{}}  ", row[i], widths[i]);
    }
    fmt::print("{}\n", head ? Paint(line, kBold, options) : line);
    head = false;
  }
}

// "vision" of CAPABILITY_VISION. A number that this program does not know stays one.
std::string CapabilityName(int number) {
  constexpr std::string_view kPrefix = "CAPABILITY_";
  if (!v1::Capability_IsValid(number)) return fmt::to_string(number);
  std::string name = ToLower(v1::Capability_Name(number).substr(kPrefix.size()));
  std::ranges::replace(name, '_', '-');
  return name;
}

std::string Join(const google::protobuf::RepeatedPtrField<std::string>& list) {
  return fmt::format("{}", fmt::join(list.begin(), list.end(), ", "));
}

void PrintDowngrades(
    const google::protobuf::RepeatedPtrField<v1::Downgrade>& downgrades,
    const OutputOptions& options
) {
  for (const v1::Downgrade& downgrade : downgrades) {
    fmt::print(
        stderr,
        "  {} {} at '{}': {} ({})\n",
        Paint("!", kBold, options),
        downgrade.keyword(),
        downgrade.schema_path(),
        downgrade.action(),
        downgrade.reason()
    );
  }
}

// " · $0.001234", with "at least" before a lower bound; to millionths, as small calls cost.
std::string CostText(const v1::Usage& usage) {
  if (!usage.has_cost_usd_micros()) return usage.cost_incomplete() ? " · cost unknown" : "";
  constexpr std::int64_t kMicros = 1'000'000;
  return fmt::format(
      " · {}${}.{:06}",
      usage.cost_incomplete() ? "at least " : "",
      usage.cost_usd_micros() / kMicros,
      usage.cost_usd_micros() % kMicros
  );
}

}  // namespace

OutputOptions DetectOutput(bool json) {
  const bool terminal = ::isatty(STDOUT_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
  const bool wanted = std::getenv("NO_COLOR") == nullptr;  // NOLINT(concurrency-mt-unsafe)
  return {.json = json, .color = terminal && wanted && !json};
}

std::string Pretty(std::string_view json, const OutputOptions& options) {
  const json::ParseResult parsed = json::ParseView(json);
  const auto* document = std::get_if<json::Document>(&parsed);
  if (document == nullptr) return std::string(json);
  const std::string indented = json::ToIndentedText(document->root());
  return options.color ? Colored(indented) : indented;
}

void PrintMessage(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  const auto printed = google::protobuf::util::MessageToJsonString(message, &text, options);
  if (printed.ok()) fmt::print("{}\n", text);
}

namespace {

// The value; each of several on its own, behind the name of its tool if there are tools.
void PrintAnswer(const v1::ExtractResponse& response, const OutputOptions& options) {
  for (const v1::Thinking& thinking : response.thinking()) {
    fmt::print(stderr, "{}\n", Paint(thinking.text(), kDim, options));
  }
  if (!response.json().empty()) fmt::print("{}\n", Pretty(response.json(), options));
  for (const v1::Item& item : response.items()) {
    if (!item.tool_name().empty()) fmt::print("{} ", Paint(item.tool_name(), kBold, options));
    fmt::print("{}\n", Pretty(item.json(), options));
  }
  if (response.has_absent_reason()) {
    fmt::print(stderr, "{} {}\n", Paint("none:", kBold, options), response.absent_reason());
  }
}

}  // namespace

void PrintExtraction(const v1::ExtractResponse& response, const OutputOptions& options) {
  if (options.json) return PrintMessage(response);
  PrintAnswer(response, options);
  std::fflush(stdout);
  const auto& attempts = response.attempts();
  fmt::print(
      stderr,
      "{} {}\n",
      response.valid() ? Paint("✓ valid", kGreen, options) : Paint("✗ not valid", kRed, options),
      Paint(
          fmt::format(
              "· {}/{} · {} · {} attempt{} · {} in, {} out tokens{} · {:.1f} s",
              response.provider(),
              response.model(),
              response.mode_name(),
              attempts.size(),
              attempts.size() == 1 ? "" : "s",
              response.usage().input_tokens(),
              response.usage().output_tokens(),
              CostText(response.usage()),
              response.timing().total_ms() / 1000.0
          ),
          kDim,
          options
      )
  );
  PrintIssues(response.issues(), options);
  PrintRepairs(response.repairs(), options);
  for (const v1::Warning& warning : response.warnings()) {
    fmt::print(stderr, "  {} {}\n", Paint("!", kBold, options), warning.message());
  }
}

void PrintRender(const v1::RenderResponse& response, const OutputOptions& options) {
  if (options.json) return PrintMessage(response);
  fmt::print("{} {}\n", Paint(response.http_method(), kBold, options), response.url());
  for (const v1::Header& header : response.headers()) {
    fmt::print("{}: {}\n", header.name(), header.value());
  }
  fmt::print("\n{}\n", Pretty(response.body(), options));
  std::fflush(stdout);
  PrintDowngrades(response.downgrades(), options);
  for (const v1::Warning& warning : response.warnings()) {
    fmt::print(stderr, "  {} {}\n", Paint("!", kBold, options), warning.message());
  }
}

void PrintValidation(const v1::ValidateInstanceResponse& response, const OutputOptions& options) {
  if (options.json) return PrintMessage(response);
  PrintVerdict(response.valid(), options);
  PrintIssues(response.issues(), options);
  const int unlisted = response.issue_count() - response.issues_size();
  if (unlisted > 0) fmt::print(stderr, "  and {} more\n", unlisted);
}

void PrintParse(const v1::ParseTextResponse& response, const OutputOptions& options) {
  if (options.json) return PrintMessage(response);
  if (!response.json().empty()) fmt::print("{}\n", Pretty(response.json(), options));
  std::fflush(stdout);
  PrintVerdict(response.valid(), options);
  PrintIssues(response.issues(), options);
  PrintRepairs(response.repairs(), options);
}

void PrintAdaptation(const v1::AdaptSchemaResponse& response, const OutputOptions& options) {
  if (options.json) return PrintMessage(response);
  fmt::print("{}\n", Pretty(response.adapted_json_schema(), options));
  std::fflush(stdout);
  fmt::print(stderr, "  mode {}\n", response.mode_name());
  PrintDowngrades(response.downgrades(), options);
}

void PrintRepaired(const v1::RepairJsonResponse& response, const OutputOptions& options) {
  if (options.json) return PrintMessage(response);
  fmt::print("{}\n", Pretty(response.json(), options));
  std::fflush(stdout);
  PrintRepairs(response.repairs(), options);
}

void PrintDecoded(const v1::DecodeToonResponse& response, const OutputOptions& options) {
  if (options.json) return PrintMessage(response);
  fmt::print("{}\n", Pretty(response.json(), options));
  std::fflush(stdout);
  PrintRepairs(response.repairs(), options);
}

void PrintProviders(const v1::ListProvidersResponse& response, const OutputOptions& options) {
  if (options.json) return PrintMessage(response);
  std::vector<std::vector<std::string>> rows = {
      {"PROVIDER", "KEY", "DEFAULT MODEL", "MODES", "ORIGIN"}
  };
  for (const v1::Provider& provider : response.providers()) {
    const std::string key = provider.configured() ? "ready" : "set " + provider.key_variable();
    rows.push_back(
        {provider.name(),
         key,
         provider.default_model(),
         Join(provider.mode_names()),
         provider.origin()}
    );
  }
  PrintTable(rows, options);
  for (const v1::Plugin& plugin : response.plugins()) {
    fmt::print(
        "plug-in {} {}: dialects {}, modes {}\n",
        plugin.name(),
        plugin.version(),
        plugin.dialects().empty() ? "-" : Join(plugin.dialects()),
        plugin.mode_names().empty() ? "-" : Join(plugin.mode_names())
    );
  }
}

void PrintModes(const v1::ListModesResponse& response, const OutputOptions& options) {
  if (options.json) return PrintMessage(response);
  std::vector<std::vector<std::string>> rows = {{"MODE", "PROVIDERS", "MEANING"}};
  for (const v1::ModeInfo& mode : response.modes()) {
    rows.push_back({mode.mode_name(), Join(mode.providers()), mode.description()});
  }
  PrintTable(rows, options);
}

void PrintModels(const v1::ListModelsResponse& response, const OutputOptions& options) {
  if (options.json) return PrintMessage(response);
  std::vector<std::vector<std::string>> rows = {{"MODEL", "CAN", "TOKENS IN", "OUT", "MODES"}};
  const auto tokens = [](std::int64_t count) { return count > 0 ? fmt::to_string(count) : "-"; };
  for (const v1::Model& model : response.models()) {
    google::protobuf::RepeatedPtrField<std::string> can;
    for (const int capability : model.capabilities()) can.Add(CapabilityName(capability));
    rows.push_back(
        {model.provider() + "/" + model.model(),
         can.empty() ? "-" : Join(can),
         tokens(model.max_input_tokens()),
         tokens(model.max_output_tokens()),
         Join(model.mode_names())}
    );
  }
  PrintTable(rows, options);
}

void PrintFailure(const Failure& failure, const OutputOptions& options) {
  if (options.json) return fmt::print("{}\n", FailureAsJson(failure));
  const std::string reason = failure.reason.empty() ? "NO_ANSWER" : failure.reason;
  fmt::print(stderr, "{}: {}\n", Paint(reason, kRed, options), failure.message);
  for (const BadField& bad : failure.bad_fields) {
    fmt::print(stderr, "  {}: {}\n", bad.field, bad.description);
  }
  if (failure.extraction.has_value()) {
    for (const v1::Attempt& attempt : failure.extraction->attempts()) {
      fmt::print(
          stderr,
          "  attempt {} (turn {}): {} {}\n",
          attempt.number(),
          attempt.turn(),
          v1::AttemptOutcome_Name(attempt.outcome()),
          attempt.error_message()
      );
    }
    PrintIssues(failure.extraction->issues(), options);
  }
  if (failure.retry_after.has_value()) {
    fmt::print(stderr, "  try again in {} ms\n", failure.retry_after->count());
  }
  if (!failure.help_url.empty()) fmt::print(stderr, "  see {}\n", failure.help_url);
  if (!failure.request_id.empty()) {
    fmt::print(stderr, "{}\n", Paint("  request " + failure.request_id, kDim, options));
  }
}

}  // namespace extractd::ctl
