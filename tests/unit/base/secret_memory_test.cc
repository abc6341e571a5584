#include "server/base/secret_memory.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "server/base/secret.h"

namespace extractd {
namespace {

// The kernel's flags of the mapping that holds `address`.
std::string FlagsOf(const void* address) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream maps("/proc/self/smaps");
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    char dash = 0;
    std::istringstream head(line);
    if (head >> std::hex >> begin >> dash >> end && dash == '-') {
      inside = begin <= wanted && wanted < end;
    } else if (inside && line.starts_with("VmFlags:")) {
      return line + " ";
    }
  }
  return {};
}

TEST(SecretMemoryTest, SecretsOfAnySizeAreOnPagesThatAreNotDumped) {
  for (const size_t bytes : {size_t{1}, size_t{8}, size_t{40}, size_t{3'000}, size_t{200'000}}) {
    const Secret secret(std::string(bytes, 's'));
    EXPECT_NE(FlagsOf(secret.Reveal().data()).find(" dd "), std::string::npos) << bytes;
  }
  const std::string text(40, 's');
  EXPECT_EQ(FlagsOf(text.data()).find(" dd "), std::string::npos) << "else this test sees nothing";
}

TEST(SecretMemoryTest, MemoryOfAnySizeIsAligned) {
  for (size_t bytes = 1; bytes < 400; ++bytes) {
    void* const memory = AllocateUndumped(bytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % alignof(std::max_align_t), 0U) << bytes;
    FreeUndumped(memory, bytes);
  }
}

TEST(SecretMemoryTest, CopiesAreThereToo) {
  const Secret secret("sk-0123456789");
  const Secret copy = secret;
  EXPECT_EQ(copy, secret);
  EXPECT_NE(copy.Reveal().data(), secret.Reveal().data());
  EXPECT_NE(FlagsOf(copy.Reveal().data()).find(" dd "), std::string::npos);
}

TEST(SecretMemoryTest, WhatIsGivenBackIsUsedAgainAndWiped) {
  auto* const first = static_cast<char*>(AllocateUndumped(64));
  std::fill(first, first + 64, 's');
  FreeUndumped(first, 64);
  auto* const again = static_cast<char*>(AllocateUndumped(64));
  ASSERT_EQ(again, first);
  // A free list may keep its own words at the front.
  EXPECT_EQ(std::string(again, 64).find("ss"), std::string::npos);
  FreeUndumped(again, 64);
}

}  // namespace
}  // namespace extractd
