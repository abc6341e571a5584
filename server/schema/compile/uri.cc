#include "server/schema/compile/uri.h"

#include <algorithm>

#include "server/json/lexical.h"

namespace extractd::schema {
namespace {

struct Parts {
  std::string_view scheme = {};  // without ':'
  std::optional<std::string_view> authority = {};
  std::string_view path = {};
  std::optional<std::string_view> query = {};
  std::optional<std::string_view> fragment = {};
};

bool IsScheme(std::string_view text) {
  if (text.empty() || !json::IsLetter(text.front())) return false;
  return std::ranges::all_of(text, [](char c) {
    return json::IsLetter(c) || json::IsDigit(c) || c == '+' || c == '-' || c == '.';
  });
}

Parts Split(std::string_view uri) {
  Parts parts;
  const auto [absolute, fragment] = SplitFragment(uri);
  parts.fragment = fragment;
  std::string_view rest = absolute;
  if (const size_t colon = rest.find(':');
      colon != std::string_view::npos && IsScheme(rest.substr(0, colon))) {
    parts.scheme = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
  }
  if (const size_t mark = rest.find('?'); mark != std::string_view::npos) {
    parts.query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  if (rest.starts_with("//")) {
    const size_t end = std::min(rest.find('/', 2), rest.size());
    parts.authority = rest.substr(2, end - 2);
    rest.remove_prefix(end);
  }
  parts.path = rest;
  return parts;
}

void RemoveLastSegment(std::string& path) {
  const size_t slash = path.rfind('/');
  path.resize(slash == std::string::npos ? 0 : slash);
}

// RFC 3986, 5.2.4.
std::string RemoveDotSegments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    if (path.starts_with("../")) {
      path.remove_prefix(3);
    } else if (path.starts_with("./") || path.starts_with("/./")) {
      path.remove_prefix(2);
    } else if (path == "/.") {
      path = "/";
    } else if (path.starts_with("/../")) {
      path.remove_prefix(3);
      RemoveLastSegment(out);
    } else if (path == "/..") {
      path = "/";
      RemoveLastSegment(out);
    } else if (path == "." || path == "..") {
      path = {};
    } else {
      const size_t end = std::min(path.find('/', 1), path.size());
      out += path.substr(0, end);
      path.remove_prefix(end);
    }
  }
  return out;
}

std::string MergePaths(const Parts& base, std::string_view path) {
  if (base.authority.has_value() && base.path.empty()) return "/" + std::string(path);
  const size_t slash = base.path.rfind('/');
  if (slash == std::string_view::npos) return std::string(path);
  return std::string(base.path.substr(0, slash + 1)) + std::string(path);
}

std::string Join(const Parts& parts, std::string_view path) {
  std::string uri;
  if (!parts.scheme.empty()) uri.append(parts.scheme).append(":");
  if (parts.authority.has_value()) uri.append("//").append(*parts.authority);
  uri.append(path);
  if (parts.query.has_value()) uri.append("?").append(*parts.query);
  if (parts.fragment.has_value()) uri.append("#").append(*parts.fragment);
  return uri;
}

}  // namespace

SplitUri SplitFragment(std::string_view uri) {
  const size_t hash = uri.find('#');
  if (hash == std::string_view::npos) return {uri, std::nullopt};
  return {uri.substr(0, hash), uri.substr(hash + 1)};
}

// RFC 3986, 5.2.2.
std::string ResolveUri(std::string_view base, std::string_view reference) {
  if (base.empty()) return std::string(reference);
  Parts target = Split(reference);
  if (!target.scheme.empty()) return Join(target, RemoveDotSegments(target.path));
  const Parts from = Split(base);
  target.scheme = from.scheme;
  if (target.authority.has_value()) return Join(target, RemoveDotSegments(target.path));
  target.authority = from.authority;
  if (target.path.empty()) {
    if (!target.query.has_value()) target.query = from.query;
    return Join(target, from.path);
  }
  const bool absolute = target.path.starts_with('/');
  return Join(
      target, RemoveDotSegments(absolute ? std::string(target.path) : MergePaths(from, target.path))
  );
}

std::optional<std::string> PercentDecode(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const json::HexDigits hex = json::ReadHex(text.substr(i + 1), 2);
    if (hex.size != 2) return std::nullopt;
    out.push_back(static_cast<char>(hex.value));
    i += 2;
  }
  return out;
}

}  // namespace extractd::schema
