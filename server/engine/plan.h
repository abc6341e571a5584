// Plan: one extraction with every choice made and checked, before anything is sent.
#ifndef EXTRACTD_SERVER_ENGINE_PLAN_H_
#define EXTRACTD_SERVER_ENGINE_PLAN_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "server/base/clock.h"
#include "server/base/task.h"
#include "server/base/trace_context.h"
#include "server/chat/chat.h"
#include "server/chat/upstream.h"
#include "server/engine/attempt.h"
#include "server/engine/call.h"
#include "server/engine/learned.h"
#include "server/modes/mode_handler.h"
#include "server/registry/catalog.h"
#include "server/schema/prepared_schema.h"
#include "server/schema/schema_cache.h"
#include "server/schema/schema_library.h"
#include "server/schema/verdict.h"
#include "server/schema/wrap/wrap.h"

namespace extractd {

// A constraint that the provider does not enforce; it is validated here all the same.
struct Downgrade {
  std::string schema_path = {};
  std::string keyword = {};
  std::string action = {};
  std::string reason = {};
};

// One of several schemas of a plan.
struct PlannedTool {
  std::string name = {};
  std::string description = {};
  std::shared_ptr<const schema::PreparedSchema> given = {};   // the caller's
  std::shared_ptr<const schema::PreparedSchema> schema = {};  // what calls are judged by
  schema::Wrapping wrapping = schema::Wrapping::kNone;        // of the caller's in it
  bool strict = false;                                        // the provider enforces it
  const schema::LoweredSchema* lowered = nullptr;             // see Plan::lowered

  // For schema::JudgeOptions.
  const schema::lower::Lowered* carried_by() const {
    return lowered != nullptr && lowered->lowered.carries() ? &lowered->lowered : nullptr;
  }
};

// What a plan was asked with before its mode shaped it, for turns that ask for something else.
struct Unshaped {
  std::vector<Message> messages = {};
  AskStyle style = {};                            // without an outline
  const schema::lower::Subset* subset = nullptr;  // that schemas are lowered to; null: none
  bool frees_tools = false;                       // the model must not be forced to call tools
};

// Not movable: `request` holds views of its texts.
struct Plan {
  Plan() = default;
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  std::string request_id = {};
  std::shared_ptr<const Handler> handler = {};
  const ModelFamily* family = nullptr;
  std::shared_ptr<const schema::PreparedSchema> schema = {};  // what answers are judged by
  std::string schema_name = {};
  std::string schema_description = {};
  ChatRequest request = {};  // as the mode asks it, first turn
  RetryPolicy retry = {};
  AttemptKind first_kind = AttemptKind::kFirst;  // of the first attempt
  schema::JudgeOptions judge = {};
  OnInvalid on_invalid = OnInvalid::kFail;
  ProviderStrict provider_strict = ProviderStrict::kWhereItFits;
  bool strict = false;  // the provider enforces the schema
  // What the provider gets instead of the schema; part of it. Null: the schema itself.
  const schema::LoweredSchema* lowered = nullptr;
  OnUnsupported on_unsupported = OnUnsupported::kWarn;
  SendTimers timers = {};  // of each send; `total` is bounded by the deadline besides
  TextEncoding input_encoding = TextEncoding::kJson;
  std::int64_t input_saved_tokens = 0;  // by it, in each send; an estimate
  TextEncoding output_encoding = TextEncoding::kJson;
  bool include_raw = false;
  SteadyTime deadline = {};
  std::vector<Downgrade> downgrades = {};
  std::vector<Warning> warnings = {};
  std::unique_ptr<Upstream> upstream = {};
  std::chrono::nanoseconds prepare_time{0};  // what it took to make this plan
  std::shared_ptr<const Price> price = {};   // of the model; null: unknown
  OutputKind output_kind = OutputKind::kOne;
  schema::Wrapping wrapping = schema::Wrapping::kNone;       // of the caller's schema in `schema`
  std::shared_ptr<const schema::PreparedSchema> given = {};  // the caller's; null: `schema` is
  std::vector<PlannedTool> tools = {};  // kParallel: instead of `schema`, which is null then
  bool mode_named = false;              // by the caller
  bool include_thinking = false;
  std::string lesson_subject = {};               // under which lessons about the schema are kept
  LearnedFacts learned = {};                     // that went into this plan
  std::shared_ptr<const Principal> caller = {};  // null: anybody
  size_t unlisted_downgrades = 0;  // the last of the lowered schema; `downgrades` counts them
  std::shared_ptr<const ProviderRow> row = {};  // which may own `family`
  TraceContext trace = {};
  // Null: no turn asks for anything but the whole answer.
  std::unique_ptr<const Unshaped> unshaped = {};

  // Wrong answers are mended part by part. With several tools their calls are such parts anyway.
  bool patches() const { return retry.reask_strategy == ReaskStrategy::kPatch && tools.empty(); }

  const std::string& provider() const { return handler->row->name; }
  const std::string& model() const { return request.model; }
  std::string_view mode() const { return handler->mode->traits().name; }
  // Of the caller's schema; empty with tools.
  std::string_view schema_id() const {
    if (given != nullptr) return given->compiled->id();
    return schema == nullptr ? std::string_view() : schema->compiled->id();
  }
};

// Opens a provider for one call; one for each loop.
class UpstreamFactory {
 public:
  virtual ~UpstreamFactory() = default;
  // kCredentialsMissing: the provider needs a key, none is configured, and it is not `dry_run`.
  virtual absl::StatusOr<std::unique_ptr<Upstream>> Open(
      std::shared_ptr<const Handler> handler, const ModelFamily& family, bool dry_run
  ) = 0;
};

class Limits;  // limits/limits.h

using MadePlan = absl::StatusOr<std::unique_ptr<Plan>>;

// Makes plans. Thread-safe but for its factory, which belongs to one loop.
class Planner {
 public:
  // All outlive the planner.
  struct Parts {
    const Catalog& catalog;
    schema::SchemaCache& schemas;
    schema::SchemaLibrary& library;
    UpstreamFactory& upstreams;
    const Clock& clock;
    Lessons* lessons = nullptr;  // null: nothing was learned
    Limits* limits = nullptr;    // null: there are none
  };
  explicit Planner(const Parts& parts) : parts_(parts) {}

  // Resolves provider, model, schema, mode and credentials, in this order, and asks the mode to
  // shape the request. Nothing is sent. Errors: kInvalidRequest, kUnknownProvider, kUnknownModel,
  // kNotAllowed,
  // kInvalidSchema, kSchemaTooLarge, kSchemaNotFound, kModeNotSupported, kSettingNotSupported,
  // kSchemaUnsupportedByProvider, kMediaNotSupported, kCredentialsMissing.
  Task<MadePlan> MakePlan(ExtractCall&& call, std::shared_ptr<const CallSettings> settings);

 private:
  Parts parts_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_PLAN_H_
