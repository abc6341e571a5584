// What refusals have taught: a provider's 400 that says that its model does not take what we
// believed it took is a fact about the model. The call goes on without it, and so do later ones.
#ifndef EXTRACTD_SERVER_ENGINE_LEARNED_H_
#define EXTRACTD_SERVER_ENGINE_LEARNED_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include "server/base/byte_lru.h"

namespace extractd {

// How far a schema can be put to a model.
enum class SchemaUse : std::uint8_t {
  kAny,
  kUnenforced,  // the provider does not decode under it
  kPromptOnly,  // nor take it outside the prompt
};

// What is known of a model, and of one schema with it.
struct LearnedFacts {
  bool no_forced_tool = false;
  bool no_enforcement = false;
  std::vector<std::string> modes = {};     // that it refuses
  std::vector<std::string> settings = {};  // of Generation that it refuses
  SchemaUse schema_use = SchemaUse::kAny;

  bool Refuses(std::string_view mode) const;
};

// One of them, when it is learned.
struct Lesson {
  enum class Kind : std::uint8_t { kForcedTool, kEnforcement, kMode, kSetting, kSchema };
  Kind kind = Kind::kForcedTool;
  std::string name = {};  // of the mode or setting
  SchemaUse schema_use = SchemaUse::kAny;

  // "forced tool choice not supported" …: what callers see.
  std::string Text() const;
};
// "forced_tool" …: values of a metric's label.
std::string_view LessonKindName(Lesson::Kind kind);

// All lessons of a process, the oldest forgotten first. Thread-safe.
class Lessons {
 public:
  static constexpr size_t kMaxEntries = 4096;
  static constexpr size_t kMaxBytes = size_t{4} << 20U;

  // Whose model it is, and which schema it was asked with.
  struct Subject {
    std::string_view provider = {};
    std::string_view model = {};
    std::string_view schema_id = {};
  };
  LearnedFacts Of(const Subject& subject);
  void Add(const Subject& subject, const Lesson& lesson);

 private:
  std::atomic<bool> empty_ = true;  // as it mostly is: then no call waits for the others
  absl::Mutex mutex_;
  ByteLru<LearnedFacts> models_ ABSL_GUARDED_BY(mutex_){kMaxBytes, kMaxEntries};
  ByteLru<SchemaUse> schemas_ ABSL_GUARDED_BY(mutex_){kMaxBytes, kMaxEntries};
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_LEARNED_H_
