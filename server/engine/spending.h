// What a send cost, whatever became of it.
#ifndef EXTRACTD_SERVER_ENGINE_SPENDING_H_
#define EXTRACTD_SERVER_ENGINE_SPENDING_H_

#include <cstdint>
#include <vector>

#include "server/chat/upstream.h"
#include "server/engine/attempt.h"
#include "server/registry/prices.h"

namespace extractd {

// By the tokens that the provider reported, at `price`; null: unknown. A send that the provider
// refused, or that never reached it, costs nothing; one whose answer was lost after the model may
// have worked, or came without a count, may have cost anything.
Cost CostOfSend(const Price* price, const SendResult& sent);

// Output tokens that were saved by stopping streams: a guess, as nobody knows what would have come.
// Each is taken to have been as long as the answer that followed it; 0 where none did.
std::int64_t TokensSaved(const std::vector<Attempt>& attempts);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_SPENDING_H_
