#include "tests/fakes/imposter_script.h"

#include <algorithm>

#include <fmt/format.h>
#include <zlib.h>

namespace extractd::fakes {
namespace {

constexpr size_t kChunkBytes = 1'000;

std::string InChunks(std::string_view body) {
  std::string chunks;
  for (size_t at = 0; at < body.size(); at += kChunkBytes) {
    const std::string_view piece = body.substr(at, kChunkBytes);
    chunks += fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
  }
  return chunks + "0\r\n\r\n";
}

}  // namespace

ScriptedReply ScriptedReply::Json(std::string body) {
  return Status(200, std::move(body));
}

ScriptedReply ScriptedReply::EventStream(std::string body) {
  ScriptedReply reply;
  reply.headers = {{"content-type", "text/event-stream"}};
  reply.body = std::move(body);
  return reply;
}

ScriptedReply ScriptedReply::Status(int status, std::string body) {
  ScriptedReply reply;
  reply.status = status;
  reply.headers = {{"content-type", "application/json"}};
  reply.body = std::move(body);
  return reply;
}

ScriptedReply ScriptedReply::Raw(std::string bytes) {
  ScriptedReply reply;
  reply.is_raw = true;
  reply.body = std::move(bytes);
  return reply;
}

ScriptedReply ScriptedReply::Silence() {
  return Raw("");
}

ScriptedReply ScriptedReply::HangUp() {
  ScriptedReply reply = Raw("");
  reply.end = End::kClose;
  return reply;
}

ScriptedReply& ScriptedReply::With(std::string name, std::string value) {
  headers.emplace_back(std::move(name), std::move(value));
  return *this;
}

ScriptedReply& ScriptedReply::After(std::chrono::milliseconds wait) {
  delay = wait;
  return *this;
}

ScriptedReply& ScriptedReply::Dripping(size_t bytes, std::chrono::milliseconds wait) {
  drip_bytes = bytes;
  drip_wait = wait;
  return *this;
}

ScriptedReply& ScriptedReply::CutAfter(size_t bytes) {
  stop_after = bytes;
  end = End::kClose;
  return *this;
}

ScriptedReply& ScriptedReply::ResetAfter(size_t bytes) {
  stop_after = bytes;
  end = End::kReset;
  return *this;
}

ScriptedReply& ScriptedReply::StallAfter(size_t bytes) {
  stop_after = bytes;
  end = End::kStall;
  return *this;
}

ScriptedReply& ScriptedReply::Gzipped() {
  gzip = true;
  return *this;
}

ScriptedReply& ScriptedReply::Chunked() {
  chunked = true;
  return *this;
}

ScriptedReply& ScriptedReply::Closing() {
  end = End::kClose;
  return With("connection", "close");
}

WireReply Render(const ScriptedReply& reply) {
  if (reply.is_raw) return {.body = reply.body};
  WireReply wire = {.body = reply.gzip ? Gzip(reply.body) : reply.body};
  wire.head = fmt::format("HTTP/1.1 {} Scripted\r\n", reply.status);
  for (const auto& [name, value] : reply.headers)
    wire.head += fmt::format("{}: {}\r\n", name, value);
  if (reply.gzip) wire.head += "content-encoding: gzip\r\n";
  if (reply.chunked) {
    wire.head += "transfer-encoding: chunked\r\n\r\n";
    wire.body = InChunks(wire.body);
  } else {
    wire.head += fmt::format("content-length: {}\r\n\r\n", wire.body.size());
  }
  return wire;
}

std::string Gzip(std::string_view text) {
  constexpr int kGzipFormat = 15 + 16;
  constexpr int kMemoryLevel = 8;
  z_stream stream = {};
  deflateInit2(
      &stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipFormat, kMemoryLevel, Z_DEFAULT_STRATEGY
  );
  std::string packed(deflateBound(&stream, text.size()), '\0');
  std::string input(text);  // zlib takes no const
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace extractd::fakes
