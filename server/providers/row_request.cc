#include "server/providers/row_request.h"

#include <string>

#include <fmt/format.h>

namespace extractd::providers {

net::HttpRequest RequestTo(const ProviderRow& row, std::string_view path, const Secret& key) {
  net::HttpRequest request = {
      .url = fmt::format("{}{}", row.base_url, path),
      .timers = {.connect = row.timers.connect},
      .pool = row.name,
  };
  for (const auto& [name, value] : row.headers) request.headers.push_back({name, value});
  if (key.empty()) return request;
  const bool bare = !row.key_header.empty();
  const std::string value(key.Reveal());
  request.headers.push_back(
      {bare ? row.key_header : "authorization", bare ? value : "Bearer " + value}
  );
  return request;
}

}  // namespace extractd::providers
