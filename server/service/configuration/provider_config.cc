#include "server/service/configuration/provider_config.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "server/base/strings.h"
#include "server/providers/auth/signers.h"
#include "server/providers/provider_table.h"
#include "server/schema/lower/subset.h"
#include "server/service/configuration/key_table.h"
#include "server/service/configuration/model_config.h"

namespace extractd {
namespace {

using std::chrono::milliseconds;

// Of a provider that configuration adds and says nothing about.
constexpr std::array<std::string_view, 6> kUsualModes = {
    "TOOLS", "JSON_SCHEMA", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"
};

// A row and what belongs to it beside the row.
struct ProviderParts {
  ProviderRow& row;
  RetryOverrides& retry;
  RateLimits& limits;
  std::vector<Price>& prices;
};

template <std::string ProviderRow::* Field>
std::string SetText(const YAML::Node& value, ProviderParts& provider) {
  if (!value.IsScalar()) return "must be a text";
  provider.row.*Field = value.Scalar();
  return {};
}

template <bool ProviderRow::* Field>
std::string SetFlag(const YAML::Node& value, ProviderParts& provider) {
  return ReadFlag(value, provider.row.*Field);
}

template <std::vector<std::string> ProviderRow::* Field>
std::string SetList(const YAML::Node& value, ProviderParts& provider) {
  if (!value.IsSequence()) return "must be a list";
  auto list = TextsOf(value);
  if (!list.has_value()) return "must be a list of texts";
  provider.row.*Field = *std::move(list);
  return {};
}

template <milliseconds SendTimers::* Field>
std::string SetTimer(const YAML::Node& value, ProviderParts& provider) {
  return UseInteger(value, 1, 86'400'000, [&](std::int64_t count) {
    provider.row.timers.*Field = milliseconds(count);
  });
}

template <std::optional<int> RetryOverrides::* Field, int kLow, int kHigh>
std::string SetCount(const YAML::Node& value, ProviderParts& provider) {
  return UseInteger(value, kLow, kHigh, [&](std::int64_t count) {
    provider.retry.*Field = static_cast<int>(count);
  });
}

template <std::int64_t RateLimits::* Field>
std::string SetLimit(const YAML::Node& value, ProviderParts& provider) {
  return UseInteger(value, 1, 1'000'000'000'000, [&](std::int64_t count) {
    provider.limits.*Field = count;
  });
}

template <class Choice>
struct Named {
  std::string_view name;
  Choice value;
};
constexpr std::array kToolChoices = {
    Named{"named", ToolChoiceForm::kNamed},
    Named{"required", ToolChoiceForm::kRequired},
    Named{"none", ToolChoiceForm::kNone},
    Named{"any", ToolChoiceForm::kAny},
    Named{"auto", ToolChoiceForm::kAuto},
};

template <class Choice, size_t N>
std::string SetChoice(
    const YAML::Node& value, const std::array<Named<Choice>, N>& choices, Choice& field
) {
  std::string known;
  for (const Named<Choice>& choice : choices) {
    if (value.IsScalar() && value.Scalar() == choice.name) {
      field = choice.value;
      return {};
    }
    known += fmt::format("{}{}", known.empty() ? "" : ", ", choice.name);
  }
  return "must be one of " + known;
}

std::string SetModels(const YAML::Node& value, ProviderParts& provider) {
  return ReadModels(value, provider.row, provider.prices);
}

// A key of another name is another key: the built-in variables must not stand in for it.
std::string SetKeyVariable(const YAML::Node& value, ProviderParts& provider) {
  provider.row.other_key_variables.clear();
  return SetText<&ProviderRow::key_variable>(value, provider);
}

std::string SetToolChoice(const YAML::Node& value, ProviderParts& provider) {
  return SetChoice(value, kToolChoices, provider.row.tool_choice);
}

bool IsHeader(std::string_view name, std::string_view value) {
  constexpr auto kControl = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; };
  return !name.empty() && std::ranges::none_of(value, kControl) &&
         std::ranges::none_of(name, [&](char c) { return kControl(c) || c == ' ' || c == ':'; });
}

std::string SetHeaders(const YAML::Node& value, ProviderParts& provider) {
  constexpr std::string_view kProblem = "must be a block of header names and texts";
  if (!value.IsMap()) return std::string(kProblem);
  std::vector<std::pair<std::string, std::string>> headers;
  for (const auto& entry : value) {
    if (!entry.first.IsScalar() || !entry.second.IsScalar()) return std::string(kProblem);
    headers.emplace_back(ToLower(entry.first.Scalar()), entry.second.Scalar());
    if (!IsHeader(headers.back().first, headers.back().second)) return std::string(kProblem);
  }
  provider.row.headers = std::move(headers);
  return {};
}

template <std::string ProviderRow::* Field>
std::string SetSubset(const YAML::Node& value, ProviderParts& provider) {
  const std::string name = value.IsScalar() ? value.Scalar() : "";
  const bool none = name == "none";
  if (none || schema::lower::FindSubset(name) != nullptr) {
    provider.row.*Field = none ? "" : name;
    return {};
  }
  std::string known = "none";
  for (const schema::lower::Subset& subset : schema::lower::AllSubsets()) {
    known += fmt::format(", {}", subset.name);
  }
  return "must be one of " + known;
}

std::string SetSigner(const YAML::Node& value, ProviderParts& provider) {
  const std::string name = value.IsScalar() ? value.Scalar() : "";
  const bool none = name == "none";
  if (none || providers::FindSigner(name) != nullptr) {
    provider.row.signer = none ? "" : name;
    return {};
  }
  std::string known = "none";
  for (const providers::Signer& signer : providers::AllSigners()) {
    known += fmt::format(", {}", signer.name);
  }
  return "must be one of " + known;
}

using Row = ProviderRow;
using Key = KeyRow<ProviderParts>;
constexpr std::array kKeys = {
    Key{"dialect", "wire protocol, as docs/providers/README.md names them", SetText<&Row::dialect>},
    Key{"base_url", "address without a slash at its end", SetText<&Row::base_url>},
    Key{"chat_path",
        "path behind base_url; {model} stands for the model",
        SetText<&Row::chat_path>},
    Key{"stream_path",
        "the same for streamed requests; else chat_path",
        SetText<&Row::stream_path>},
    Key{"headers", "further headers, by name; replaces all of the row's; never for keys", SetHeaders
    },
    Key{"refuses", "settings of `generation` that no model of it takes", SetList<&Row::refuses>},
    Key{"responses_path",
        "path of a Responses API; empty: there is none",
        SetText<&Row::responses_path>},
    Key{"key_variable", "environment variable of the key", SetKeyVariable},
    Key{"key_header",
        "header of the bare key; else it is a bearer token",
        SetText<&Row::key_header>},
    Key{"key_file", "file of the key, read again when it changes", SetText<&Row::key_file>},
    Key{"key_required", "a call without a key fails", SetFlag<&Row::key_required>},
    Key{"signer",
        "fetches tokens where no key is set: none, or a name of docs/authentication.md",
        SetSigner},
    Key{"signer_scope", "what those tokens are for", SetText<&Row::signer_scope>},
    Key{"docs_url", "documentation, named in errors", SetText<&Row::docs_url>},
    Key{"default_model",
        "model of calls that name only the provider",
        SetText<&Row::default_model>},
    Key{"models",
        "models that metrics call by name, others are \"other\"; each a name or a block of what is "
        "known of it",
        SetModels},
    Key{"aliases", "other names of the provider", SetList<&Row::aliases>},
    Key{"modes", "modes, the best first", SetList<&Row::modes>},
    Key{"http2", "HTTP/2, over TLS", SetFlag<&Row::http2>},
    Key{"max_tokens_field", "name of the token limit in bodies", SetText<&Row::max_tokens_field>},
    Key{"tool_choice", "form of a forced tool call: named, required, any, auto, none", SetToolChoice
    },
    Key{"sends_strict_tools", "send `strict` with tools", SetFlag<&Row::sends_strict_tools>},
    Key{"sends_parallel_tool_calls",
        "send `parallel_tool_calls: false`",
        SetFlag<&Row::sends_parallel_tool_calls>},
    Key{"enforcement",
        "what it enforces of schemas: none, or a subset of docs/schema-subsets.md",
        SetSubset<&Row::enforcement>},
    Key{"tool_enforcement",
        "subset that schemas of tools must fit, else another mode is chosen: none, or one as above",
        SetSubset<&Row::tool_enforcement>},
    Key{"object_root_only", "takes only schemas of objects", SetFlag<&Row::object_root_only>},
    Key{"describe_schema",
        "describe the schema in the prompt, too",
        SetFlag<&Row::describe_schema>},
    Key{"streams_schemas",
        "streams answers whose format it enforces; else they are asked for whole",
        SetFlag<&Row::streams_schemas>},
    Key{"instruct_last", "put instructions behind the text", SetFlag<&Row::instruct_last>},
    Key{"body",
        "JSON object of members that bodies get unless a call sets them",
        SetText<&Row::body>},
    Key{"models_path",
        "path of the list of its models, behind base_url",
        SetText<&Row::models_path>},
    Key{"pull_path", "path that lets it load a model, behind base_url", SetText<&Row::pull_path>},
    Key{"pull_missing",
        "a model that it lacks is pulled at its first use",
        SetFlag<&Row::pull_missing>},
    Key{"connect_timeout_ms", "until the connection stands", SetTimer<&SendTimers::connect>},
    Key{"first_byte_timeout_ms",
        "until the first byte of a reply",
        SetTimer<&SendTimers::first_byte>},
    Key{"idle_timeout_ms", "between two bytes of a reply", SetTimer<&SendTimers::idle>},
    Key{"attempt_timeout_ms", "one send from start to end", SetTimer<&SendTimers::total>},
    Key{"max_attempts",
        "as the setting, for this provider",
        SetCount<&RetryOverrides::max_attempts, 1, 100>},
    Key{"max_reasks",
        "as the setting, for this provider",
        SetCount<&RetryOverrides::max_reasks, 0, 20>},
    Key{"max_transport_retries",
        "as the setting, for this provider",
        SetCount<&RetryOverrides::max_transport_retries, 0, 20>},
    Key{"requests_per_minute",
        "sends with its key in a minute; others wait",
        SetLimit<&RateLimits::requests_per_minute>},
    Key{"tokens_per_minute",
        "tokens of them, in and out, in a minute",
        SetLimit<&RateLimits::tokens_per_minute>},
};

// The text with `${NAME}` and `${NAME:-default}` replaced by the environment's values. What has
// neither stays as it is.
std::string Expand(std::string_view text, const std::map<std::string, std::string>& environment) {
  std::string expanded;
  while (true) {
    const size_t begin = text.find("${");
    const size_t end = begin == std::string_view::npos ? begin : text.find('}', begin);
    if (end == std::string_view::npos) return expanded.append(text);
    expanded += text.substr(0, begin);
    const std::string_view inside = text.substr(begin + 2, end - begin - 2);
    const size_t separator = inside.find(":-");
    const auto value = environment.find(std::string(inside.substr(0, separator)));
    if (value != environment.end() && !value->second.empty()) {
      expanded += value->second;
    } else if (separator != std::string_view::npos) {
      expanded += inside.substr(separator + 2);
    } else {
      expanded += text.substr(begin, end + 1 - begin);
    }
    text.remove_prefix(end + 1);
  }
}

// A variable may hold an address without a scheme, as Ollama's does.
std::string NormalizeUrl(std::string url) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) url = "http://" + url;
  while (url.ends_with('/')) url.pop_back();
  return url;
}

using Environment = std::map<std::string, std::string>;

std::string_view ValueOf(const std::string& variable, const Environment& environment) {
  const auto value = environment.find(variable);
  return value == environment.end() ? std::string_view() : value->second;
}

void ChooseBaseUrl(const Environment& environment, ProviderRow& row) {
  const auto fits = std::ranges::find_if(row.base_url_cases, [&](const BaseUrlCase& choice) {
    return ValueOf(choice.variable, environment) == choice.value;
  });
  if (fits != row.base_url_cases.end()) row.base_url = fits->base_url;
}

}  // namespace

std::vector<ProviderRow> ProvidersFromEnvironment(
    const std::map<std::string, std::string>& environment
) {
  std::vector<ProviderRow> rows = providers::BuiltInProviders();
  for (ProviderRow& row : rows) {
    const std::string_view url = ValueOf(row.base_url_variable, environment);
    if (url.empty()) {
      ChooseBaseUrl(environment, row);
    } else {
      row.base_url = NormalizeUrl(std::string(url));
    }
  }
  return rows;
}

void ExpandBaseUrls(
    const std::map<std::string, std::string>& environment, std::vector<ProviderRow>& rows
) {
  for (ProviderRow& row : rows) {
    if (row.base_url.find("${") == std::string::npos) continue;
    row.base_url = Expand(row.base_url, environment);
    while (row.base_url.ends_with('/')) row.base_url.pop_back();
  }
}

std::vector<std::string> ReadProviders(
    const YAML::Node& block, const ProviderRows& into, std::vector<std::string>& problems
) {
  std::vector<std::string> names;
  if (!block.IsMap()) {
    problems.push_back(fmt::format("{}: providers: must be a block of providers", PlaceOf(block)));
    return names;
  }
  for (const auto& entry : block) {
    const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
    auto row = std::ranges::find(into.rows, name, &ProviderRow::name);
    if (row == into.rows.end()) {
      into.rows.push_back({.name = name, .modes = {kUsualModes.begin(), kUsualModes.end()}});
      row = std::prev(into.rows.end());
    }
    row->origin = into.origin;
    ProviderParts provider = {*row, into.retry[name], into.limits[name], into.prices};
    SetKeys(kKeys, entry.second, "providers." + name, provider, problems);
    names.push_back(name);
  }
  return names;
}

std::vector<KeyHelp> ProviderKeys() {
  return HelpOf(kKeys);
}

}  // namespace extractd
