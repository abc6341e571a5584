// Open-weight models, wherever they are served. Sources and dates: docs/providers/.
#include "server/providers/models/model_groups.h"

namespace extractd::providers {

std::vector<ModelFamily> OpenModels() {
  return {
      // gpt-oss does not honour a forced tool.
      {.prefix = "gpt-oss",
       .modes = {"JSON_SCHEMA", "TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
       .forced_tool = false},
      {.provider = "ollama",
       .prefix = "gpt-oss",
       .forced_tool = false,
       .reasons = true,
       .efforts = {"", "low", "medium", "high"},
       .no_media = {MediaKind::kImage}},
      // Too small to follow an instruction without having seen one followed, and to leave a list
      // whose length the schema does not bound.
      {.prefix = "gemma-3-270m", .worked_example = true, .body = R"({"frequency_penalty":0.3})"},
  };
}

}  // namespace extractd::providers
