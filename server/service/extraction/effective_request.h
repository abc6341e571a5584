// What Render shows of a plan in the words of the API.
#ifndef EXTRACTD_SERVER_SERVICE_EXTRACTION_EFFECTIVE_REQUEST_H_
#define EXTRACTD_SERVER_SERVICE_EXTRACTION_EFFECTIVE_REQUEST_H_

#include "extractd/v1/extraction.pb.h"
#include "server/engine/plan.h"

namespace extractd {

// `request` with every default filled in, as `plan` settled it.
v1::ExtractRequest EffectiveRequest(const v1::ExtractRequest& request, const Plan& plan);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_EXTRACTION_EFFECTIVE_REQUEST_H_
