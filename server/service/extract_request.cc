#include "server/service/extract_request.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "server/json/parse.h"
#include "server/service/messages.h"
#include "server/service/request_targets.h"
#include "server/service/retry_conditions.h"
#include "server/service/schema_source.h"
#include "server/service/toon_input.h"

namespace extractd {
namespace {

using std::chrono::milliseconds;

constexpr int kMaxStops = 4;
constexpr int kMaxWaitMs = 600'000;
constexpr int kMaxTimeoutMs = 86'400'000;

bool IsJson(const std::string& text) {
  return std::holds_alternative<json::Document>(json::ParseView(text));
}

TextEncoding EncodingOf(v1::TextEncoding encoding) {
  return encoding == v1::TEXT_ENCODING_TOON ? TextEncoding::kToon : TextEncoding::kJson;
}

// A field and the values that it may have.
struct Bounded {
  std::string field;
  double low;
  double high;
};

class Reader {
 public:
  explicit Reader(const v1::ExtractRequest& request) : request_(request) {}

  absl::StatusOr<ExtractCall> Read() {
    ReadTarget();
    ReadSchema();
    call_.input_encoding = EncodingOf(request_.input_encoding());
    call_.output_encoding = EncodingOf(request_.output_encoding());
    ReadChat();
    if (request_.has_generation()) ReadGeneration(request_.generation());
    if (request_.has_retry()) ReadRetry(request_.retry());
    if (request_.has_validation()) ReadValidation(request_.validation());
    if (request_.has_routing()) ReadRouting(request_.routing(), call_, violations_);
    call_.include_raw = request_.include_raw();
    if (!violations_.empty()) return InvalidRequest(std::move(violations_));
    return std::move(call_);
  }

  const std::shared_ptr<const ProtobufType>& type() const { return type_; }

 private:
  void Violate(std::string field, std::string description) {
    violations_.push_back({std::move(field), std::move(description)});
  }

  void ReadTarget() {
    Target target = ReadTargetOf(request_);
    call_.model = std::move(target.model);
    call_.provider = std::move(target.provider);
    call_.mode = std::move(target.mode);
    call_.mode_number_name = std::move(target.mode_number_name);
  }

  void ReadSchema() {
    SchemaSource source = ReadSchemaSource(request_.schema(), "schema", violations_);
    call_.json_schema = std::move(source.json_schema);
    call_.schema_id = std::move(source.schema_id);
    type_ = std::move(source.type);
    for (schema::ThinEvidence& thin : source.warnings) {
      call_.warnings.push_back({std::move(thin.code), std::move(thin.message)});
    }
    call_.schema_name = request_.schema().name();
    call_.schema_description = request_.schema().description();
  }

  void ReadChat() {
    call_.messages.reserve(static_cast<size_t>(request_.messages_size()) + 2);
    if (!request_.system_prompt().empty()) {
      call_.messages.push_back({.role = Role::kSystem, .text = request_.system_prompt()});
    }
    for (int i = 0; i < request_.messages_size(); ++i) {
      ReadMessage(request_.messages(i), fmt::format("messages[{}]", i));
    }
    if (!request_.input().empty()) {
      call_.messages.push_back({.role = Role::kUser, .text = request_.input()});
    }
    if (request_.messages().empty() && request_.input().empty()) {
      Violate("input", "set input or messages");
    }
  }

  void ReadMessage(const v1::Message& message, const std::string& path) {
    if (message.parts().empty()) Violate(path + ".parts", "needs at least one part");
    Message read;
    switch (message.role()) {
      case v1::ROLE_SYSTEM:
        read.role = Role::kSystem;
        break;
      case v1::ROLE_ASSISTANT:
        read.role = Role::kAssistant;
        break;
      case v1::ROLE_TOOL:
        return ReadToolResults(message, path);
      default:
        read.role = Role::kUser;
    }
    for (int i = 0; i < message.parts_size(); ++i) {
      ReadPart(message.parts(i), fmt::format("{}.parts[{}]", path, i), read);
    }
    call_.messages.push_back(std::move(read));
  }

  void ReadPart(const v1::Part& part, const std::string& path, Message& message) {
    switch (part.kind_case()) {
      case v1::Part::kText:
        return AppendText(part.text(), message);
      case v1::Part::kJson:
        return ReadJson(part.json(), path + ".json", message);
      case v1::Part::kToolCall:
        if (message.role != Role::kAssistant) {
          Violate(path + ".tool_call", "belongs into messages of ROLE_ASSISTANT");
        }
        message.tool_calls.push_back({
            .id = part.tool_call().id(),
            .name = part.tool_call().name(),
            .arguments = part.tool_call().arguments_json(),
        });
        return;
      case v1::Part::kToolResult:
        return Violate(path + ".tool_result", "belongs into messages of ROLE_TOOL");
      case v1::Part::KIND_NOT_SET:
        return Violate(path, "sets no kind");
    }
  }

  void ReadJson(const std::string& json, const std::string& path, Message& message) {
    if (!IsJson(json)) return Violate(path, "is not JSON");
    if (call_.input_encoding == TextEncoding::kToon) {
      if (const auto toon = ShorterAsToon(json)) {
        call_.input_saved_tokens += toon->saved_tokens;
        return AppendText(toon->text, message);
      }
    }
    AppendText(json, message);
  }

  static void AppendText(const std::string& text, Message& message) {
    if (!message.text.empty()) message.text += '\n';
    message.text += text;
  }

  void ReadToolResults(const v1::Message& message, const std::string& path) {
    for (int i = 0; i < message.parts_size(); ++i) {
      const v1::Part& part = message.parts(i);
      if (!part.has_tool_result()) {
        Violate(fmt::format("{}.parts[{}]", path, i), "ROLE_TOOL takes only tool_result");
        continue;
      }
      call_.messages.push_back({
          .role = Role::kTool,
          .text = part.tool_result().text(),
          .tool_call_id = part.tool_result().tool_call_id(),
      });
    }
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
  ExtractCall call_;
  std::shared_ptr<const ProtobufType> type_;
  std::vector<FieldViolation> violations_;
};

}  // namespace

absl::StatusOr<ExtractCall> ToCall(
    const v1::ExtractRequest& request, std::shared_ptr<const ProtobufType>& type
) {
  Reader reader(request);
  absl::StatusOr<ExtractCall> call = reader.Read();
  type = reader.type();
  return call;
}

absl::StatusOr<ExtractCall> ToCall(const v1::ExtractRequest& request) {
  return Reader(request).Read();
}

absl::Status InvalidRequest(std::vector<FieldViolation> violations) {
  std::string text =
      fmt::format("{}: {}", violations.front().field, violations.front().description);
  if (violations.size() > 1) text += fmt::format(" (and {} more)", violations.size() - 1);
  return MakeError({.reason = Reason::kInvalidRequest, .fields = std::move(violations)}, text);
}

}  // namespace extractd
