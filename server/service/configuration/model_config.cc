#include "server/service/configuration/model_config.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "server/base/strings.h"
#include "server/json/parse.h"
#include "server/json/text_writer.h"
#include "server/providers/provider_table.h"
#include "server/registry/capability.h"
#include "server/registry/catalog.h"
#include "server/registry/price_file.h"
#include "server/registry/registry.h"
#include "server/service/configuration/key_table.h"

namespace extractd {
namespace {

constexpr size_t kMaxModels = 1'000;
constexpr size_t kMaxNameBytes = 256;

struct NamedCapability {
  std::string_view name;
  Capability value;
};
// Those of a model; the others follow from the provider's row.
constexpr std::array kCapabilities = {
    NamedCapability{"vision", Capability::kVision},
    NamedCapability{"audio", Capability::kAudio},
    NamedCapability{"documents", Capability::kDocuments},
    NamedCapability{"reasoning", Capability::kReasoning},
    NamedCapability{"parallel_tools", Capability::kParallelTools},
    NamedCapability{"prompt_cache", Capability::kPromptCache},
};
constexpr std::array kMediaKinds = {MediaKind::kImage, MediaKind::kAudio, MediaKind::kDocument};

// What one element of the list fills.
struct Target {
  const ProviderRow& row;
  OwnModel& model;
  std::optional<Price>& price;
};

// Of the target's model; begins as what is built in for it.
ModelFamily& FamilyOf(Target& target) {
  static Registry registry;
  static const Catalog built_in(
      registry, &providers::FindDialect, providers::BuiltInModelFamilies()
  );
  if (!target.model.family.has_value()) {
    target.model.family = built_in.FamilyOf(target.row.name, target.model.name);
  }
  return *target.model.family;
}

std::string SetName(const YAML::Node&, Target&) {
  return {};  // it was read first
}

std::string SetCapabilities(const YAML::Node& value, Target& target) {
  constexpr std::string_view kProblem =
      "must be a list of vision, audio, documents, reasoning, parallel_tools, prompt_cache";
  const auto names = TextsOf(value);
  if (!names.has_value()) return std::string(kProblem);
  CapabilitySet set;
  for (const std::string& name : *names) {
    const auto* known = std::ranges::find(kCapabilities, name, &NamedCapability::name);
    if (known == kCapabilities.end()) return std::string(kProblem);
    set.Add(known->value);
  }
  target.model.capabilities = set;
  std::vector<MediaKind>& refused = FamilyOf(target).no_media;
  refused.clear();
  for (const MediaKind kind : kMediaKinds) {
    if (!set.Has(CapabilityFor(kind))) refused.push_back(kind);
  }
  return {};
}

template <std::int64_t OwnModel::* Field>
std::string SetTokens(const YAML::Node& value, Target& target) {
  return UseInteger(value, 1, 1'000'000'000, [&](std::int64_t tokens) {
    target.model.*Field = tokens;
  });
}

template <bool ModelFamily::* Field>
std::string SetFlag(const YAML::Node& value, Target& target) {
  return ReadFlag(value, FamilyOf(target).*Field);
}

template <std::vector<std::string> ModelFamily::* Field>
std::string SetList(const YAML::Node& value, Target& target) {
  auto texts = TextsOf(value);
  if (!texts.has_value()) return "must be a list of texts";
  FamilyOf(target).*Field = *std::move(texts);
  return {};
}

// Numbers as they stand, everything else as a text, which the reader of prices refuses.
void WriteScalar(const std::string& text, json::TextWriter& out) {
  const json::ParseResult parsed = json::ParseView(text);
  const auto* document = std::get_if<json::Document>(&parsed);
  if (document != nullptr && document->root().is_number()) {
    out.Raw(text);
  } else {
    out.String(text);
  }
}

void WriteMembers(const YAML::Node& block, json::TextWriter& out) {
  for (const auto& entry : block) {
    if (!entry.first.IsScalar()) continue;
    out.Key(entry.first.Scalar());
    if (!entry.second.IsMap()) {
      WriteScalar(entry.second.IsScalar() ? entry.second.Scalar() : "", out);
      continue;
    }
    out.BeginObject();
    for (const auto& inner : entry.second) {
      if (!inner.first.IsScalar()) continue;
      out.Key(inner.first.Scalar());
      WriteScalar(inner.second.IsScalar() ? inner.second.Scalar() : "", out);
    }
    out.EndObject();
  }
}

// A price has the members of a file of prices, and is read as one.
std::string SetPrice(const YAML::Node& value, Target& target) {
  if (!value.IsMap()) return "must be a block of rates, as docs/prices.md has them";
  for (const auto* given : {"provider", "model"}) {
    if (value[given]) return fmt::format("{} is that of the row", given);
  }
  json::TextWriter out;
  out.BeginObject().Key("prices").BeginArray().BeginObject();
  out.Member("provider", target.row.name).Member("model", target.model.name);
  WriteMembers(value, out);
  out.EndObject().EndArray().EndObject();
  absl::StatusOr<std::vector<Price>> prices = ParsePrices(out.text());
  if (prices.ok()) {
    target.price = std::move(prices->front());
    return {};
  }
  std::string_view problem = Std(prices.status().message());
  problem = problem.substr(0, problem.find('\n'));
  constexpr std::string_view kPlace = "prices[0].";
  if (problem.starts_with(kPlace)) problem.remove_prefix(kPlace.size());
  return std::string(problem);
}

using Own = OwnModel;
using Family = ModelFamily;
using Key = KeyRow<Target>;
constexpr std::array kKeys = {
    Key{"name", "the provider's name of it; with `*` at its end all that begin so", SetName},
    Key{"capabilities",
        "all that it can of vision, audio, documents, reasoning, parallel_tools, prompt_cache; "
        "media of other kinds are refused",
        SetCapabilities},
    Key{"max_input_tokens", "what fits in, for ListModels", SetTokens<&Own::max_input_tokens>},
    Key{"max_output_tokens", "what comes out, for ListModels", SetTokens<&Own::max_output_tokens>},
    Key{"price", "rates as in a file of [prices](prices.md), which counts first", SetPrice},
    Key{"modes",
        "of the provider's modes those that it has, the best first",
        SetList<&Family::modes>},
    Key{"forced_tool", "honours a forced tool call", SetFlag<&Family::forced_tool>},
    Key{"enforces", "enforces schemas, as the provider does", SetFlag<&Family::enforces>},
    Key{"streams_schemas",
        "streams answers whose format it enforces",
        SetFlag<&Family::streams_schemas>},
    Key{"refuses", "settings of `generation` that it does not take", SetList<&Family::refuses>},
};

std::string ReadBlock(const YAML::Node& block, Target target) {
  for (const auto& entry : block) {
    const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
    const std::string problem = SetKey(kKeys, name, entry.second, target);
    if (problem.empty()) continue;
    return fmt::format("{} ({}): {}", name, PlaceOf(entry.first), problem);
  }
  return {};
}

std::string NameOf(const YAML::Node& element) {
  if (element.IsScalar()) return element.Scalar();
  if (!element.IsMap()) return {};
  const YAML::Node name = element["name"];
  return name && name.IsScalar() ? name.Scalar() : "";
}

std::string ReadModel(const YAML::Node& element, ProviderRow& row, std::vector<Price>& prices) {
  OwnModel model = {.name = NameOf(element)};
  if (model.name.empty() || model.name.size() > kMaxNameBytes) {
    return fmt::format("must be a name, or a block with one, of 1 to {} bytes", kMaxNameBytes);
  }
  if (!model.name.ends_with('*')) row.models.push_back(model.name);
  if (element.IsScalar()) return {};
  std::optional<Price> price;
  std::string problem = ReadBlock(element, {row, model, price});
  if (!problem.empty()) return problem;
  if (price.has_value()) prices.push_back(*std::move(price));
  row.own_models.push_back(std::move(model));
  return {};
}

}  // namespace

std::string ReadModels(const YAML::Node& list, ProviderRow& row, std::vector<Price>& prices) {
  if (!list.IsSequence()) return "must be a list";
  if (list.size() > kMaxModels) return fmt::format("has more than {} elements", kMaxModels);
  row.models.clear();
  row.own_models.clear();
  size_t index = 0;
  for (const YAML::Node& element : list) {
    const std::string problem = ReadModel(element, row, prices);
    if (!problem.empty()) return fmt::format("[{}]: {}", index, problem);
    ++index;
  }
  return {};
}

std::vector<KeyHelp> ModelKeys() {
  return HelpOf(kKeys);
}

}  // namespace extractd
