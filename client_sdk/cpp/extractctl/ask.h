// The options of commands that ask a model, and the request that they make.
#ifndef EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_ASK_H_
#define EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_ASK_H_

#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "extractd/v1/extraction.pb.h"

namespace extractd::ctl {

struct Ask {
  std::string schema;
  std::string schema_id;
  std::vector<std::string> tools;  // "name=file"
  std::string model;
  std::vector<std::string> fallbacks;
  std::string mode;
  std::string system;
  std::optional<std::string> text;
  std::vector<std::string> files;
  std::vector<std::string> attachments;
  std::optional<int> max_reasks;
  std::optional<int> max_output_tokens;
  std::optional<double> temperature;
  std::string effort;
  bool many = false;
  bool maybe = false;
  bool thinking = false;
  bool best_effort = false;
};

void AddAskOptions(CLI::App& command, Ask& ask);

// The request, but for its text. Nothing: said why on stderr.
std::optional<v1::ExtractRequest> MakeRequest(const Ask& ask);

}  // namespace extractd::ctl

#endif  // EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_ASK_H_
