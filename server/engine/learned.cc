#include "server/engine/learned.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

namespace extractd {
namespace {

// More than there are names of either.
constexpr size_t kMaxNames = 16;
constexpr size_t kBytesOfFacts = 512;

std::string ModelKey(const Lessons::Subject& subject) {
  return fmt::format("{}/{}", subject.provider, subject.model);
}

std::string SchemaKey(const Lessons::Subject& subject) {
  return fmt::format("{}/{} {}", subject.provider, subject.model, subject.schema_id);
}

void Include(const std::string& name, std::vector<std::string>& names) {
  const bool known = std::ranges::find(names, name) != names.end();
  if (!known && names.size() < kMaxNames) names.push_back(name);
}

void Include(const Lesson& lesson, LearnedFacts& facts) {
  switch (lesson.kind) {
    case Lesson::Kind::kForcedTool:
      facts.no_forced_tool = true;
      return;
    case Lesson::Kind::kEnforcement:
      facts.no_enforcement = true;
      return;
    case Lesson::Kind::kMode:
      return Include(lesson.name, facts.modes);
    case Lesson::Kind::kSetting:
      return Include(lesson.name, facts.settings);
    case Lesson::Kind::kSchema:
      return;
  }
}

}  // namespace

bool LearnedFacts::Refuses(std::string_view mode) const {
  return std::ranges::find(modes, mode) != modes.end();
}

std::string Lesson::Text() const {
  switch (kind) {
    case Kind::kForcedTool:
      return "forced tool choice not supported";
    case Kind::kEnforcement:
      return "enforcement of schemas not supported";
    case Kind::kMode:
      return fmt::format("mode {} not supported", name);
    case Kind::kSetting:
      return fmt::format("setting {} not supported", name);
    case Kind::kSchema:
      return schema_use == SchemaUse::kUnenforced ? "schema not accepted for enforcement"
                                                  : "schema not accepted outside the prompt";
  }
  return {};
}

std::string_view LessonKindName(Lesson::Kind kind) {
  switch (kind) {
    case Lesson::Kind::kForcedTool:
      return "forced_tool";
    case Lesson::Kind::kEnforcement:
      return "enforcement";
    case Lesson::Kind::kMode:
      return "mode";
    case Lesson::Kind::kSetting:
      return "setting";
    case Lesson::Kind::kSchema:
      return "schema";
  }
  return "schema";
}

LearnedFacts Lessons::Of(const Subject& subject) {
  if (empty_.load()) return {};
  const std::string model = ModelKey(subject);
  const std::string schema = SchemaKey(subject);
  const absl::MutexLock lock(&mutex_);
  LearnedFacts facts;
  if (const auto known = models_.Find(model)) facts = *known;
  if (const auto use = schemas_.Find(schema)) facts.schema_use = *use;
  return facts;
}

void Lessons::Add(const Subject& subject, const Lesson& lesson) {
  const absl::MutexLock lock(&mutex_);
  empty_.store(false);
  if (lesson.kind == Lesson::Kind::kSchema) {
    schemas_.Put(SchemaKey(subject), std::make_shared<SchemaUse>(lesson.schema_use), 1);
    return;
  }
  const std::string key = ModelKey(subject);
  const auto known = models_.Find(key);
  auto facts =
      known == nullptr ? std::make_shared<LearnedFacts>() : std::make_shared<LearnedFacts>(*known);
  Include(lesson, *facts);
  models_.Put(key, std::move(facts), kBytesOfFacts);
}

}  // namespace extractd
