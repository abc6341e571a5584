#include "server/schema/coerce/choice.h"

#include <algorithm>
#include <array>
#include <vector>

#include <absl/functional/function_ref.h>

#include "server/json/write.h"
#include "server/schema/coerce/words.h"

namespace extractd::schema {
namespace {

// With more values than this, texts are not searched for their names.
constexpr size_t kMaxSearchedValues = 200;

struct Labels {
  const json::Value* value = nullptr;
  std::vector<std::string> texts = {};  // its own first
};

Labels LabelsOf(const NamedValue& named) {
  const json::Value& value = *named.value;
  Labels labels = {.value = &value};
  labels.texts.push_back(value.is_string() ? std::string(value.string()) : json::ToText(value));
  const std::string name = named.aliases.empty() ? labels.texts[0] : named.aliases.front();
  labels.texts.insert(labels.texts.end(), named.aliases.begin(), named.aliases.end());
  if (!named.description.empty()) labels.texts.push_back(name + ": " + named.description);
  return labels;
}

using Fold = std::string (*)(std::string_view);

std::string Same(std::string_view text) {
  return std::string(text);
}

// The only value with that label; `several` if there are more.
const json::Value* FindOnly(
    std::span<const Labels> all, const std::string& text, Fold fold, bool& several
) {
  const json::Value* found = nullptr;
  const std::string folded = fold(text);
  if (folded.empty()) return nullptr;
  for (const Labels& labels : all) {
    for (const std::string& label : labels.texts) {
      if (fold(label) != folded || found == labels.value) continue;
      several = several || found != nullptr;
      found = labels.value;
    }
  }
  return several ? nullptr : found;
}

const json::Value* FindInText(std::span<const Labels> all, std::string_view text) {
  const json::Value* found = nullptr;
  const std::string folded = FoldCase(text);
  for (const Labels& labels : all) {
    bool named = false;
    for (const std::string& label : labels.texts) {
      const WordMatch match = FindWord(folded, FoldCase(label));
      if (match.negated) return nullptr;
      named = named || match.found;
    }
    if (named && found != nullptr) return nullptr;
    if (named) found = labels.value;
  }
  return found;
}

}  // namespace

std::optional<Choice> ChooseValue(std::string_view text, std::span<const NamedValue> values) {
  const std::string trimmed(TrimSpaces(text));
  if (trimmed.empty() || trimmed.size() > kMaxProseBytes) return std::nullopt;
  std::vector<Labels> all;
  all.reserve(values.size());
  for (const NamedValue& value : values) all.push_back(LabelsOf(value));
  const auto own = std::ranges::find(all, trimmed, [](const Labels& labels) -> const std::string& {
    return labels.texts.front();
  });
  if (own != all.end()) return Choice{.value = own->value};
  constexpr std::array<Fold, 4> kFolds = {Same, FoldCase, FoldPunctuation, FoldAccents};
  for (const Fold fold : kFolds) {
    bool several = false;
    if (const json::Value* value = FindOnly(all, trimmed, fold, several)) {
      return Choice{.value = value};
    }
    if (several) return std::nullopt;
  }
  if (all.size() > kMaxSearchedValues) return std::nullopt;
  if (const json::Value* value = FindInText(all, trimmed)) {
    return Choice{.value = value, .lossless = false};
  }
  return std::nullopt;
}

}  // namespace extractd::schema
