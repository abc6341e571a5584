// Settings of what becomes of answers that are not valid.
#ifndef EXTRACTD_SERVER_SERVICE_CONFIGURATION_ANSWER_SETTINGS_H_
#define EXTRACTD_SERVER_SERVICE_CONFIGURATION_ANSWER_SETTINGS_H_

#include <optional>
#include <string_view>
#include <vector>

#include "server/engine/call.h"
#include "server/service/configuration/settings.h"

namespace extractd {

// Nothing: the text is none of theirs.
std::optional<OnInvalid> OnInvalidOf(std::string_view text);
std::optional<ReaskStrategy> ReaskStrategyOf(std::string_view text);
std::optional<OnTruncated> OnTruncatedOf(std::string_view text);

// on_invalid, reask_strategy, on_truncated.
void AddAnswerSettings(std::vector<Setting>& table);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CONFIGURATION_ANSWER_SETTINGS_H_
