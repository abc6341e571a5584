// PoolCounts: the connections of a client, counted by the name of their pool.
#ifndef EXTRACTD_SERVER_NET_POOL_COUNTS_H_
#define EXTRACTD_SERVER_NET_POOL_COUNTS_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/net/http_client.h"

namespace extractd::net {

class PoolCounts {
 public:
  // The counts of that name; they stay at their address.
  PoolStats& Of(std::string_view pool) {
    const auto found = pools_.find(pool);
    if (found != pools_.end()) return found->second;
    const std::string name(pool);
    return pools_.emplace(name, PoolStats{.pool = name}).first->second;
  }

  // In the order of the names.
  std::vector<PoolStats> All() const {
    std::vector<PoolStats> all;
    all.reserve(pools_.size());
    for (const auto& [name, stats] : pools_) all.push_back(stats);
    return all;
  }

 private:
  std::map<std::string, PoolStats, std::less<>> pools_;
};

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_POOL_COUNTS_H_
