#include "server/service/callers/tokens_file.h"

#include <cstdlib>
#include <optional>
#include <span>

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/strings/str_split.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "server/base/strings.h"

namespace extractd {
namespace {

constexpr std::string_view kHashPrefix = "sha256:";
constexpr std::string_view kTokenPrefix = "xt_";  // so that scanners for leaked secrets know it

std::string ToHex(std::span<const unsigned char> bytes) {
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

std::optional<TokenHash> ReadHash(std::string_view text) {
  if (!text.starts_with(kHashPrefix)) return std::nullopt;
  text.remove_prefix(kHashPrefix.size());
  TokenHash hash = {};
  if (text.size() != 2 * hash.size()) return std::nullopt;
  for (const char c : text) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) return std::nullopt;
  }
  const std::string bytes = absl::HexStringToBytes(Absl(text));
  for (size_t i = 0; i < hash.size(); ++i) hash.at(i) = static_cast<unsigned char>(bytes[i]);
  return hash;
}

}  // namespace

TokenHash HashOf(std::string_view token) {
  TokenHash hash = {};
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), hash.data());
  return hash;
}

absl::StatusOr<std::vector<TokenRow>> ParseTokens(std::string_view text) {
  std::vector<TokenRow> rows;
  std::vector<std::string> problems;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(Absl(text), '\n')) {
    ++number;
    const absl::string_view content = line.substr(0, line.find('#'));
    const std::vector<std::string> words =
        absl::StrSplit(content, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    if (words.empty()) continue;
    const auto hash = words.size() == 2 ? ReadHash(words[1]) : std::nullopt;
    if (hash.has_value()) {
      rows.push_back({.principal = words[0], .hash = *hash});
    } else if (problems.size() < 10) {
      problems.push_back(fmt::format(
          "line {}: must be a principal and sha256: with 64 hexadecimal digits, as "
          "`extractd token` prints it",
          number
      ));
    }
  }
  if (rows.size() > kMaxTokens) {
    problems.push_back(fmt::format("holds {} tokens, more than {}", rows.size(), kMaxTokens));
  }
  if (problems.empty()) return rows;
  return absl::InvalidArgumentError(fmt::format("{}", fmt::join(problems, "; ")));
}

Secret NewToken() {
  std::array<unsigned char, 32> bits = {};
  if (RAND_bytes(bits.data(), static_cast<int>(bits.size())) != 1) std::abort();
  return Secret(std::string(kTokenPrefix) + ToHex(bits));
}

std::string TokenLine(std::string_view principal, const Secret& token) {
  return fmt::format("{} {}{}", principal, kHashPrefix, ToHex(HashOf(token.Reveal())));
}

}  // namespace extractd
