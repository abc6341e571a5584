// Values of the engine as messages of the API, one function a message.
#ifndef EXTRACTD_SERVER_SERVICE_EXTRACTION_MESSAGES_H_
#define EXTRACTD_SERVER_SERVICE_EXTRACTION_MESSAGES_H_

#include <string_view>

#include "extractd/v1/common.pb.h"
#include "extractd/v1/extraction.pb.h"
#include "server/engine/extraction.h"
#include "server/engine/plan.h"
#include "server/json/repair.h"
#include "server/schema/issue.h"

namespace extractd {

void ToMessage(const schema::Issue& issue, v1::Issue& out);
void ToMessage(const json::Repair& repair, v1::Repair& out);
void ToMessage(const Downgrade& downgrade, v1::Downgrade& out);
void ToMessage(const Warning& warning, v1::Warning& out);
void ToMessage(const Usage& usage, const Cost& cost, v1::Usage& out);
void ToMessage(const Item& item, int index, v1::Item& out);
void ToMessage(const Attempt& attempt, v1::Attempt& out);
void ToMessage(const Extraction& extraction, v1::ExtractionFailure& out);
// The same without the limits of trailers, and with the best answer.
void ToWholeMessage(const Extraction& extraction, v1::ExtractionFailure& out);

// All but request_id and timing.
void ToMessage(const Plan& plan, const Extraction& extraction, v1::ExtractResponse& out);

// MODE_UNSPECIFIED: the mode has no number.
v1::Mode ModeNumber(std::string_view mode);
// Empty: MODE_UNSPECIFIED.
std::string_view ModeName(v1::Mode mode);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_EXTRACTION_MESSAGES_H_
