// What extractctl prints: the answer on stdout, everything about it on stderr; with --json one JSON
// object a line on stdout and nothing else.
#ifndef EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_OUTPUT_H_
#define EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_OUTPUT_H_

#include <string>
#include <string_view>

#include <google/protobuf/message.h>

#include "extractd/client.h"

namespace extractd::ctl {

struct OutputOptions {
  bool json = false;
  bool color = false;  // stdout and stderr are terminals, and NO_COLOR is not set
};
OutputOptions DetectOutput(bool json);

// A JSON text, indented and coloured for people; as it is if it is not JSON.
std::string Pretty(std::string_view json, const OutputOptions& options);

// A response as one line of JSON, with the names of the proto file.
void PrintMessage(const google::protobuf::Message& message);

void PrintExtraction(const v1::ExtractResponse& response, const OutputOptions& options);
void PrintRender(const v1::RenderResponse& response, const OutputOptions& options);
void PrintValidation(const v1::ValidateInstanceResponse& response, const OutputOptions& options);
void PrintAdaptation(const v1::AdaptSchemaResponse& response, const OutputOptions& options);
void PrintParse(const v1::ParseTextResponse& response, const OutputOptions& options);
void PrintRepaired(const v1::RepairJsonResponse& response, const OutputOptions& options);
void PrintDecoded(const v1::DecodeToonResponse& response, const OutputOptions& options);
void PrintProviders(const v1::ListProvidersResponse& response, const OutputOptions& options);
void PrintModes(const v1::ListModesResponse& response, const OutputOptions& options);
void PrintModels(const v1::ListModelsResponse& response, const OutputOptions& options);
void PrintFailure(const Failure& failure, const OutputOptions& options);

}  // namespace extractd::ctl

#endif  // EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_OUTPUT_H_
