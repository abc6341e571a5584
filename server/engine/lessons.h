// What a refused send teaches about the model of a plan.
#ifndef EXTRACTD_SERVER_ENGINE_LESSONS_H_
#define EXTRACTD_SERVER_ENGINE_LESSONS_H_

#include <optional>

#include "server/chat/upstream.h"
#include "server/engine/learned.h"
#include "server/engine/plan.h"

namespace extractd {

// Nothing: the send said nothing of the kind, the plan did not do what was refused, or what the
// caller demands can't be had without it.
std::optional<Lesson> LessonOf(const Plan& plan, const SendResult& sent);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_LESSONS_H_
