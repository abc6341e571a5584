#include "server/providers/row_request.h"

#include <gtest/gtest.h>

namespace extractd::providers {
namespace {

std::string HeaderOf(const net::HttpRequest& request, std::string_view name) {
  for (const net::HttpHeader& header : request.headers) {
    if (header.name == name) return header.value;
  }
  return "none";
}

TEST(RowRequestTest, HasTheHeadersOfTheRowAndItsKey) {
  ProviderRow row = {.name = "acme", .base_url = "https://x/v1", .headers = {{"x-version", "3"}}};
  const net::HttpRequest bearer = RequestTo(row, "/models", Secret("k-1"));
  EXPECT_EQ(bearer.url, "https://x/v1/models");
  EXPECT_EQ(HeaderOf(bearer, "x-version"), "3");
  EXPECT_EQ(HeaderOf(bearer, "authorization"), "Bearer k-1");
  row.key_header = "x-api-key";
  const net::HttpRequest bare = RequestTo(row, "/models", Secret("k-1"));
  EXPECT_EQ(HeaderOf(bare, "x-api-key"), "k-1");
  EXPECT_EQ(HeaderOf(bare, "authorization"), "none");
  EXPECT_EQ(HeaderOf(RequestTo(row, "/models", Secret()), "x-api-key"), "none");
}

}  // namespace
}  // namespace extractd::providers
