#include "server/service/extraction/extract_request.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "server/service/configuration/retry_conditions.h"
#include "server/service/extraction/messages.h"
#include "server/service/extraction/request_targets.h"
#include "server/service/request/read_chat.h"
#include "server/service/schemas/schema_source.h"

namespace extractd {
namespace {

using std::chrono::milliseconds;

constexpr int kMaxStops = 4;
constexpr int kMaxTools = 128;
constexpr int kMaxWaitMs = 600'000;
constexpr int kMaxTimeoutMs = 86'400'000;

TextEncoding EncodingOf(v1::TextEncoding encoding) {
  return encoding == v1::TEXT_ENCODING_TOON ? TextEncoding::kToon : TextEncoding::kJson;
}

absl::Status Invalid(Reason reason, std::vector<FieldViolation> violations) {
  std::string text =
      fmt::format("{}: {}", violations.front().field, violations.front().description);
  if (violations.size() > 1) text += fmt::format(" (and {} more)", violations.size() - 1);
  return MakeError({.reason = reason, .fields = std::move(violations)}, text);
}

// A field and the values that it may have.
struct Bounded {
  std::string field;
  double low;
  double high;
};

class Reader {
 public:
  Reader(const v1::ExtractRequest& request, const ProtobufTypes& known)
      : request_(request), known_(known) {}

  absl::StatusOr<ExtractCall> Read() {
    ReadTarget();
    ReadKind();
    request_.tools().empty() ? ReadSchema() : ReadTools();
    call_.input_encoding = EncodingOf(request_.input_encoding());
    call_.output_encoding = EncodingOf(request_.output_encoding());
    ReadChat(request_, call_, {violations_, urls_});
    if (request_.has_generation()) ReadGeneration(request_.generation());
    if (request_.has_retry()) ReadRetry(request_.retry());
    if (request_.has_validation()) ReadValidation(request_.validation());
    if (request_.has_routing()) ReadRouting(request_.routing(), call_, violations_);
    call_.include_raw = request_.include_raw();
    call_.include_thinking = request_.include_thinking();
    if (!violations_.empty()) {
      violations_.insert(violations_.end(), urls_.begin(), urls_.end());
      return InvalidRequest(std::move(violations_));
    }
    if (!urls_.empty()) return Invalid(Reason::kUrlNotAllowed, std::move(urls_));
    return std::move(call_);
  }

  AnswerTypes& types() { return types_; }

 private:
  void Violate(std::string field, std::string description) {
    violations_.push_back({std::move(field), std::move(description)});
  }

  void ReadTarget() {
    if (request_.mode() == v1::MODE_CUSTOM) Violate("mode", std::string(kCustomMode));
    Target target = ReadTargetOf(request_);
    call_.model = std::move(target.model);
    call_.provider = std::move(target.provider);
    call_.mode = std::move(target.mode);
    call_.mode_number_name = std::move(target.mode_number_name);
  }

  void ReadSchema() {
    SchemaSource source = ReadSchemaSource(request_.schema(), "schema", violations_, known_);
    call_.json_schema = std::move(source.json_schema);
    call_.schema_id = std::move(source.schema_id);
    types_.Add("", std::move(source.type));
    if (source.postponed) types_.set_postponed();
    Warn(source);
    call_.schema_name = request_.schema().name();
    call_.schema_description = request_.schema().description();
  }

  void Warn(SchemaSource& source) {
    for (schema::ThinEvidence& thin : source.warnings) {
      call_.warnings.push_back({std::move(thin.code), std::move(thin.message)});
    }
  }

  void ReadKind() {
    switch (request_.output_kind()) {
      case v1::OUTPUT_KIND_ITERABLE:
        call_.output_kind = OutputKind::kIterable;
        break;
      case v1::OUTPUT_KIND_MAYBE:
        call_.output_kind = OutputKind::kMaybe;
        break;
      case v1::OUTPUT_KIND_PARALLEL:
        if (request_.tools().empty()) Violate("tools", "OUTPUT_KIND_PARALLEL needs tools");
        break;
      default:
        break;
    }
    if (request_.tools().empty()) return;
    const bool fits = request_.output_kind() == v1::OUTPUT_KIND_UNSPECIFIED ||
                      request_.output_kind() == v1::OUTPUT_KIND_PARALLEL;
    if (!fits) Violate("output_kind", "tools make it OUTPUT_KIND_PARALLEL; leave it out");
    call_.output_kind = OutputKind::kParallel;
  }

  void ReadTools() {
    if (request_.has_schema()) Violate("schema", "set schema or tools, not both");
    if (request_.tools_size() > kMaxTools) {
      return Violate(
          "tools", fmt::format("has {} tools, at most {}", request_.tools_size(), kMaxTools)
      );
    }
    std::set<std::string_view> names;
    for (int i = 0; i < request_.tools_size(); ++i) {
      const v1::Tool& tool = request_.tools(i);
      const std::string path = fmt::format("tools[{}]", i);
      if (tool.name().empty() || !IsSchemaName(tool.name())) {
        Violate(path + ".name", "use 1 to 64 of A-Z a-z 0-9 _ -");
      } else if (!names.insert(tool.name()).second) {
        Violate(path + ".name", fmt::format("'{}' is there twice", tool.name()));
      }
      ReadTool(tool, path);
    }
  }

  void ReadTool(const v1::Tool& tool, const std::string& path) {
    if (!tool.schema().name().empty()) {
      Violate(path + ".schema.name", "a tool's schema has the tool's name");
    }
    SchemaSource source = ReadSchemaSource(tool.schema(), path + ".schema", violations_, known_);
    call_.tools.push_back({
        .name = tool.name(),
        .description =
            tool.description().empty() ? tool.schema().description() : tool.description(),
        .json_schema = std::move(source.json_schema),
        .schema_id = std::move(source.schema_id),
    });
    types_.Add(tool.name(), std::move(source.type));
    if (source.postponed) types_.set_postponed();
    Warn(source);
  }

  void ReadThinking(const v1::GenerationOptions& options) {
    Generation& generation = call_.generation;
    constexpr std::array kEfforts = {
        ReasoningEffort::kNone,
        ReasoningEffort::kLow,
        ReasoningEffort::kMedium,
        ReasoningEffort::kHigh
    };
    if (options.reasoning_effort() != v1::REASONING_EFFORT_UNSPECIFIED) {
      generation.reasoning_effort =
          kEfforts.at(static_cast<size_t>(options.reasoning_effort()) - 1);
    }
    if (!options.has_thinking_budget_tokens()) return;
    CheckRange("generation.thinking_budget_tokens", options.thinking_budget_tokens(), 1, 1'000'000);
    generation.thinking_budget_tokens = options.thinking_budget_tokens();
    if (!generation.reasoning_effort.has_value()) return;
    Violate("generation.thinking_budget_tokens", "set it or reasoning_effort, not both");
  }

  void CheckRange(const std::string& field, double value, double low, double high) {
    if (std::isfinite(value) && value >= low && value <= high) return;
    Violate(field, fmt::format("{} is not in {}…{}", value, low, high));
  }

  void ReadGeneration(const v1::GenerationOptions& options) {
    Generation& generation = call_.generation;
    if (options.has_temperature()) {
      CheckRange("generation.temperature", options.temperature(), 0, 2);
      generation.temperature = options.temperature();
    }
    if (options.has_top_p()) {
      CheckRange("generation.top_p", options.top_p(), 0, 1);
      generation.top_p = options.top_p();
    }
    if (options.has_max_output_tokens()) {
      CheckRange("generation.max_output_tokens", options.max_output_tokens(), 1, 10'000'000);
      generation.max_output_tokens = options.max_output_tokens();
    }
    if (options.has_seed()) generation.seed = options.seed();
    if (options.stop_size() > kMaxStops) {
      Violate("generation.stop", fmt::format("has {} texts, at most 4", options.stop_size()));
    }
    generation.stop.assign(options.stop().begin(), options.stop().end());
    if (std::ranges::any_of(generation.stop, &std::string::empty)) {
      Violate("generation.stop", "has an empty text");
    }
    ReadThinking(options);
    call_.provider_options = options.provider_options_json();
    if (options.provider_strict() == v1::PROVIDER_STRICT_REQUIRED) {
      call_.provider_strict = ProviderStrict::kRequired;
    } else if (options.provider_strict() == v1::PROVIDER_STRICT_OFF) {
      call_.provider_strict = ProviderStrict::kOff;
    }
    if (options.on_unsupported() == v1::ON_UNSUPPORTED_FAIL) {
      call_.on_unsupported = OnUnsupported::kFail;
    }
  }

  template <class Target>
  void ReadInteger(bool set, std::int32_t value, const Bounded& bounded, Target& target) {
    if (!set) return;
    CheckRange(bounded.field, value, bounded.low, bounded.high);
    target = typename Target::value_type(value);
  }

  void ReadRetry(const v1::RetryOptions& options) {
    RetryOverrides& retry = call_.retry;
    ReadInteger(
        options.has_max_attempts(),
        options.max_attempts(),
        {"retry.max_attempts", 1, 100},
        retry.max_attempts
    );
    ReadInteger(
        options.has_max_reasks(),
        options.max_reasks(),
        {"retry.max_reasks", 0, 20},
        retry.max_reasks
    );
    ReadInteger(
        options.has_max_transport_retries(),
        options.max_transport_retries(),
        {"retry.max_transport_retries", 0, 20},
        retry.max_transport_retries
    );
    ReadInteger(
        options.has_initial_backoff_ms(),
        options.initial_backoff_ms(),
        {"retry.initial_backoff_ms", 1, kMaxWaitMs},
        retry.initial_backoff
    );
    ReadInteger(
        options.has_max_backoff_ms(),
        options.max_backoff_ms(),
        {"retry.max_backoff_ms", 1, kMaxWaitMs},
        retry.max_backoff
    );
    if (options.has_backoff_multiplier()) {
      CheckRange("retry.backoff_multiplier", options.backoff_multiplier(), 1, 10);
      retry.backoff_multiplier = options.backoff_multiplier();
    }
    if (options.has_backoff_jitter()) {
      CheckRange("retry.backoff_jitter", options.backoff_jitter(), 0, 1);
      retry.backoff_jitter = options.backoff_jitter();
    }
    ReadTimers(options);
    ReadConditions(options);
    ReadTurns(options);
  }

  void ReadTurns(const v1::RetryOptions& options) {
    constexpr std::array kStrategies = {ReaskStrategy::kFull, ReaskStrategy::kPatch};
    constexpr std::array kCuts = {
        OnTruncated::kFail, OnTruncated::kRaiseLimit, OnTruncated::kContinue
    };
    if (options.reask_strategy() != v1::REASK_STRATEGY_UNSPECIFIED) {
      call_.retry.reask_strategy =
          kStrategies.at(static_cast<size_t>(options.reask_strategy()) - 1);
    }
    if (options.on_truncated() != v1::ON_TRUNCATED_UNSPECIFIED) {
      call_.retry.on_truncated = kCuts.at(static_cast<size_t>(options.on_truncated()) - 1);
    }
  }

  void ReadTimers(const v1::RetryOptions& options) {
    ReadInteger(
        options.has_attempt_timeout_ms(),
        options.attempt_timeout_ms(),
        {"retry.attempt_timeout_ms", 1, kMaxTimeoutMs},
        call_.timers.attempt
    );
    ReadInteger(
        options.has_first_token_timeout_ms(),
        options.first_token_timeout_ms(),
        {"retry.first_token_timeout_ms", 1, kMaxTimeoutMs},
        call_.timers.first_byte
    );
    ReadInteger(
        options.has_idle_timeout_ms(),
        options.idle_timeout_ms(),
        {"retry.idle_timeout_ms", 1, kMaxTimeoutMs},
        call_.timers.idle
    );
  }

  void ReadConditions(const v1::RetryOptions& options) {
    if (options.retry_on().empty()) return;
    RetryConditions set = 0;
    for (const int number : options.retry_on()) {
      const auto* known = std::ranges::find(kConditions, number, &NumberedCondition::number);
      if (known == kConditions.end()) {
        Violate("retry.retry_on", "RETRY_CONDITION_UNSPECIFIED is not allowed");
      } else {
        set |= static_cast<RetryConditions>(known->condition);
      }
    }
    call_.retry.retry_on = set;
  }

  void ReadValidation(const v1::ValidationOptions& options) {
    switch (options.max_loss()) {
      case v1::MAX_LOSS_NONE:
        call_.max_loss = json::MaxLoss::kNone;
        break;
      case v1::MAX_LOSS_LOSSLESS:
        call_.max_loss = json::MaxLoss::kLossless;
        break;
      case v1::MAX_LOSS_LOSSY:
        call_.max_loss = json::MaxLoss::kLossy;
        break;
      default:
        break;
    }
    if (options.has_assert_formats()) call_.assert_formats = options.assert_formats();
    if (options.on_invalid() == v1::ON_INVALID_FAIL) call_.on_invalid = OnInvalid::kFail;
    if (options.on_invalid() == v1::ON_INVALID_RETURN_BEST_EFFORT) {
      call_.on_invalid = OnInvalid::kReturnBestEffort;
    }
  }

  const v1::ExtractRequest& request_;
  const ProtobufTypes& known_;
  ExtractCall call_;
  AnswerTypes types_;
  std::vector<FieldViolation> violations_;
  std::vector<FieldViolation> urls_;  // of media
};

}  // namespace

absl::StatusOr<ExtractCall> ToCall(
    const v1::ExtractRequest& request, AnswerTypes& types, const ProtobufTypes& known
) {
  Reader reader(request, known);
  absl::StatusOr<ExtractCall> call = reader.Read();
  types = std::move(reader.types());
  return call;
}

absl::StatusOr<ExtractCall> ToCall(const v1::ExtractRequest& request) {
  AnswerTypes types;
  return ToCall(request, types);
}

absl::Status InvalidRequest(std::vector<FieldViolation> violations) {
  return Invalid(Reason::kInvalidRequest, std::move(violations));
}

}  // namespace extractd
